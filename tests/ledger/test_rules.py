"""Rates and the second pair of amounts, without a database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger.rules import (
    DEFAULT_ACCOUNTS,
    ROLES,
    BadRate,
    LineDraft,
    Unbalanced,
    book_amount,
    parse_rate,
    require_balanced,
    value_lines,
)

RATES = st.decimals("0.000001", "10000", places=6)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1e3", "NaN", "Infinity", "１", "1,5", "1.1234567890123", "x" * 40]
)
def test_refuses_what_is_no_rate(text: str) -> None:
    with pytest.raises(BadRate):
        parse_rate(text)


def test_reads_a_rate_exactly() -> None:
    assert parse_rate("7.8123") == Decimal("7.8123")


@pytest.mark.parametrize(
    ("minor", "currency", "book", "rate", "expected"),
    [
        (10000, "EUR", "CNY", "7.8123", 78123),
        (1, "EUR", "CNY", "0.5", 1),
        (-1, "EUR", "CNY", "0.5", -1),
        (10000, "JPY", "CNY", "0.05", 50000),
        (10000, "CNY", "JPY", "20", 2000),
        (1000, "KWD", "CNY", "23.4", 2340),
    ],
)
def test_converts_between_currencies_of_different_decimals(
    minor: int, currency: str, book: str, rate: str, expected: int
) -> None:
    assert book_amount(minor, currency=currency, book_currency=book, rate=Decimal(rate)) == expected


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6), RATES)
def test_the_second_pair_balances_whenever_the_first_does(amounts: list[int], rate: Decimal) -> None:
    """Invariant I1."""
    lines = [LineDraft("income", amount, "EUR") for amount in amounts]
    lines.append(LineDraft("receivable", -sum(amounts), "EUR"))
    valued = value_lines(lines, book_currency="CNY", rate=rate)
    assert valued is not None
    require_balanced(valued)
    assert len(valued) == len(lines)


@given(st.integers(1, 10**12), st.integers(0, 10**12), RATES)
def test_a_brought_book_amount_stays_and_the_difference_is_an_exchange_difference(
    amount: int, brought: int, rate: Decimal
) -> None:
    lines = [LineDraft("bank", amount, "EUR"), LineDraft("receivable", -amount, "EUR", book_minor=-brought)]
    valued = value_lines(lines, book_currency="CNY", rate=rate)
    assert valued is not None
    require_balanced(valued)
    assert valued[1].book_minor == -brought
    assert {line.role for line in valued[2:]} <= {"exchange_difference"}
    assert all(line.amount_minor == 0 for line in valued[2:])


def test_an_unknown_rate_values_nothing() -> None:
    lines = [LineDraft("bank", 1, "EUR"), LineDraft("income", -1, "EUR")]
    assert value_lines(lines, book_currency="CNY", rate=None) is None


def test_book_amounts_must_balance_too() -> None:
    lines = [
        LineDraft("bank", 1, "EUR", book_minor=8, book_currency="CNY"),
        LineDraft("income", -1, "EUR", book_minor=-7, book_currency="CNY"),
    ]
    with pytest.raises(Unbalanced):
        require_balanced(lines)


def test_every_role_has_a_default_account_with_two_names() -> None:
    assert all(code and name and name_en for code, name, name_en in DEFAULT_ACCOUNTS.values())
    assert len({code for code, _, _ in DEFAULT_ACCOUNTS.values()}) == len(ROLES)
