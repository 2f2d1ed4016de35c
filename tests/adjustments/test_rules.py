"""What an adjustment may be, and the tax in a part."""

from __future__ import annotations

import pytest

from portal.adjustments.rules import KINDS, STATES, TRANSITIONS, next_state, require_amount, share_of_tax
from portal.errors import Conflict, Invalid
from portal.money import Money


@pytest.mark.parametrize(
    ("tax", "whole", "part", "share"),
    [
        (444531, 3864000, 3864000, 444531),
        (444531, 3864000, 1932000, 222266),
        (0, 100, 50, 0),
        (13, 113, 1, 0),
    ],
)
def test_a_part_takes_its_share_of_the_tax_half_up(tax: int, whole: int, part: int, share: int) -> None:
    assert share_of_tax(tax, whole, part) == share


def test_nothing_is_posted_without_a_second_person() -> None:
    assert [state for (state, verb), after in TRANSITIONS.items() if after == "posted"] == ["pending"]
    assert set(TRANSITIONS.values()) | {"draft"} == set(STATES)


def test_an_edit_takes_a_pending_request_back_to_draft() -> None:
    """Separation rule R6."""
    assert next_state("pending", "edit") == "draft"


@pytest.mark.parametrize("verb", ["edit", "submit", "approve", "reject", "void"])
@pytest.mark.parametrize("state", ["posted", "voided"])
def test_what_is_posted_or_voided_stays(state: str, verb: str) -> None:
    with pytest.raises(Conflict):
        next_state(state, verb)


@pytest.mark.parametrize("minor", [0, -1])
def test_refuses_amounts_that_are_not_above_zero(minor: int) -> None:
    for kind in set(KINDS) - {"adjustment", "opening_balance"}:
        with pytest.raises(Invalid):
            require_amount(kind, Money(minor, "CNY"), most=None)


def test_refuses_more_than_is_left_and_another_currency() -> None:
    require_amount("credit_note", Money(100, "CNY"), most=Money(100, "CNY"))
    with pytest.raises(Invalid):
        require_amount("credit_note", Money(101, "CNY"), most=Money(100, "CNY"))
    with pytest.raises(Invalid):
        require_amount("credit_note", Money(1, "EUR"), most=Money(100, "CNY"))
