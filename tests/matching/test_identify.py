"""Unidentified cash: posted against 2241, listed by age, identified once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.errors import Invalid, NotAllowed, NotFound
from portal.matching import (
    Chosen,
    WrongState,
    identify_money,
    list_unidentified,
    post_as_unidentified,
)
from tests.books import Books
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]


@pytest.fixture
def story(books: Tell) -> Books:
    return books("2026-01-05 invoice ACME INV-1001 1000.00 CNY")


def chosen(session: Session, story: Books, parts: dict[str, int], rest: str = "") -> Chosen:
    customer = session.scalars(select(Customer.public_id).where(Customer.number == "ACME")).one()
    return Chosen(tuple((story.public_ids[no], minor) for no, minor in parts.items()), rest, customer)


def test_is_listed_by_age_with_its_sums(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("""
        2026-01-20 10.00 CNY | a
        2026-02-25 5.00 CNY | b
    """)
    bank.propose()
    for number in (1, 2):
        match = bank.match(number)
        post_as_unidentified(
            session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now
        )
    found = list_unidentified(session, as_of=date(2026, 3, 2), actor=mei)
    assert [(row.days, row.money.minor) for row in found.rows] == [(41, 1000), (5, 500)]
    assert [[cell.minor for cell in cells] for _, cells in found.ages] == [[500, 0, 1000, 0]]
    assert [total.minor for total in found.totals] == [1500]


def test_refuses_who_may_not_the_unknown_and_what_does_not_add_up(
    session: Session, story: Books, bank: Bank, mei: Actor, aud: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 900.00 CNY | cash")
    bank.propose()
    match = bank.match()
    with pytest.raises(NotAllowed):
        post_as_unidentified(
            session, public_id=match.public_id, row_version=match.row_version, actor=aud, now=now
        )
    with pytest.raises(NotFound):
        post_as_unidentified(session, public_id="x" * 22, row_version=1, actor=mei, now=now)
    post_as_unidentified(
        session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now
    )
    what = chosen(session, story, {"INV-1001": 100000})
    with pytest.raises(Invalid):
        identify_money(session, public_id=match.public_id, row_version=2, chosen=what, actor=mei, now=now)


def test_identified_money_is_not_identified_twice(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY | cash")
    bank.propose()
    match = bank.match()
    with pytest.raises(WrongState):
        identify_money(
            session, public_id=match.public_id, row_version=match.row_version,
            chosen=chosen(session, story, {"INV-1001": 100000}), actor=mei, now=now,
        )  # fmt: skip
