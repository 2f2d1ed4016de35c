"""Preparing a month: who gets a statement, what it says, and what happens when it is prepared again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.ledger.models import LegalEntity
from portal.receivables.models import Document, MonthBalance
from portal.statements import find_statement, prepare_batch, prepare_statements, start_run
from portal.statements.models import Statement, StatementLine, StatementRun
from tests.books import Books
from tests.statements.months import FEBRUARY, JANUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05 order PO-7 "ball screws"
    2026-02-10 receipt ACME RC-1 80.00 CNY pays INV-1:80.00
    2026-02-20 credit_note ACME CN-1 20.50 CNY pays INV-2:20.50
    2026-02-12 invoice ACME INV-3 900 JPY
"""


def result_of(session: Session, run: str) -> dict[str, object]:
    return session.scalars(select(StatementRun.result).where(StatementRun.public_id == run)).one() or {}


@pytest.mark.db
def test_a_statement_adds_up_from_opening_to_closing(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    """Requirement 1-4 and I3, I4: each line of the period appears once; opening + movements = closing = ageing."""
    books(STORY)
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    page = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=mei)
    figures = page.figures
    assert [line.document_no for line in page.lines] == ["INV-2", "RC-1", "CN-1"]
    assert [line.amount.decimal_text for line in page.all_lines] == ["100.00", "250.50", "-80.00", "-20.50"]
    assert [line.open.decimal_text for line in page.lines] == ["230.00", "0.00", "0.00"]
    assert figures.opening + figures.invoiced - figures.received - figures.credited == figures.closing
    assert page.ageing.balance == figures.closing
    assert (page.ageing.d1_30.decimal_text, page.ageing.not_due.decimal_text) == ("20.00", "230.00")
    assert (figures.overdue.decimal_text, figures.due_now.decimal_text) == ("20.00", "20.00")
    assert result_of(session, run)["prepared"] == 3  # ACME in CNY and JPY, GLOBEX nil in EUR


@pytest.mark.db
def test_every_active_customer_gets_one_nil_ones_too(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    """Requirement 0-5 and "what no peer has" 19."""
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    nil = statement_of(session, "GLOBEX", "EUR")
    assert (nil.opening_minor, nil.closing_minor, nil.line_count) == (0, 0, 0)
    pairs = session.execute(select(Statement.customer_id, Statement.currency)).all()
    assert len(pairs) == len(set(pairs)) == 3


def test_customers_who_came_later_or_are_archived_get_none(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    session.execute(update(Customer).where(Customer.number == "GLOBEX").values(first_on=date(2026, 3, 1)))
    session.execute(update(Customer).where(Customer.number == "ACME").values(archived_at=now))
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    assert session.scalars(select(Statement.id)).all() == []


@pytest.mark.db
def test_preparing_again_changes_nothing(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    before = session.execute(select(Statement.public_id, Statement.content_hash, Statement.version)).all()
    again = prepare_statements(session, month=FEBRUARY, actor=mei, now=now + timedelta(hours=1))
    assert (
        session.execute(select(Statement.public_id, Statement.content_hash, Statement.version)).all()
        == before
    )
    result = result_of(session, again)
    assert (result["prepared"], result["unchanged"], result["statements"]) == (0, 3, 3)


@pytest.mark.db
def test_a_changed_draft_is_rewritten_and_keeps_its_address(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    before = statement_of(session, "ACME", "CNY").public_id
    books("2026-02-27 invoice ACME INV-4 10.00 CNY")
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    session.expire_all()
    after = statement_of(session, "ACME", "CNY")
    assert (after.public_id, after.version, after.line_count, after.closing_minor) == (before, 1, 4, 26_000)


@pytest.mark.db
def test_a_change_after_issue_becomes_the_next_version(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    books("2026-02-27 invoice ACME INV-4 10.00 CNY")
    again = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    newest = statement_of(session, "ACME", "CNY")
    assert (newest.version, newest.state) == (2, "draft")
    assert session.get_one(Statement, newest.supersedes_id).state == "issued"
    assert result_of(session, again)["unchanged"] == 2


def test_a_customer_whose_sums_fail_stops_alone(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    acme = select(Customer.id).where(Customer.number == "ACME").scalar_subquery()
    session.execute(
        update(MonthBalance)
        .where(
            MonthBalance.customer_id == acme,
            MonthBalance.currency == "CNY",
            MonthBalance.month_on == FEBRUARY,
        )
        .values(
            invoiced_minor=MonthBalance.invoiced_minor + 7, movement_minor=MonthBalance.movement_minor + 7
        )
    )
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    result = result_of(session, run)
    assert result["failed"] == [
        {"customer_no": "ACME", "currency": "CNY", "code": "lines_differ", "difference": "-0.07"}
    ]
    numbers = session.scalars(
        select(Customer.number).join(Statement, Statement.customer_id == Customer.id)
    ).all()
    assert numbers == ["GLOBEX"]


def test_a_month_that_opens_elsewhere_than_the_last_closed_is_set_aside(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    """I3: closing(n) = opening(n+1); the last month is issued again first."""
    books("2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04")
    issue_month(session, month=JANUARY, actor=mei, now=now)
    books("2026-01-30 invoice ACME INV-9 5.00 CNY")
    first = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    assert result_of(session, first)["failed"] == [
        {"customer_no": "ACME", "currency": "CNY", "code": "opening_differs", "difference": "5.00"}
    ]
    issue_month(session, month=JANUARY, actor=mei, now=now)
    assert result_of(session, prepare_statements(session, month=FEBRUARY, actor=mei, now=now))["failed"] == []


def test_later_payments_do_not_change_what_was_open_at_the_end_of_the_month(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    before = statement_of(session, "ACME", "CNY").content_hash
    books("2026-03-01 receipt ACME RC-9 230.00 CNY pays INV-2:230.00")
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    session.expire_all()
    assert statement_of(session, "ACME", "CNY").content_hash == before


def test_another_entity_states_only_what_it_knows(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    other = LegalEntity(code="HK", name="香港")
    session.add(other)
    session.flush()
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now, entity_id=other.id)
    assert result_of(session, run)["statements"] == 0


def test_the_number_of_sql_statements_does_not_grow_with_customers(
    database: Database, session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    few = _statements_sent(database, session, mei, now, month=JANUARY)
    books("\n".join(f"2026-02-{day:02d} invoice NEW-{day} N-{day} 12.34 CNY" for day in range(1, 29)))
    many = _statements_sent(database, session, mei, now, month=FEBRUARY)
    assert many == few


def _statements_sent(
    database: Database, session: Session, actor: Actor, now: datetime, *, month: date
) -> int:
    run = start_run(session, month=month, actor=actor, now=now)
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    prepare_batch(session, run=run, actor=actor, now=now)
    event.remove(database.engine, "before_cursor_execute", note)
    return len(sent)


def test_batches_go_on_where_the_last_one_stopped(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    run = start_run(session, month=FEBRUARY, actor=mei, now=now)
    first = prepare_batch(session, run=run, size=1, actor=mei, now=now)
    second = prepare_batch(session, run=run, size=1, actor=mei, now=now)
    third = prepare_batch(session, run=run, size=1, actor=mei, now=now)
    assert [(step.state, step.done) for step in (first, second, third)] == [
        ("preparing", 1), ("preparing", 2), ("prepared", 2),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        prepare_batch(session, run=run, size=1, actor=mei, now=now)


def test_each_prepared_statement_has_one_audit_row(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    session.commit()
    noted = session.scalars(select(AuditRow.subject_id).where(AuditRow.event == "statements.prepared")).all()
    assert sorted(noted) == sorted(session.scalars(select(Statement.public_id)).all())


def test_lines_carry_the_document_as_it_was(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    line = session.scalars(select(StatementLine).where(StatementLine.document_no == "INV-2")).one()
    document = session.get_one(Document, line.document_id)
    assert (line.text, line.order_no, line.due_on) == ("ball screws", "PO-7", date(2026, 3, 5))
    assert line.amount_minor == document.balance_minor


def test_a_document_without_due_date_is_due_after_the_customers_terms(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books("2026-02-03 invoice ACME INV-2 250.50 CNY")
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    line = session.scalars(select(StatementLine).where(StatementLine.document_no == "INV-2")).one()
    assert line.due_on == date(2026, 3, 5)


def test_refuses_a_month_that_has_not_begun(session: Session, mei: Actor) -> None:
    with pytest.raises(Invalid):
        start_run(session, month=date(2026, 4, 1), actor=mei, now=datetime(2026, 3, 2, tzinfo=UTC))


def test_refuses_a_reader(session: Session, aud: Actor, ping: Actor, now: datetime) -> None:
    for actor in (aud, ping):
        with pytest.raises(NotAllowed):
            start_run(session, month=FEBRUARY, actor=actor, now=now)


def test_refuses_an_unknown_run(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        prepare_batch(session, run="x" * 22, actor=mei, now=now)
