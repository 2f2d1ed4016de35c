"""Which rows are one document, and on which side it stands."""

from __future__ import annotations

import pytest

from portal.imports.row import read_row
from portal.imports.rules import (
    DocumentRow,
    Problem,
    Proposal,
    assemble,
    side_of,
)


def row(no: int, **cells: str) -> DocumentRow:
    usual = {
        "document_no": "INV-1", "kind": "invoice", "customer_no": "ACME", "currency": "CNY",
        "document_date": "2026-01-05", "amount": "60.00",
    }  # fmt: skip
    found = read_row(no, usual | cells)
    assert isinstance(found, DocumentRow), found
    return found


def test_lines_sum_to_their_document() -> None:
    found = assemble(
        [row(2, item="a", tax_amount="5"), row(5, item="b", amount="40", tax_amount="1.5", reference="PO 7")]
    )
    assert isinstance(found, Proposal)
    assert (found.head.amount_minor, found.head.tax_minor, found.head.reference) == (10000, 650, "PO 7")
    assert (found.rows, len(found.lines)) == ((2, 5), 2)


def test_a_row_without_item_is_a_document_without_lines() -> None:
    found = assemble([row(2)])
    assert isinstance(found, Proposal)
    assert (found.rows, found.lines) == ((2,), ())


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("customer_no", "GLOBEX"),
        ("document_date", "2026-01-06"),
        ("due_date", "2026-02-01"),
        ("order_no", "B"),
    ],
)
def test_lines_that_differ_in_a_fact_of_the_document_are_a_conflict(column: str, text: str) -> None:
    first = {"due_date": "2026-02-04", "order_no": "A"}
    found = assemble([row(2, item="a", **first), row(3, item="b", **{column: text})])
    assert isinstance(found, Problem)
    assert (found.row_no, found.column, found.code) == (3, column, "conflict")


def test_refuses_sums_that_no_document_can_have() -> None:
    large = "999999999999999.99"
    for rows in (
        [row(2, item="a", amount=large), row(3, item="b", amount=large)],
        [row(2, kind="adjustment", item="a", amount="5"), row(3, kind="adjustment", item="b", amount="-5")],
    ):
        found = assemble(rows)
        assert isinstance(found, Problem)
        assert (found.column, found.code) == ("amount", "bad_amount")
    found = assemble([row(2, tax_amount="60.01")])
    assert isinstance(found, Problem)
    assert (found.column, found.code) == ("tax_amount", "bad_amount")


def test_the_kind_gives_the_side() -> None:
    assert [side_of(kind, 1) for kind in ("invoice", "refund", "receipt", "write_off")] == [1, 1, -1, -1]
    assert side_of("opening_balance", -1) == -1
