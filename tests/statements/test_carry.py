"""Answers that are carried: to a version where the line did not change, to the line 0 of the next month."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import SignatureDraft, confirm_lines, sign_balance, signing_text
from portal.statements import find_statement
from tests.books import Books
from tests.statements.months import FEBRUARY, JANUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 invoice ACME INV-3 80.00 CNY due 2026-03-12
"""


@pytest.mark.db
def test_a_back_dated_receipt_makes_a_version_that_keeps_the_other_answers(
    session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime
) -> None:
    """No peer has it (4): version 2 differs by one line, the answered lines stay answered."""
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    old = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=ping)
    confirm_lines(
        session, public_id=old.public_id, line_nos=[1, 2], content_hash=old.content_hash, actor=ping, now=now
    )
    books("2026-02-05 receipt ACME RC-1 50.00 CNY pays INV-2:50.00")
    issue_month(session, month=FEBRUARY, actor=mei, now=now + timedelta(hours=1))
    page = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=ping)
    assert [(line.document_no, line.answer) for line in page.lines] == [
        ("INV-2", "confirmed"), ("RC-1", "none"), ("INV-3", "confirmed"),
    ]  # fmt: skip
    assert (page.version, page.state) == (2, "part-answered")
    old = find_statement(session, public_id=old.public_id, actor=ping)
    assert (old.state, old.newer.public_id if old.newer else "") == ("superseded", page.public_id)
    assert [line.answered_by for line in page.lines if line.is_carried] == ["Ping Zhou", "Ping Zhou"]


def sign(session: Session, public_id: str, *, actor: Actor, now: datetime) -> str:
    page = find_statement(session, public_id=public_id, actor=actor)
    every = [line.no for line in page.all_lines]
    confirm_lines(
        session, public_id=public_id, line_nos=None, seen_lines=every, content_hash=page.content_hash, actor=actor,
        now=now,
    )  # fmt: skip
    page = find_statement(session, public_id=public_id, actor=actor)
    draft = SignatureDraft(
        outcome="agreed", stated=None, reason="", signer_name=actor.name, job_title="Bookkeeper",
        signed_text=signing_text(page, outcome="agreed", language="en").full, language="en",
        content_hash=page.content_hash, answers_hash=page.answers_hash,
    )  # fmt: skip
    return sign_balance(session, public_id=public_id, signature=draft, actor=actor, now=now)


@pytest.mark.db
@pytest.mark.parametrize("is_signed_before", [True, False])
def test_line_0_takes_last_months_signature(
    is_signed_before: bool, session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime
) -> None:
    """I7: the opening balance shows as agreed where last month was signed at that closing."""
    books(STORY)
    issue_month(session, month=JANUARY, actor=mei, now=now)
    january = statement_of(session, "ACME", "CNY", JANUARY).public_id
    if is_signed_before:
        sign(session, january, actor=ping, now=now)
    issue_month(session, month=FEBRUARY, actor=mei, now=now + timedelta(hours=1))
    if not is_signed_before:
        sign(session, january, actor=ping, now=now + timedelta(hours=2))
    page = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=ping)
    assert (page.opening.answer, page.progress.opening_state) == ("confirmed", "confirmed")
    assert page.previous is not None
    assert (page.previous.public_id, page.previous.state) == (january, "confirmed")


def test_line_0_stays_unanswered_while_last_month_is_unsigned(
    session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime
) -> None:
    books(STORY)
    issue_month(session, month=JANUARY, actor=mei, now=now)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    page = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=ping)
    assert (page.opening.answer, page.progress.left) == ("none", 3)
