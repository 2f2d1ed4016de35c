"""The latest activity between us and a customer."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import NotFound
from portal.insights import latest_activity
from tests.books import Books

STORY = "\n".join(f"2026-02-{day:02} invoice ACME INV-{day} {day}.00 CNY" for day in range(1, 9))


def test_the_newest_comes_first_and_no_more_than_asked(
    session: Session, ping: Actor, books: Callable[[str], Books]
) -> None:
    books(STORY + "\n2026-02-08 invoice GLOBEX EX-1 5.00 EUR")
    (customer_id,) = ping.customer_ids or (0,)
    found = latest_activity(
        session, customer_id=customer_id, currency="CNY", actor=ping, until=date(2026, 2, 7), limit=3
    )
    assert [(one.number, one.money.minor if one.money else 0) for one in found] == [
        ("INV-7", 700),
        ("INV-6", 600),
        ("INV-5", 500),
    ]


def test_a_stranger_is_told_nothing(session: Session, ping: Actor, bo: Actor) -> None:
    (customer_id,) = ping.customer_ids or (0,)
    with pytest.raises(NotFound):
        latest_activity(session, customer_id=customer_id, currency="CNY", actor=bo, until=date(2026, 2, 7))
