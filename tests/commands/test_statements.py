"""``statements``: a month from the console, its list, one as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.clock import utc_now
from portal.outbox.models import OutboxMessage
from portal.policies import Policy, change_policy
from portal.receivables.models import MonthBalance
from portal.statements.models import StatementRun
from tests.books import Books
from tests.commands.conftest import Run

BookStory = Callable[[str], Books]


@pytest.fixture
def ledger(session: Session, books: BookStory) -> None:
    """One invoice of Acme in February 2026, kept."""
    books("2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05")
    session.commit()


def test_issues_a_month_once_and_tells_the_customers(run: Run, ledger: None, session: Session) -> None:
    first = run("statements", "run", "--period", "2026-02", "--issue", "--json")
    assert first.code == 0
    assert first.json == {
        "period": "2026-02", "customers": 2, "statements": 2, "prepared": 2, "issued": 2, "unchanged": 0, "failed": [],
    }  # fmt: skip
    again = run("statements", "run", "--period", "2026-02", "--issue", "--json").json
    assert (again["prepared"], again["issued"], again["unchanged"]) == (0, 0, 2)
    released = session.scalars(select(StatementRun.released_by)).first() or ""
    assert released.startswith("os:")
    assert released.endswith(", policy v0")
    mails = session.scalars(select(OutboxMessage.event)).all()
    assert mails == ["statement-issued"] * 2


def test_lists_and_renders(run: Run, ledger: None, tmp_path: Path) -> None:
    run("statements", "run", "--period", "2026-02", "--issue")
    rows = run("statements", "list", "--period", "2026-02", "--json").json["statements"]
    acme = next(row for row in rows if row["customer_no"] == "ACME")
    assert set(acme) == {"public_id", "version", "customer_no", "currency", "state", "closing", "hash"}
    file = tmp_path / "one.json"
    assert run("statements", "render", acme["public_id"], "--format", "json", "-o", str(file)).code == 0
    made = json.loads(file.read_text("utf-8"))
    assert (made["hash"], made["closing"]) == (acme["hash"], "250.50")
    pdf = tmp_path / "one.pdf"
    assert (
        run("statements", "render", acme["public_id"], "--format", "pdf", "--lang", "zh", "-o", str(pdf)).code
        == 0
    )
    assert pdf.read_bytes().startswith(b"%PDF")


def test_a_customer_set_aside_is_named_and_the_exit_code_tells(
    run: Run, ledger: None, session: Session
) -> None:
    row = session.scalars(select(MonthBalance)).one()
    row.invoiced_minor, row.movement_minor = row.invoiced_minor + 1, row.movement_minor + 1
    session.commit()
    answer = run("statements", "run", "--period", "2026-02", "--json")
    assert answer.code == 1
    (failed,) = answer.json["failed"]
    assert (failed["customer_no"], failed["currency"], failed["difference"]) == ("ACME", "CNY", "-0.01")
    assert answer.json["prepared"] == 1


def test_without_standing_approval_nothing_is_issued(run: Run, ledger: None, session: Session) -> None:
    change_policy(
        session, policy=Policy(standing_release=False), valid_from_on=date(2026, 3, 1), reason="two people",
        actor=system_actor(), now=utc_now(),
    )  # fmt: skip
    session.commit()
    answer = run("statements", "run", "--period", "2026-02", "--issue", "--json")
    assert answer.code == 1
    assert "second person" in answer.err
    assert {
        row["state"] for row in run("statements", "list", "--period", "2026-02", "--json").json["statements"]
    } == {"draft"}


@pytest.mark.parametrize("period", ["2026-13", "soon", "2026-2-1"])
def test_a_month_that_is_none_is_wrong_usage(period: str, run: Run) -> None:
    assert run("statements", "run", "--period", period).code == 2


def test_an_unknown_statement_is_refused(run: Run, tmp_path: Path) -> None:
    answer = run("statements", "render", "x" * 22, "--format", "pdf", "-o", str(tmp_path / "one.pdf"))
    assert answer.code == 1
    assert not (tmp_path / "one.pdf").exists()
