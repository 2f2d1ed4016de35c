"""What a receipt settles: parts, money and the one reason for a difference add up exactly."""

from __future__ import annotations

import random

import pytest

from portal.errors import Invalid
from portal.matching.engine import Tolerance
from portal.matching.settle import RESTS, Unexplained, settle, shortened, within_tolerance
from portal.money import Money


def test_whatever_is_settled_is_money_and_deductions() -> None:
    draw = random.Random(5)
    for _ in range(300):
        received = Money(draw.randint(1, 1000), "CNY")
        parts = [(place, draw.randint(-200, 900) or 1) for place in range(draw.randint(0, 4))]
        try:
            found = settle(received, parts, rest=draw.choice(RESTS))
        except Invalid:
            continue
        assert found.amount_minor == received.minor + found.deductions.total_minor
        assert sum(minor for _, minor in found.parts) <= found.amount_minor


def test_a_part_payment_leaves_the_newest_open() -> None:
    assert shortened([(1, 100), (2, 50), (3, 80)], 100) == ((1, 100), (2, 30))


def test_refuses_a_document_twice_and_nothing() -> None:
    for parts in ([(1, 5), (1, 5)], [(1, 0)], [(1, -5)]):
        with pytest.raises(Invalid):
            settle(Money(10, "CNY"), parts, rest="")


def test_says_what_is_left() -> None:
    with pytest.raises(Unexplained):
        settle(Money(10, "CNY"), [(1, 12)], rest="advance")


@pytest.mark.parametrize(
    ("rest", "short", "fits"), [("fee", 50, True), ("fee", 51, False), ("rounding", 11, False)]
)
def test_knows_what_one_person_may_settle(rest: str, short: int, fits: bool) -> None:
    found = settle(Money(10_000 - short, "CNY"), [(1, 10_000)], rest=rest)
    assert within_tolerance(found, Tolerance(fee_minor=50, rounding_minor=10)) is fits
