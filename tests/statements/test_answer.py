"""The one writer of answers: bound to a version, within the line, only while the statement can be answered."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import Invalid, NotFound
from portal.statements import (
    AlreadySigned,
    LineAnswerDraft,
    NewerVersion,
    current_answers,
    locate_line,
    new_act,
    record_answers,
)
from portal.statements.models import LineAnswer, Statement
from tests.books import Books
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]


@pytest.fixture
def statement(session: Session, books: BookStory, mei: Actor, now: datetime) -> Statement:
    """Acme's issued statement: an invoice of 250.50 and a receipt of 30.00."""
    books("2026-02-03 invoice ACME INV-2 250.50 CNY\n2026-02-04 receipt ACME RC-1 30.00 CNY")
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    return statement_of(session, "ACME", "CNY")


def record(session: Session, row: Statement, draft: LineAnswerDraft, *, actor: Actor, now: datetime) -> None:
    record_answers(
        session, statement_id=row.id, answers=[draft], content_hash=row.content_hash, act=new_act(), actor=actor,
        now=now,
    )  # fmt: skip


@pytest.mark.db
def test_adds_a_row_and_never_changes_one(
    session: Session, statement: Statement, ping: Actor, now: datetime
) -> None:
    record(session, statement, LineAnswerDraft(1, "confirmed"), actor=ping, now=now)
    record(session, statement, LineAnswerDraft(1, "none"), actor=ping, now=now)
    assert session.scalar(select(func.count()).select_from(LineAnswer)) == 2
    assert current_answers(session, statement.id)[1].answer == "none"
    act = "UPDATE line_answers SET answer = 'confirmed'"
    with pytest.raises(IntegrityError):
        session.execute(text(act))


@pytest.mark.parametrize(("line_no", "part"), [(1, 25_051), (1, -1), (2, -3_001), (2, 1)])
def test_no_more_than_the_line_is_disputed(
    line_no: int, part: int, session: Session, statement: Statement, ping: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        record(session, statement, LineAnswerDraft(line_no, "disputed", part), actor=ping, now=now)


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [(LineAnswerDraft(9, "confirmed"), NotFound), (LineAnswerDraft(1, "perhaps"), Invalid)],
)
def test_refuses_what_does_not_exist(
    draft: LineAnswerDraft,
    refusal: type[Exception],
    session: Session,
    statement: Statement,
    ping: Actor,
    now: datetime,
) -> None:
    with pytest.raises(refusal):
        record(session, statement, draft, actor=ping, now=now)


def test_refuses_another_version_and_a_signed_statement(
    session: Session, statement: Statement, ping: Actor, now: datetime
) -> None:
    draft = [LineAnswerDraft(1, "confirmed")]
    with pytest.raises(NewerVersion):
        record_answers(
            session,
            statement_id=statement.id,
            answers=draft,
            content_hash="0" * 64,
            act=new_act(),
            actor=ping,
            now=now,
        )
    statement.state = "confirmed"
    session.flush()
    with pytest.raises(AlreadySigned):
        record(session, statement, draft[0], actor=ping, now=now)


def test_another_customers_statement_is_not_there(
    session: Session, statement: Statement, bo: Actor, now: datetime
) -> None:
    with pytest.raises(NotFound):
        record(session, statement, LineAnswerDraft(1, "confirmed"), actor=bo, now=now)
    with pytest.raises(NotFound):
        locate_line(session, public_id=statement.public_id, line_no=1, actor=bo)


def test_locates_a_line_with_its_document(
    session: Session, statement: Statement, ping: Actor, books: BookStory
) -> None:
    found = locate_line(session, public_id=statement.public_id, line_no=1, actor=ping)
    assert (found.line.document_no, found.document_id, found.currency) == (
        "INV-2",
        books("").ids["INV-2"],
        "CNY",
    )
    with pytest.raises(NotFound):
        locate_line(session, public_id=statement.public_id, line_no=7, actor=ping)
