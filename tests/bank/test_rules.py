"""Rules of bank lines: identity, accounts written differently, the chain of balances."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portal.bank.rules import (
    Span,
    chain_step,
    chained,
    follows,
    is_masked_or_long,
    line_base,
    line_key,
    same_account,
)

D = date(2026, 2, 2)


def span(number: int, opening: int | None, closing: int | None, first: int, last: int) -> Span:
    return Span(number, opening, closing, date(2026, 2, first), date(2026, 2, last), "EUR")


def base(**changes: object) -> str:
    facts: dict[str, Any] = {
        "booked_on": D,
        "amount_minor": 100,
        "currency": "EUR",
        "bank_ref": "",
        "texts": ("Acme", "INV 1"),
    }
    return line_base(**(facts | changes))


def test_tells_lines_apart_by_what_the_bank_says() -> None:
    assert base() == base(texts=("ACME ", "inv-1"))
    assert base() != base(texts=("Acme", "INV 2"))
    assert base(bank_ref="R") == base(bank_ref="R", texts=("other words",))
    assert base(bank_ref="R") != base(bank_ref="R", amount_minor=101)
    assert len({line_key(1, base(), 1), line_key(1, base(), 2), line_key(2, base(), 1)}) == 3


@pytest.mark.parametrize(
    ("stored", "stated", "is_same"),
    [
        ("6222020200012345678", "6222****5678", True), ("6222020200012345678", "6222****9999", False),
        ("DE50508800500194774600", "50880050/0194774600", True), ("123456789", "0123456789", False),
        ("****", "6222020200012345678", False), ("", "1", False),
    ],
)  # fmt: skip
def test_knows_an_account_written_differently(stored: str, stated: str, *, is_same: bool) -> None:
    assert is_masked_or_long(stored, stated) is is_same


def test_lets_a_person_name_an_account_shortly() -> None:
    assert same_account("123456789", "0123456789")
    assert not same_account("123456789", "987654321")
    assert not same_account("", "1")


def test_chains_statements_whose_balances_meet() -> None:
    one, two, three = span(1, 0, 100, 2, 2), span(2, 100, 50, 2, 3), span(3, 50, 70, 3, 4)
    assert follows(one, two)
    assert not follows(two, one)
    assert chained(one, [one, two, three]) == {2, 3}
    assert chained(three, [one, two, three]) == {1, 2}
    flat = span(4, 100, 100, 2, 2)
    assert not follows(one, flat)


def test_says_what_lies_between_two_statements() -> None:
    one = span(1, 0, 100, 2, 3)
    assert chain_step(None, one).kind == "start"
    assert chain_step(one, span(2, 100, 120, 9, 9)).kind == "fits"
    gap = chain_step(one, span(2, 130, 150, 7, 9))
    assert (gap.kind, gap.missing_from, gap.missing_until, gap.difference_minor) == (
        "gap", date(2026, 2, 4), date(2026, 2, 6), 30,
    )  # fmt: skip
    assert chain_step(one, span(2, 50, 150, 2, 4)).kind == "overlap"
    assert chain_step(one, span(2, None, 150, 4, 4)).kind == "open"
