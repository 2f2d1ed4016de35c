"""What of last month's disputes stays disputed in the opening balance of the next statement."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import SignatureDraft, confirm_lines, sign_balance, signing_text
from portal.disputes import OPEN_STATES, STATES, DisputeDraft, open_dispute, withdraw_dispute
from portal.money import Money
from portal.statements import StatementPage, find_statement
from portal.statements.above import ENDED_DISPUTES
from tests.books import Books
from tests.statements.months import FEBRUARY, JANUARY, issue_month, statement_of

STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-01-06 invoice ACME INV-2 250.50 CNY due 2026-03-05
"""


def sign_except(session: Session, *, actor: Actor, now: datetime) -> tuple[StatementPage, str]:
    """Dispute the first line, confirm the rest, sign."""
    january = statement_of(session, "ACME", "CNY", JANUARY)
    page = find_statement(session, public_id=january.public_id, actor=actor)
    draft = DisputeDraft(
        reason="NRC",
        amount=Money(4000, "CNY"),
        statement=page.public_id,
        line_no=1,
        content_hash=page.content_hash,
    )
    dispute = open_dispute(session, draft=draft, actor=actor, now=now)
    every = [line.no for line in page.all_lines]
    confirm_lines(
        session, public_id=page.public_id, line_nos=None, seen_lines=every, content_hash=page.content_hash,
        actor=actor, now=now,
    )  # fmt: skip
    page = find_statement(session, public_id=page.public_id, actor=actor)
    signature = SignatureDraft(
        outcome="agreed-except", stated=None, reason="", signer_name=actor.name, job_title="Bookkeeper",
        signed_text=signing_text(page, outcome="agreed-except", language="en").full, language="en",
        content_hash=page.content_hash, answers_hash=page.answers_hash,
    )  # fmt: skip
    sign_balance(session, public_id=page.public_id, signature=signature, actor=actor, now=now)
    return page, dispute


@pytest.mark.db
@pytest.mark.parametrize(
    ("is_over", "answer", "disputed"), [(False, "disputed", 4000), (True, "confirmed", 0)]
)
def test_an_opening_is_disputed_only_while_a_dispute_is_open(
    session: Session, books: Callable[[str], Books], mei: Actor, ping: Actor, now: datetime,
    is_over: bool, answer: str, disputed: int,
) -> None:  # fmt: skip
    books(STORY)
    issue_month(session, month=JANUARY, actor=mei, now=now)
    _page, dispute = sign_except(session, actor=ping, now=now)
    if is_over:
        withdraw_dispute(session, public_id=dispute, actor=ping, now=now + timedelta(minutes=5))
    issue_month(session, month=FEBRUARY, actor=mei, now=now + timedelta(hours=1))
    page = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=ping)
    assert (page.opening.answer, page.opening.disputed_minor) == (answer, disputed)
    total = page.progress.confirmed + page.progress.disputed + page.progress.unanswered
    assert total == page.figures.closing


def test_statements_know_which_disputes_have_ended() -> None:
    assert set(ENDED_DISPUTES) == set(STATES) - set(OPEN_STATES)
