"""Attack cases of steps out of order: what was moved, replaced, voided or approved by its own maker."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from admin.commands.worker import VERBS
from portal.access import system_actor
from portal.adjustments import void_adjustment
from portal.adjustments.models import Adjustment
from portal.clock import utc_now
from portal.confirmations.models import Confirmation
from portal.db import Database
from portal.imports.models import ImportProblem
from portal.jobs import lease_job, run_job
from portal.receivables.models import Document
from portal.statements.models import Statement
from tests.books import post_books
from tests.cast import BO, CHEN, MEI, NOW, PING, Part, actor_of
from tests.web.admin.cases import make_cases
from tests.web.company import _issue, confirm_and_sign, make_company
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
OCTOBER = date(2026, 10, 1)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def facts(browser: Browser, public_id: str) -> dict[str, Any]:
    """Return the statement as JSON."""
    found: dict[str, Any] = json.loads(browser.get(f"/statements/{public_id}/statement.json").text)
    return found


@pytest.fixture
def signed(database: Database) -> str:
    """October of Acme, signed by Ping."""
    with database.writing() as session:
        (public_id,) = make_company(session, month=OCTOBER, months=1, lines=6).statements
        confirm_and_sign(session, public_id, actor=actor_of(session, PING), now=utc_now())
    return public_id


def test_d03_a_document_never_moves_to_another_customer(
    database: Database, signed: str, browser_of: Open
) -> None:
    """Attack case D03: a file says that Acme's invoice is Globex's."""
    with database.reading() as session:
        invoice = session.scalars(select(Document).where(Document.kind == "invoice")).first()
        assert invoice is not None
    row = f"{invoice.document_no},invoice,GLOBEX,CNY,{invoice.document_on},{invoice.amount_minor / 100:.2f}\n"
    file = (
        io.BytesIO(b"document_no,kind,customer_no,currency,document_date,amount\n" + row.encode()),
        "moved.csv",
    )
    ping, bo, mei = browser_of(PING), browser_of(BO), browser_of(MEI)
    before = facts(ping, signed)
    sent = mei.post(
        "/admin/imports/new", {"profile": "standard", "file": file}, content_type="multipart/form-data"
    )
    assert sent.status_code == 303
    for path in ("", "/load"):
        if path:
            mei.post(f"{sent.location}{path}")
        while job := lease_job(database, worker="test", now=utc_now()):
            assert run_job(database, job, VERBS, clock=utc_now)
    with database.reading() as session:
        problems = session.scalars(select(ImportProblem.code)).all()
        assert list(problems) == ["conflict"]
    assert facts(ping, signed) == before
    assert ping.get(f"/documents/{invoice.public_id}").status_code == 200
    assert bo.get(f"/documents/{invoice.public_id}").status_code == 404


def test_d31_a_signature_stays_with_the_version_it_was_given_for(
    database: Database, signed: str, browser_of: Open
) -> None:
    """Attack case D31: an entry in the signed month leads to a version nobody has confirmed."""
    ping = browser_of(PING)
    first = facts(ping, signed)
    assert first["hash"]
    with database.writing() as session:
        post_books(session, "2026-10-20 receipt ACME R-LATE 50.00 CNY", actor=system_actor(), now=NOW)
        second = _issue(session, OCTOBER)
    assert second != signed
    with database.reading() as session:
        confirmation = session.scalars(select(Confirmation)).one()
        versions = {row.public_id: row for row in session.scalars(select(Statement))}
        assert confirmation.statement_hash == versions[signed].content_hash == first["hash"]
        assert confirmation.statement_id == versions[signed].id
        assert versions[second].content_hash != first["hash"]
        assert not versions[second].state.startswith("confirmed")
    assert facts(ping, signed)["hash"] == first["hash"]
    assert facts(ping, second)["hash"] != first["hash"]
    for version in (signed, second):
        assert ping.get(f"/statements/{version}/statement.pdf").data.startswith(b"%PDF")


def test_d33_what_is_a_draft_replaced_or_void_takes_no_act(
    database: Database, signed: str, browser_of: Open
) -> None:
    """Attack case D33."""
    ping, chen = browser_of(PING), browser_of(CHEN)
    page = ping.get(f"/statements/{signed}").text
    with database.writing() as session:
        post_books(session, "2026-10-20 receipt ACME R-LATE 50.00 CNY", actor=system_actor(), now=NOW)
        _issue(session, OCTOBER)
    answer = {
        "act": "confirm",
        "row": "1",
        "content_hash": facts(ping, signed)["hash"],
    }
    assert ping.post(f"/statements/{signed}/answers", answer).status_code == 409
    assert "sign" not in page or ping.get(f"/statements/{signed}/sign").status_code in {302, 303, 409}
    cases = make_cases(database)
    adjustment, approval = cases.pending()
    seen = hidden(chen.get(f"/admin/approvals/{approval}").text, "seen_hash")
    with database.writing() as session:
        void_adjustment(session, public_id=adjustment, actor=actor_of(session, MEI), now=utc_now())
    assert chen.post(f"/admin/approvals/{approval}/approve", {"seen_hash": seen}).status_code == 409
    with database.reading() as session:
        assert (
            session.scalars(select(Adjustment.state).where(Adjustment.public_id == adjustment)).one()
            == "voided"
        )
        assert session.scalars(select(Document).where(Document.kind == "credit_note")).all() == []


def test_d33_a_draft_statement_does_not_exist_for_the_customer(
    database: Database, signed: str, browser_of: Open
) -> None:
    """Attack case D33."""
    from portal.statements import prepare_statements

    with database.writing() as session:
        prepare_statements(session, month=date(2026, 11, 1), actor=system_actor(), now=utc_now())
        draft = session.scalars(
            select(Statement.public_id).where(
                Statement.state == "draft", Statement.period_from == date(2026, 11, 1)
            )
        ).first()
    assert draft
    ping = browser_of(PING)
    assert ping.get(f"/statements/{signed}").status_code == 200
    assert ping.get(f"/statements/{draft}").status_code == 404
    assert ping.post(f"/statements/{draft}/answers", {"act": "confirm", "row": "1"}).status_code == 404
    assert ping.get(f"/statements/{draft}/sign").status_code == 404
