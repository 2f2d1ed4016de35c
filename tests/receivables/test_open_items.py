"""Open items, ageing and balances of any day: later payments do not change the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.errors import NotFound
from portal.lists import ListQuery, UnknownSort
from portal.money import Money
from portal.receivables import (
    ageing_of,
    balance_history,
    balance_on,
    balances_of,
    currencies_of,
    list_open_items,
    open_items_as_of,
)
from tests.books import Books

Tell = Callable[[str], Books]

STORY = """
    2025-12-05 invoice ACME INV-1 100.00 CNY due 2025-12-31
    2026-01-05 invoice ACME INV-2 50.00 CNY
    2026-01-20 receipt ACME R-1 120.00 CNY pays INV-1
    2026-02-03 credit_note ACME CN-1 10.00 CNY pays INV-2
    2026-02-10 invoice ACME INV-3 7.00 USD
"""


@pytest.fixture
def acme(session: Session, books: Tell) -> int:
    books(STORY)
    return session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()


def test_a_later_payment_does_not_settle_the_past(session: Session, acme: int) -> None:
    """Invariant I4: each day's items sum to that day's balance."""
    expected = {
        date(2025, 12, 31): {"INV-1": 10000},
        date(2026, 1, 19): {"INV-1": 10000, "INV-2": 5000},
        date(2026, 1, 20): {"INV-2": 5000, "R-1": -2000},
        date(2026, 2, 3): {"INV-2": 4000, "R-1": -2000},
    }
    for day, open_minor in expected.items():
        items = open_items_as_of(session, customer_id=acme, currency="CNY", as_of=day)
        assert {item.document_no: item.open.minor for item in items} == open_minor


@pytest.mark.db
@pytest.mark.parametrize(
    "day", [date(2025, 12, 4), date(2025, 12, 31), date(2026, 1, 20), date(2026, 2, 3), date(2027, 1, 1)]
)
def test_ageing_and_balance_agree_on_any_day(session: Session, acme: int, day: date) -> None:
    """Invariant I4."""
    balance = balance_on(session, customer_id=acme, currency="CNY", as_of=day)
    assert ageing_of(session, customer_id=acme, currency="CNY", as_of=day).balance == balance


@pytest.mark.db
def test_without_due_date_the_terms_decide(session: Session, acme: int) -> None:
    items = open_items_as_of(session, customer_id=acme, currency="CNY", as_of=date(2026, 2, 5))
    found = {item.document_no: item for item in items}
    assert (found["INV-2"].due_on, found["INV-2"].overdue_days) == (date(2026, 2, 4), 1)
    assert (found["R-1"].due_on, found["R-1"].bucket) == (None, "unapplied")


def test_new_terms_do_not_move_what_is_posted(session: Session, acme: int) -> None:
    session.execute(update(Customer).where(Customer.id == acme).values(terms_days=90))
    items = open_items_as_of(session, customer_id=acme, currency="CNY", as_of=date(2026, 2, 5))
    assert {item.document_no: item.due_on for item in items}["INV-2"] == date(2026, 2, 4)


def test_currencies_never_mix(session: Session, acme: int) -> None:
    assert currencies_of(session, acme) == ("CNY", "USD")
    assert balance_on(session, customer_id=acme, currency="USD", as_of=date(2026, 3, 1)) == Money(700, "USD")


@pytest.mark.db
def test_balances_of_many_are_those_of_each(session: Session, acme: int) -> None:
    assert balances_of(session, customer_ids=[acme]) == {acme: (Money(2000, "CNY"), Money(700, "USD"))}
    assert balances_of(session, customer_ids=[acme], as_of=date(2026, 1, 19)) == {
        acme: (Money(15000, "CNY"),)
    }


@pytest.mark.db
def test_the_history_has_one_balance_a_month(session: Session, acme: int) -> None:
    history = balance_history(
        session, customer_id=acme, currency="CNY", until_month=date(2026, 2, 1), months=4
    )
    assert [(f"{month:%Y-%m}", money.minor) for month, money in history] == [
        ("2025-11", 0), ("2025-12", 10000), ("2026-01", 3000), ("2026-02", 2000),
    ]  # fmt: skip


def rows(session: Session, acme: int, actor: Actor, query: ListQuery) -> list[str]:
    page = list_open_items(
        session, query=query, customer_id=acme, currency="CNY", as_of=date(2026, 2, 28), actor=actor
    )
    return [row.document_no for row in page.rows]


def test_the_list_sorts_searches_and_pages(session: Session, acme: int, ping: Actor) -> None:
    assert rows(session, acme, ping, ListQuery()) == ["R-1", "INV-2"]
    assert rows(session, acme, ping, ListQuery(sort="open", descending=True)) == ["INV-2", "R-1"]
    assert rows(session, acme, ping, ListQuery(q="inv")) == ["INV-2"]
    assert rows(session, acme, ping, ListQuery(tab="credits")) == ["R-1"]
    assert rows(session, acme, ping, ListQuery(page=2, per_page=1)) == ["INV-2"]
    with pytest.raises(UnknownSort):
        rows(session, acme, ping, ListQuery(sort="secret"))


def test_the_list_counts_its_tabs_and_sums_what_matches(session: Session, acme: int, ping: Actor) -> None:
    page = list_open_items(
        session,
        query=ListQuery(q="inv"),
        customer_id=acme,
        currency="CNY",
        as_of=date(2026, 2, 28),
        actor=ping,
    )
    assert page.sums == (Money(4000, "CNY"),)
    assert {tab.key: tab.count for tab in page.tabs} == {"all": 2, "overdue": 1, "not_due": 0, "credits": 1}
    assert (page.count, page.pages, page.first, page.last) == (1, 1, 1, 1)


def test_a_stranger_sees_nothing(session: Session, acme: int, bo: Actor) -> None:
    with pytest.raises(NotFound):
        rows(session, acme, bo, ListQuery())
