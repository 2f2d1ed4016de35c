"""Paper answers: staff's own act with the paper, two people, and never counted as a signature (R7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, find_approval, reject
from portal.approvals.models import Approval
from portal.attachments import FileDraft, files_of, keep_files_in
from portal.audit.models import AuditRow
from portal.checks import run_checks
from portal.confirmations import PaperDraft, authenticity_of, find_confirmation, record_paper, sign_balance
from portal.confirmations.models import Confirmation, PaperConfirmation
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed
from portal.money import Money
from portal.settings import Settings
from portal.statements import AlreadySigned, StatementPage, find_statement
from portal.worklist.figures import _answered
from tests.confirmations.test_sign import draft_of

SCAN = FileDraft("letter.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")


@pytest.fixture(autouse=True)
def vault(database: Database, settings: Settings, session: Session) -> None:
    keep_files_in(database, settings)
    session.info.update(database.info)


def paper(page: StatementPage, **changes: Any) -> PaperDraft:
    draft = PaperDraft(
        outcome="agreed", stated=None, reason="", channel="paper", given_on=date(2026, 3, 1), given_by="Li Wen",
        given_title="Finance manager", content_hash=page.content_hash,
    )  # fmt: skip
    return replace(draft, **changes)


def ask(session: Session, shown: StatementPage, actor: Actor, now: datetime, **changes: Any) -> str:
    return record_paper(
        session, public_id=shown.public_id, draft=paper(shown, **changes), files=[SCAN], actor=actor, now=now
    )


def say_yes(session: Session, actor: Actor, now: datetime) -> None:
    row = session.scalars(select(Approval).where(Approval.state == "pending")).one()
    view = find_approval(session, public_id=row.public_id, actor=actor)
    approve(session, public_id=row.public_id, seen_hash=view.content_hash, actor=actor, now=now)


@pytest.mark.db
def test_counts_only_after_a_second_person_and_says_what_it_is(
    session: Session,
    page: StatementPage,
    mei: Actor,
    chen: Actor,
    aud: Actor,
    ping: Actor,
    now: datetime,
) -> None:
    ask(session, page, mei, now)
    assert find_statement(session, public_id=page.public_id, actor=mei).state == "part-answered"
    say_yes(session, chen, now)
    after = find_statement(session, public_id=page.public_id, actor=mei)
    assert after.state == "recorded"
    assert after.confirmation_public_id is not None
    view = find_confirmation(session, public_id=after.confirmation_public_id, actor=ping)
    assert (view.is_electronic, view.channel, view.method) == (False, "paper", "on-behalf")
    assert (view.person_name, view.recorded_by, view.approved_by) == ("Li Wen", "Mei Lin", "Chen Bo")
    assert "not signed in the portal" in view.signed_text
    assert authenticity_of(session, public_id=view.public_id, actor=aud).signature.channel == "paper"
    files: Mapping[str, Any] = files_of(
        session, subject_kind="paper-confirmation", subject_ids=[view.paper], actor=ping
    )
    assert [one.name for one in files[view.paper]] == ["letter.pdf"]
    session.commit()
    events = session.scalars(select(AuditRow.event).where(AuditRow.event.like("balances.%"))).all()
    assert events == ["balances.recorded"]


def test_is_never_counted_as_an_electronic_confirmation(
    session: Session,
    page: StatementPage,
    mei: Actor,
    chen: Actor,
    now: datetime,
) -> None:
    ask(session, page, mei, now)
    say_yes(session, chen, now)
    signed, issued = _answered(session, page.period_from)
    assert (signed, issued >= 1) == (0, True)


def test_refuses_without_the_paper_the_name_or_a_possible_day(
    session: Session,
    page: StatementPage,
    mei: Actor,
    now: datetime,
) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "given_on": {"given_on": date(2026, 3, 3)}, "given_by": {"given_by": " "}, "given_title": {"given_title": ""},
        "channel": {"channel": "portal"}, "outcome": {"outcome": "agreed-except"}, "stated": {"outcome": "disagreed"},
        "reason": {"outcome": "disagreed", "stated": Money(1, "CNY")},
    }  # fmt: skip
    for field, changes in wrong.items():
        with pytest.raises(Invalid) as refused:
            ask(session, page, mei, now, **changes)
        assert refused.value.field == field
    with pytest.raises(Invalid) as refused:
        record_paper(session, public_id=page.public_id, draft=paper(page), files=[], actor=mei, now=now)
    assert refused.value.field == "files"
    with pytest.raises(Invalid):
        ask(session, page, mei, now, given_on=date(2026, 2, 27))


def test_only_clerks_record_and_customers_never(
    session: Session,
    page: StatementPage,
    chen: Actor,
    aud: Actor,
    ping: Actor,
    now: datetime,
) -> None:
    for actor in (chen, aud, ping):
        with pytest.raises(NotAllowed):
            ask(session, page, actor, now)


def test_waits_only_once_and_a_refusal_leaves_the_statement_open(
    session: Session,
    page: StatementPage,
    mei: Actor,
    chen: Actor,
    ping: Actor,
    now: datetime,
) -> None:
    ask(session, page, mei, now)
    with pytest.raises(Conflict):
        ask(session, page, mei, now)
    row = session.scalars(select(Approval)).one()
    reject(session, public_id=row.public_id, note="Unreadable scan", actor=chen, now=now)
    assert session.scalars(select(PaperConfirmation.state)).one() == "rejected"
    sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    with pytest.raises(AlreadySigned):
        ask(session, page, mei, now)


def test_a_signature_in_between_wins_over_the_paper(
    session: Session,
    page: StatementPage,
    mei: Actor,
    chen: Actor,
    ping: Actor,
    now: datetime,
) -> None:
    ask(session, page, mei, now)
    sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    with pytest.raises(Conflict):
        say_yes(session, chen, now)


def test_the_checks_hold_and_the_evidence_is_hashed(
    session: Session,
    page: StatementPage,
    mei: Actor,
    chen: Actor,
    settings: Settings,
    now: datetime,
) -> None:
    ask(session, page, mei, now, outcome="disagreed", stated=Money(1_00, "CNY"), reason="INV-3 unknown")
    say_yes(session, chen, now)
    session.commit()
    report = run_checks(session, home=settings.home, now=now)
    assert report.ok, report.as_json()
    assert session.scalars(select(Confirmation.stated_minor)).one() == 100


@pytest.mark.db
def test_the_database_refuses_one_person_in_both_places(
    session: Session,
    page: StatementPage,
    mei: Actor,
    chen: Actor,
    now: datetime,
) -> None:
    ask(session, page, mei, now)
    say_yes(session, chen, now)
    session.commit()
    columns = [
        column.name for column in Confirmation.__table__.columns if column.name not in {"id", "public_id"}
    ]
    picked = ", ".join("recorded_by_id" if name == "approved_by_id" else name for name in columns)
    with pytest.raises(IntegrityError):
        session.execute(
            text(
                f"INSERT INTO confirmations (public_id, {', '.join(columns)}) SELECT 'x', {picked} FROM confirmations"
            )
        )
    session.rollback()
