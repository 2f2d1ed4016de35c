"""Issuing: frozen, replaced by versions, answers that still hold are carried over."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit.models import AuditRow
from portal.errors import Conflict, NotAllowed, NotFound
from portal.policies import Policy, change_policy
from portal.statements import find_statement, issue_batch, issue_statements, prepare_statements, release_run
from portal.statements.models import Statement, StatementRun
from tests.books import Books
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
CONSOLE = system_actor("console")
STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 invoice ACME INV-3 80.00 CNY due 2026-03-12
"""


@pytest.mark.db
def test_freezes_the_statement_and_sets_the_day_to_answer_by(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    row = statement_of(session, "ACME", "CNY")
    assert (row.state, row.issued_at, row.answer_by_on) == ("issued", now, date(2026, 3, 17))
    act = "UPDATE statements SET answer_by_on = NULL"
    with pytest.raises(IntegrityError):
        session.execute(text(act))


@pytest.mark.db
@pytest.mark.parametrize(
    "act",
    [
        "UPDATE statement_lines SET amount_minor = amount_minor + 1",
        "DELETE FROM statement_lines",
        "DELETE FROM statements",
    ],
)
def test_nothing_issued_changes_or_vanishes(
    act: str, session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    with pytest.raises(IntegrityError):
        session.execute(text(act))


def test_issuing_twice_issues_nothing_new(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    again = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    assert issue_statements(session, run=again, released_by="os:li", actor=CONSOLE, now=now) == 0


def test_each_issued_statement_has_one_audit_row_that_names_the_release(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    session.commit()
    wanted = select(AuditRow.subject_id, AuditRow.body).where(AuditRow.event == "statements.issued")
    rows = session.execute(wanted).all()
    assert sorted(row.subject_id for row in rows) == sorted(
        session.scalars(select(Statement.public_id)).all()
    )
    assert all('"released_by":"os:li, policy v0"' in row.body for row in rows)


def test_batches_issue_a_part_at_a_time(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    release_run(session, run=run, released_by="os:li", actor=CONSOLE, now=now)
    steps = [issue_batch(session, run=run, size=1, actor=CONSOLE, now=now) for _ in range(2)]
    assert [(step.issued, step.left, step.state) for step in steps] == [(1, 1, "issuing"), (1, 0, "issued")]
    result = session.scalars(select(StatementRun.result).where(StatementRun.public_id == run)).one() or {}
    assert result["issued"] == 2


def test_refuses_to_issue_what_nobody_released(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books(STORY)
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    with pytest.raises(Conflict):
        issue_batch(session, run=run, actor=CONSOLE, now=now)


def test_a_person_cannot_use_the_standing_approval(
    session: Session, books: BookStory, mei: Actor, chen: Actor, now: datetime
) -> None:
    books(STORY)
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    for actor in (mei, chen):
        with pytest.raises(NotAllowed):
            release_run(session, run=run, released_by="os:li", actor=actor, now=now)


def test_the_console_issues_nothing_when_the_policy_has_no_standing_approval(
    session: Session, books: BookStory, mei: Actor, chen: Actor, now: datetime
) -> None:
    books(STORY)
    run = prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    change_policy(
        session, policy=Policy(standing_release=False), valid_from_on=date(2026, 3, 1), reason="two people",
        actor=CONSOLE, now=now,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        release_run(session, run=run, released_by="os:li", actor=CONSOLE, now=now)


def test_a_customer_never_sees_a_draft(
    session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime
) -> None:
    books(STORY)
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    draft = statement_of(session, "ACME", "CNY").public_id
    assert find_statement(session, public_id=draft, actor=mei).state == "draft"
    with pytest.raises(NotFound):
        find_statement(session, public_id=draft, actor=ping)


def test_a_stranger_gets_the_same_answer_as_for_an_unknown_statement(
    session: Session, books: BookStory, mei: Actor, bo: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    for public_id in (statement_of(session, "ACME", "CNY").public_id, "x" * 22):
        with pytest.raises(NotFound):
            find_statement(session, public_id=public_id, actor=bo)
