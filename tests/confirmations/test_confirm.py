"""Confirming lines, taking answers back, asking; the three sums always come to the closing balance."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.confirmations import ask_about_line, confirm_lines, take_back_answers
from portal.disputes import DisputeDraft, open_dispute
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.money import Money
from portal.statements import StatementPage, find_statement
from portal.tasks import list_open_tasks
from tests.books import Books
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 invoice ACME INV-3 80.00 CNY due 2026-03-12
    2026-02-12 receipt ACME RC-1 30.00 CNY pays INV-1:30.00
"""


@pytest.fixture
def page(session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime) -> StatementPage:
    """Acme's issued February statement: opening 100.00, lines 1 to 3."""
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    return look(session, statement_of(session, "ACME", "CNY").public_id, ping)


def look(session: Session, public_id: str, actor: Actor) -> StatementPage:
    return find_statement(session, public_id=public_id, actor=actor)


def known_of(page: StatementPage, actor: Actor, now: datetime) -> dict[str, Any]:
    return {"public_id": page.public_id, "content_hash": page.content_hash, "actor": actor, "now": now}


def answers(page: StatementPage) -> list[str]:
    return [line.answer for line in page.all_lines]


@pytest.mark.db
def test_confirms_the_named_lines(session: Session, page: StatementPage, ping: Actor, now: datetime) -> None:
    done = confirm_lines(
        session,
        public_id=page.public_id,
        line_nos=[1, 3],
        content_hash=page.content_hash,
        actor=ping,
        now=now,
    )
    after = look(session, page.public_id, ping)
    assert answers(after) == ["none", "confirmed", "none", "confirmed"]
    assert (done.line_nos, done.total.decimal_text, after.state) == ((1, 3), "220.50", "part-answered")


def test_the_rest_takes_in_only_unanswered_lines_that_were_shown(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    confirm_lines(session, line_nos=[1], **known)
    done = confirm_lines(session, line_nos=None, seen_lines=[0, 1, 3], **known)
    assert done.line_nos == (0, 3)
    assert answers(look(session, page.public_id, ping)) == ["confirmed", "confirmed", "none", "confirmed"]


def test_confirming_again_changes_nothing(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    confirm_lines(session, line_nos=[1], **known)
    assert confirm_lines(session, line_nos=[1], **known).line_nos == ()


def test_one_click_is_undone_as_one(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    confirm_lines(session, line_nos=[1], **known)
    done = confirm_lines(session, line_nos=[2, 3], **known)
    assert take_back_answers(session, act=done.act, **known).line_nos == (2, 3)
    assert answers(look(session, page.public_id, ping)) == ["none", "confirmed", "none", "none"]


def test_taking_back_the_last_answer_returns_to_viewed(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    confirm_lines(session, line_nos=[1], **known)
    take_back_answers(session, line_nos=[1], **known)
    assert look(session, page.public_id, ping).state == "viewed"


def test_a_question_leaves_the_line_unanswered_and_opens_a_task(
    session: Session, page: StatementPage, ping: Actor, mei: Actor, now: datetime
) -> None:
    ask_about_line(
        session, public_id=page.public_id, line_no=2, text=" Which order was this? ", content_hash=page.content_hash,
        actor=ping, now=now,
    )  # fmt: skip
    after = look(session, page.public_id, ping)
    assert (after.lines[1].answer, after.lines[1].note) == ("question", "Which order was this?")
    assert after.progress.left == page.progress.left
    (task,) = list_open_tasks(session, actor=mei)
    assert (task.kind, task.facts["document_no"]) == ("question", "INV-3")


def test_an_empty_question_is_refused(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        ask_about_line(
            session,
            public_id=page.public_id,
            line_no=2,
            text="  ",
            content_hash=page.content_hash,
            actor=ping,
            now=now,
        )


def dispute(
    session: Session, page: StatementPage, *, line_no: int, minor: int, actor: Actor, now: datetime
) -> str:
    draft = DisputeDraft(
        reason="PRC", amount=Money(minor, page.currency), text="The price on the order was lower.",
        statement=page.public_id, line_no=line_no, facts={"order_no": "PO-7"},
    )  # fmt: skip
    return open_dispute(session, draft=draft, actor=actor, now=now)


def test_a_line_a_colleague_disputed_is_not_confirmed_and_they_are_named(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    dispute(session, page, line_no=2, minor=8_000, actor=ping, now=now + timedelta(minutes=38))
    colleague = Actor(
        person_id=None, name="Li Na", side="customer", roles=ping.roles, permissions=ping.permissions,
        customer_ids=ping.customer_ids,
    )  # fmt: skip
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": colleague,
        "now": now,
    }
    with pytest.raises(
        Conflict, match=r"Ping Zhou disputed this line at 10:38\. Your answer was not saved\."
    ):
        confirm_lines(session, line_nos=[2], **known)
    done = confirm_lines(session, line_nos=[1, 2], **known)
    assert (done.line_nos, [(line.line_no, line.name) for line in done.skipped]) == ((1,), [(2, "Ping Zhou")])


@pytest.mark.db
def test_disputed_confirmed_and_unanswered_always_come_to_the_closing_balance(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    """Requirement 2-12 and I7: disputed items stand apart, and the three sums are the closing balance at each step."""
    chance = random.Random(7)
    dispute(session, page, line_no=1, minor=5_050, actor=ping, now=now)
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    for _ in range(12):
        some = chance.sample([0, 2, 3], k=chance.randint(1, 3))
        (confirm_lines if chance.random() < 0.6 else take_back_answers)(session, line_nos=some, **known)
        after = look(session, page.public_id, ping)
        progress = after.progress
        assert progress.confirmed + progress.disputed + progress.unanswered == after.figures.closing
        assert progress.disputed == Money(5_050, "CNY")
        assert sum(group.subtotal.minor for group in after.groups) == after.movement.minor


def test_each_click_has_one_audit_row(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    confirm_lines(session, line_nos=[1, 2, 3], **known)
    take_back_answers(session, line_nos=[1, 2], **known)
    session.commit()
    wanted = ("lines.answered", "answers.undone")
    assert session.scalars(
        select(AuditRow.event).where(AuditRow.event.in_(wanted)).order_by(AuditRow.number)
    ).all() == list(wanted)


@pytest.mark.db
def test_an_answer_to_an_older_version_is_refused_with_the_time_of_the_newer(
    session: Session, page: StatementPage, books: BookStory, mei: Actor, ping: Actor, now: datetime
) -> None:
    books("2026-02-27 invoice ACME INV-4 10.00 CNY")
    issue_month(session, month=FEBRUARY, actor=mei, now=now + timedelta(minutes=41))
    with pytest.raises(Conflict, match=r"A newer statement was issued at 10:41\. Nothing was saved\."):
        confirm_lines(
            session,
            public_id=page.public_id,
            line_nos=[1],
            content_hash=page.content_hash,
            actor=ping,
            now=now,
        )


def test_who_may_not_answer(
    session: Session, page: StatementPage, vera: Actor, bo: Actor, mei: Actor, now: datetime
) -> None:
    for actor, refusal in ((vera, NotAllowed), (mei, NotAllowed), (bo, NotFound)):
        with pytest.raises(refusal):
            confirm_lines(
                session,
                public_id=page.public_id,
                line_nos=[1],
                content_hash=page.content_hash,
                actor=actor,
                now=now,
            )


def test_a_line_that_does_not_exist_is_not_found(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    with pytest.raises(NotFound):
        confirm_lines(
            session,
            public_id=page.public_id,
            line_nos=[9],
            content_hash=page.content_hash,
            actor=ping,
            now=now,
        )
