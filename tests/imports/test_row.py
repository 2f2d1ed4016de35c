"""A row is read exactly or refused by column and reason; nothing is rounded, cut or guessed."""

from __future__ import annotations

from datetime import date

import pytest

from portal.imports.row import read_row
from portal.imports.rules import DocumentRow, Target

GOOD = {
    "document_no": "0000611365", "kind": "invoice", "customer_no": "ACME", "currency": "CNY",
    "document_date": "2026-01-05", "amount": "100.5",
}  # fmt: skip


def problems(**cells: str) -> list[tuple[str, str]]:
    found = read_row(2, GOOD | cells)
    assert isinstance(found, list), found
    return [(problem.column, problem.code) for problem in found]


def row(**cells: str) -> DocumentRow:
    found = read_row(2, GOOD | cells)
    assert isinstance(found, DocumentRow), found
    return found


def test_keeps_leading_zeros_and_pads_amounts() -> None:
    assert (row().document_no, row().amount_minor, row().document_on) == (
        "0000611365",
        10050,
        date(2026, 1, 5),
    )
    assert row(currency="JPY", amount="100").amount_minor == 100
    assert row(currency="KWD", amount="1.234").amount_minor == 1234


@pytest.mark.parametrize(
    "amount",
    [
        "12,00",
        "1.234",
        "0",
        "0.00",
        "-5",
        "+5",
        "1e3",
        "１００",
        "",
        " ",
        "1234567890123456",
        "NaN",
        "5.",
        ".5",
        "=1+1",
    ],
)
def test_refuses_what_is_no_amount(amount: str) -> None:
    code = "bad_amount" if amount.strip() else "missing"
    assert ("amount", code) in problems(amount=amount.strip())


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "10.50"), ("EUR", "1.005"), ("CNY", "1.234")])
def test_refuses_more_decimals_than_the_currency_has(currency: str, amount: str) -> None:
    assert problems(currency=currency, amount=amount) == [("amount", "bad_amount")]


def test_only_adjustment_and_opening_balance_may_be_negative() -> None:
    assert row(kind="adjustment", amount="-5").side == -1
    assert row(kind="opening_balance", amount="-5").amount_minor == -500
    assert problems(kind="credit_note", amount="-5") == [("amount", "bad_amount")]


@pytest.mark.parametrize(
    "day", ["5.1.2026", "2026-02-30", "20260105", "2026-1-5", "0203-01-01", "2026-W01-1"]
)
def test_refuses_what_is_no_day(day: str) -> None:
    assert problems(document_date=day) == [("document_date", "bad_date")]
    assert problems(due_date=day) == [("due_date", "bad_date")]


def test_names_every_problem_of_a_row() -> None:
    assert problems(kind="bill", currency="cny", document_no="", due_date="x") == [
        ("kind", "unknown_kind"), ("currency", "unknown_currency"), ("document_no", "missing"),
        ("due_date", "bad_date"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Acme\r\nBcc: e@x.example", "Acme\u2028", "Acme\x00", "\u202eemcA"])
def test_refuses_names_that_could_become_headers(name: str) -> None:
    """Security D24."""
    assert problems(customer_name=name) == [("customer_name", "bad_text")]


def test_a_description_may_have_lines_and_a_name_full_width_space() -> None:
    assert row(description="a\nb\tc", customer_name="埃克米\u3000商贸").description == "a\nb\tc"


def test_refuses_a_customer_number_with_something_invisible() -> None:
    for number in ("A\u3000B", "A\u200bB", "A\x07B"):
        assert problems(customer_no=number) == [("customer_no", "bad_text")]


def test_refuses_texts_too_long_to_keep() -> None:
    assert problems(document_no="A" * 81) == [("document_no", "bad_text")]
    assert problems(reference="A" * 201) == [("reference", "bad_text")]


def test_reads_what_a_document_is_applied_to() -> None:
    assert row(kind="receipt", applies_to="A:10.00; B ;A:5;C:1:2.50").applies_to == (
        Target("A", 1500), Target("B", None), Target("C:1", 250),
    )  # fmt: skip
    assert row(kind="receipt", applies_to="INV:A").applies_to == (Target("INV:A", None),)
    assert problems(kind="receipt", applies_to="A:12,00") == [("applies_to", "bad_amount")]
    assert problems(kind="receipt", applies_to="A:") == [("applies_to", "bad_amount")]
    assert problems(applies_to="A") == [("applies_to", "unknown_document")]


def test_only_debts_are_settled_by_a_receipt() -> None:
    assert row(settled_date="2026-02-01").settled_on == date(2026, 2, 1)
    assert problems(kind="receipt", settled_date="2026-02-01") == [("settled_date", "bad_date")]
    assert problems(kind="adjustment", amount="-1", settled_date="2026-02-01") == [
        ("settled_date", "bad_date")
    ]


def test_reads_optional_facts() -> None:
    found = row(disputed="YES", tax_amount="0", exchange_rate="7.1234", quantity="-2.5", reference="'=1+1")
    assert (found.is_disputed, found.tax_minor, found.exchange_rate) == (True, 0, "7.1234")
    assert (found.quantity, found.reference) == ("-2.5", "=1+1")
    assert row(disputed="否").is_disputed is False
    assert problems(disputed="maybe", exchange_rate="0", unit_price="x") == [
        ("disputed", "bad_text"), ("exchange_rate", "bad_amount"), ("unit_price", "bad_amount"),
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["\x00", "\r\n", "\u2028", "\u200f", "\u061c", "\u202e", "\u2066", "\x85"])
@pytest.mark.parametrize("column", ["document_no", "customer_no", "customer_name", "reference", "order_no"])
def test_control_and_direction_marks_do_not_come_in(mark: str, column: str) -> None:
    """Security D24."""
    assert (column, "bad_text") in problems(**{column: f"A{mark}Bcc: e@x"})
