"""Today's balance in three parts that always add up to it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.confirmations import confirm_lines
from portal.errors import NotFound
from portal.insights import Standing, standing_today
from portal.lists import ListQuery
from portal.receivables import balance_on
from portal.statements import find_statement, issue_statements, list_statements, prepare_statements
from tests.books import Books

AS_OF = date(2026, 3, 2)
STORY = """
2026-01-10 invoice ACME INV-1 100.00 CNY due 2026-02-09
2026-02-05 invoice ACME INV-2 40.00 CNY due 2026-03-07
2026-02-20 receipt ACME RC-1 30.00 CNY pays INV-1:30.00
2026-03-01 invoice ACME INV-3 7.00 CNY due 2026-03-31
"""


def stand(session: Session, ping: Actor) -> Standing:
    (customer_id,) = ping.customer_ids or (0,)
    return standing_today(session, customer_id=customer_id, currency="CNY", as_of=AS_OF, actor=ping)


def issue_february(session: Session, ping: Actor, now: datetime) -> str:
    console = system_actor("os:test")
    run = prepare_statements(session, month=date(2026, 2, 1), actor=console, now=now)
    issue_statements(session, run=run, released_by="os:test", actor=console, now=now)
    return list_statements(session, query=ListQuery(), actor=ping).rows[0].public_id


def test_nothing_is_confirmed_before_anybody_answered(
    session: Session, ping: Actor, books: Callable[[str], Books], now: datetime
) -> None:
    books(STORY)
    found = stand(session, ping)
    assert (found.confirmed.minor, found.disputed.minor, found.unanswered.minor) == (0, 0, 11_700)


def test_confirmed_lines_and_the_opening_balance_count_what_is_still_open(
    session: Session, ping: Actor, books: Callable[[str], Books], now: datetime
) -> None:
    books(STORY)
    public_id = issue_february(session, ping, now)
    page = find_statement(session, public_id=public_id, actor=ping)
    known: dict[str, Any] = {
        "public_id": public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    confirm_lines(session, line_nos=[0], **known)
    assert stand(session, ping).confirmed.minor == 7_000  # INV-1 less the receipt
    number = next(line.no for line in page.lines if line.document_no == "INV-2")
    confirm_lines(session, line_nos=[number], **known)
    found = stand(session, ping)
    assert (found.confirmed.minor, found.unanswered.minor) == (11_000, 700)


def test_the_parts_come_to_the_balance(
    session: Session, ping: Actor, books: Callable[[str], Books], now: datetime
) -> None:
    """Requirement 2-12 for the overview: disputed + undisputed = balance."""
    books(STORY)
    found = stand(session, ping)
    (customer_id,) = ping.customer_ids or (0,)
    assert found.confirmed + found.disputed + found.unanswered == found.balance
    assert found.balance == balance_on(session, customer_id=customer_id, currency="CNY", as_of=AS_OF)


def test_a_stranger_is_told_nothing(session: Session, ping: Actor, bo: Actor) -> None:
    (customer_id,) = ping.customer_ids or (0,)
    with pytest.raises(NotFound):
        standing_today(session, customer_id=customer_id, currency="CNY", as_of=AS_OF, actor=bo)
