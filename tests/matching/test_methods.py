"""Allocation methods (requirement 3-5): cent-exact, whatever the order of the items."""

from __future__ import annotations

import random
from datetime import date

import pytest

from portal.errors import Invalid
from portal.matching.methods import METHODS, Payable, Wish, net_credits, spread_money

ITEMS = (
    Payable(1, "INV-1", 10000, date(2026, 1, 5), date(2026, 2, 4)),
    Payable(2, "INV-2", 5000, date(2026, 1, 2), date(2026, 3, 4)),
    Payable(3, "INV-3", 25000, date(2026, 1, 9), date(2026, 2, 8)),
)


@pytest.mark.parametrize(
    ("method", "wish", "parts", "rest"),
    [
        ("fifo", Wish(), ((1, 10000), (3, 2001)), 0),
        ("largest", Wish(), ((3, 12001),), 0),
        ("pro_rata", Wish(), ((1, 3000), (3, 7501), (2, 1500)), 0),
        ("reference", Wish(numbers=("inv-2", "INV-1")), ((2, 5000), (1, 7001)), 0),
        ("reference", Wish(numbers=("INV-2",)), ((2, 5000),), 7001),
        ("specified", Wish(amounts={2: 1, 3: 12000}), ((3, 12000), (2, 1)), 0),
        ("specified", Wish(amounts={2: 1}), ((2, 1),), 12000),
    ],
)
def test_spreads_by_each_method(
    method: str, wish: Wish, parts: tuple[tuple[int, int], ...], rest: int
) -> None:
    spread = spread_money(12001, ITEMS, method=method, wish=wish)
    assert (spread.parts, spread.rest_minor) == (parts, rest)


def test_leaves_as_rest_what_no_item_takes() -> None:
    assert spread_money(40001, ITEMS, method="pro_rata").rest_minor == 1


@pytest.mark.parametrize("method", ["fifo", "pro_rata", "largest"])
def test_sums_to_the_receipt_and_never_over_applies_in_any_order(method: str) -> None:
    """Requirement 3-5: Σ allocations = receipt."""
    draw = random.Random(20260302)
    for _ in range(200):
        items = [
            Payable(id_, f"I{id_}", draw.randint(1, 10**6), date(2026, 1, draw.randint(1, 9)))
            for id_ in range(draw.randint(1, 9))
        ]
        money = draw.randint(1, 3 * 10**6)
        spread = spread_money(money, items, method=method)
        opened = {item.document_id: item.open_minor for item in items}
        assert spread.total_minor == money
        assert all(0 < minor <= opened[document_id] for document_id, minor in spread.parts)
        assert spread.rest_minor in {0, money - sum(opened.values())}
        draw.shuffle(items)
        assert spread_money(money, items, method=method) == spread


@pytest.mark.parametrize(
    ("method", "wish", "field"),
    [
        ("specified", Wish(amounts={2: 5001}), "amounts"),
        ("specified", Wish(amounts={1: 9000, 3: 9000}), "amounts"),
        ("specified", Wish(amounts={99: 1}), "amounts"),
        ("specified", Wish(amounts={1: -1}), "amounts"),
        ("reference", Wish(numbers=("INV-9",)), "numbers"),
        ("reference", Wish(numbers=("INV-1", "inv-1")), "numbers"),
        ("reference", Wish(), "numbers"),
        ("by_feeling", Wish(), "method"),
    ],
)
def test_refuses_a_wish_that_cannot_be(method: str, wish: Wish, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        spread_money(12001, ITEMS, method=method, wish=wish)
    assert refusal.value.field == field


def test_refuses_to_spread_nothing() -> None:
    with pytest.raises(Invalid):
        spread_money(0, ITEMS, method="fifo")


def test_every_method_has_a_word() -> None:
    from portal.matching.methods import METHOD_WORDS

    assert set(METHOD_WORDS) == set(METHODS)


def test_credit_notes_settle_first_and_money_the_rest() -> None:
    netted = net_credits([(1, 100), (7, -30), (2, 50), (8, -90)])
    assert netted.credits == ((7, 1, 30), (8, 1, 70), (8, 2, 20))
    assert netted.money == ((2, 30),)


def test_refuses_more_credit_than_debt() -> None:
    with pytest.raises(Invalid):
        net_credits([(1, 100), (7, -101)])
