"""Running reminders: what is due goes into the outbox once, in the reader's language, without a figure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit.models import AuditRow
from portal.customers import pause_customer
from portal.customers.models import Contact, Customer
from portal.db import Database
from portal.errors import NotAllowed
from portal.ledger.models import LegalEntity
from portal.outbox.models import OutboxMessage
from portal.reminders import run_reminders
from portal.reminders.models import Reminder
from portal.statements.models import Statement, StatementRun
from tests.cast import NOW

CONSOLE = system_actor()
ZERO = dict.fromkeys(
    [f"{name}_minor" for name in (
        "opening", "received", "credited", "due_now", "overdue", "d1_30", "d31_60", "d61_90", "d91_120", "d120_plus",
        "unapplied",
    )], 0,
)  # fmt: skip


def issue(
    session: Session, number: str = "ACME", *, month: date = date(2026, 2, 1), **changes: Any
) -> Statement:
    """Write one issued statement as the statements feature leaves it."""
    customer = session.scalars(select(Customer).where(Customer.number == number)).one()
    seller = session.scalars(select(LegalEntity)).one()
    until = (month + timedelta(days=32)).replace(day=1)
    run = StatementRun(
        entity_id=seller.id,
        period_from=month,
        period_until=until,
        state="issued",
        policy_version=0,
        started_at=NOW,
    )
    session.add(run)
    session.flush()
    values = ZERO | {
        "run_id": run.id, "entity_id": seller.id, "customer_id": customer.id, "currency": customer.currency,
        "period_from": month, "period_until": until, "state": "issued", "invoiced_minor": 8_765_43,
        "closing_minor": 8_765_43, "not_due_minor": 8_765_43, "line_count": 3, "content_hash": "0" * 64,
        "answer_by_on": NOW.date() + timedelta(days=15), "prepared_at": NOW, "issued_at": NOW,
    } | changes  # fmt: skip
    statement = Statement(**values)
    session.add(statement)
    session.flush()
    return statement


def mails(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_the_first_mail_names_statement_and_deadline_and_no_figure(session: Session, now: datetime) -> None:
    statement = issue(session)
    run = run_reminders(session, actor=CONSOLE, now=now)
    (mail,) = mails(session)
    assert run.queued == 1
    assert (mail.event, mail.recipient, mail.language) == ("statement-issued", "ping@acme.example", "zh")
    assert mail.key == f"statement:{statement.public_id}:v1:stage0:ping@acme.example"
    assert (mail.payload["month"], mail.payload["answer_by"]) == ("2026-02", "2026-03-17")
    assert "8765" not in str(mail.payload).replace(",", "")
    assert mail.payload["customer"] == "埃克米商贸"
    assert mail.payload["why"] == "confirmer"


def test_a_second_run_queues_nothing(session: Session, now: datetime) -> None:
    issue(session)
    run_reminders(session, actor=CONSOLE, now=now)
    again = run_reminders(session, actor=CONSOLE, now=now)
    assert (again.queued, again.skipped) == (0, {"already-told": 1})
    assert len(mails(session)) == 1


def test_each_stage_is_told_once_and_a_clock_set_back_tells_nothing(session: Session, now: datetime) -> None:
    issue(session)
    events = []
    for days in (0, 3, 7, 8, 12, 11, 7, 0, 30, 90):
        run_reminders(
            session, actor=CONSOLE, now=now + timedelta(days=days) - timedelta(hours=1 if days else 0)
        )
        events.append(len(mails(session)))
    assert events == [1, 1, 2, 2, 3, 3, 3, 3, 4, 4]
    assert [mail.event for mail in mails(session)] == ["statement-issued"] + ["statement-reminder"] * 3


def test_a_statement_found_late_is_announced_before_it_is_reminded_of(
    session: Session, now: datetime
) -> None:
    issue(session)
    run_reminders(session, actor=CONSOLE, now=now + timedelta(days=20))
    (mail,) = mails(session)
    assert mail.event == "statement-issued"
    assert mail.payload["is_late"] is True


def test_contacts_are_told_in_their_language_beside_the_people(session: Session, now: datetime) -> None:
    customer_id = issue(session).customer_id
    for email, wants in (
        ("ap@acme.example", True),
        ("quiet@acme.example", False),
        ("ping@acme.example", True),
    ):
        session.add(
            Contact(
                customer_id=customer_id, name="Payables", email=email, language="en", wants_statements=wants
            )
        )
    session.flush()
    run_reminders(session, actor=CONSOLE, now=now)
    told = [(mail.recipient, mail.language, mail.payload["why"]) for mail in mails(session)]
    assert told == [("ap@acme.example", "en", "contact"), ("ping@acme.example", "zh", "confirmer")]
    assert mails(session)[0].payload["customer"] == "Acme Trading"


@pytest.mark.parametrize(
    "changes", [{"state": "confirmed"}, {"state": "superseded"}, {"state": "draft", "issued_at": None}]
)
def test_what_is_signed_replaced_or_a_draft_is_not_told(
    changes: dict[str, Any], session: Session, now: datetime
) -> None:
    issue(session, **changes)
    run = run_reminders(session, actor=CONSOLE, now=now)
    assert (run.queued, run.skipped) == (0, {})


def test_only_the_newest_month_is_told(session: Session, now: datetime) -> None:
    issue(session, month=date(2026, 1, 1))
    issue(session, month=date(2026, 2, 1))
    run = run_reminders(session, actor=CONSOLE, now=now)
    assert (run.queued, run.skipped) == (1, {"newer-month": 1})
    assert mails(session)[0].payload["month"] == "2026-02"


def test_a_paused_customer_is_left_alone_and_the_reason_is_counted(session: Session, now: datetime) -> None:
    issue(session)
    acme = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
    pause_customer(session, public_id=acme.public_id, reason="Sale of the company", actor=CONSOLE, now=now)
    assert run_reminders(session, actor=CONSOLE, now=now).skipped == {"paused": 1}


def test_a_new_version_is_told_anew(session: Session, now: datetime) -> None:
    first = issue(session)
    run_reminders(session, actor=CONSOLE, now=now)
    first.state = "superseded"
    issue(session, version=2, supersedes_id=first.id)
    run_reminders(session, actor=CONSOLE, now=now)
    assert [mail.payload["version"] for mail in mails(session)] == [1, 2]


def test_a_long_run_goes_on_where_the_last_piece_ended(session: Session, now: datetime) -> None:
    issue(session, "ACME")
    issue(session, "GLOBEX")
    first = run_reminders(session, actor=CONSOLE, now=now, limit=1)
    assert first.last_id > 0
    run_reminders(session, actor=CONSOLE, now=now, after_id=first.last_id, limit=1)
    assert len(mails(session)) == 2


def test_a_clerk_may_run_it_and_a_customer_may_not(
    session: Session, mei: Actor, ping: Actor, now: datetime
) -> None:
    issue(session)
    with pytest.raises(NotAllowed):
        run_reminders(session, actor=ping, now=now)
    assert run_reminders(session, actor=mei, now=now).queued == 1


def test_one_statement_told_leaves_one_audit_row(session: Session, now: datetime) -> None:
    statement = issue(session)
    run_reminders(session, actor=CONSOLE, now=now)
    session.commit()
    rows = session.scalars(select(AuditRow).where(AuditRow.event == "reminders.queued")).all()
    assert [row.subject_id for row in rows] == [statement.public_id]


@pytest.mark.db
def test_four_runs_at_once_send_one_mail(database: Database, now: datetime) -> None:
    """Attack case D32: neither twenty runs in a row nor four at once storm anybody."""
    with database.writing() as session:
        issue(session)

    def run(_: int) -> int:
        with database.writing() as own:
            return run_reminders(own, actor=CONSOLE, now=now).queued

    with ThreadPoolExecutor(4) as pool:
        queued = list(pool.map(run, range(4)))
    queued += [run(number) for number in range(20)]
    with database.reading() as session:
        assert sum(queued) == 1
        assert session.scalar(select(func.count(OutboxMessage.id))) == 1
        assert session.scalar(select(func.count(Reminder.id))) == 1
