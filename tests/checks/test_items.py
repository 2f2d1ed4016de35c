"""Breaking documents, open items and allocations by hand is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.checks.conftest import Company

INV1 = "(SELECT id FROM documents WHERE document_no = 'INV-1')"


@pytest.mark.parametrize(
    ("statement", "ids", "says"),
    [
        (
            f"UPDATE open_items SET open_minor = open_minor - 1 WHERE document_id = {INV1}",
            "I4 I5",
            "open items",
        ),
        ("UPDATE allocations SET amount_minor = amount_minor + 1 WHERE id = 1", "I5", "allocated"),
        ("DELETE FROM allocations WHERE id = 1", "I5", "allocated 113.00"),
        (
            f"UPDATE open_items SET open_minor = amount_minor + 1 WHERE document_id = {INV1}",
            "Inv4 I4 I5",
            "INV-1",
        ),
        ("UPDATE open_items SET settled_on = NULL WHERE open_minor = 0", "Inv4", "settled None"),
        (f"DELETE FROM open_items WHERE document_id = {INV1}", "Inv4 I4", "INV-1"),
        (f"UPDATE open_items SET side = -side WHERE document_id = {INV1}", "Inv4 I4", "INV-1"),
        (f"UPDATE documents SET amount_minor = amount_minor + 1 WHERE id = {INV1}", "Inv4 Inv3", "INV-1"),
        (f"UPDATE documents SET balance_minor = balance_minor + 1 WHERE id = {INV1}", "I2 Inv1 Inv2", "ACME"),
        (
            (
                "INSERT INTO document_lines (document_id, no, item, quantity, unit, unit_price, tax_rate, currency, "
                f"amount_minor) VALUES ({INV1}, 1, 'x', '', '', '', '', 'CNY', 5)"
            ),
            "Inv4",
            "lines 0.05",
        ),
        (f"UPDATE documents SET amount_minor = 1130.5 WHERE id = {INV1}", "I6", "documents.amount_minor"),
        ("UPDATE statements SET opening_minor = 'abc' WHERE id = 1", "I6", "statements.opening_minor"),
    ],
)
def test_finds_what_was_changed(finds: Callable[..., None], statement: str, ids: str, says: str) -> None:
    finds(statement, ids=ids, says=says)


def test_finds_an_allocation_undone_in_part(company: Company) -> None:
    company.by_hand(
        "INSERT INTO allocations (public_id, entity_id, customer_id, currency, credit_id, debit_id, amount_minor, "
        "allocated_on, reverses_id, created_at) SELECT 'x', entity_id, customer_id, currency, credit_id, debit_id, "
        "-1, allocated_on, id, created_at FROM allocations WHERE id = 1"
    )
    assert {"I5", "Inv4"} <= company.violated()


def test_finds_a_document_that_is_there_twice(company: Company) -> None:
    company.by_hand(
        "DROP TABLE IF EXISTS copied", "CREATE TABLE copied AS SELECT * FROM documents",
        "UPDATE copied SET id = id + 1000, public_id = 'copy' || id", "DROP TABLE documents",
        "ALTER TABLE copied RENAME TO documents",
    )  # fmt: skip
    assert company.first("Inv5") == ""
    company.by_hand(
        "UPDATE documents SET document_no = 'INV-1', kind = 'invoice' WHERE document_no = 'INV-2'"
    )
    assert "invoice INV-1: 2 times" in company.first("Inv5")
