"""A row of one customer that refers to another's is found, whatever the table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.checks.walls import PARENTS, probes
from portal.db import Base

OTHER = "(SELECT id FROM customers WHERE number = 'GLOBEX')"
THEIRS = "(SELECT id FROM documents WHERE document_no = 'INV-3')"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE allocations SET debit_id = {THEIRS} WHERE id = 1",
        f"UPDATE open_items SET customer_id = {OTHER} WHERE document_id = 1",
        f"UPDATE documents SET reverses_id = {THEIRS} WHERE reverses_id IS NOT NULL",
        (
            f"UPDATE statement_lines SET document_id = {THEIRS} WHERE no = 1 AND document_id IN "
            "(SELECT id FROM documents WHERE document_no = 'INV-2')"
        ),
        f"UPDATE confirmations SET customer_id = {OTHER}",
        f"UPDATE disputes SET document_id = {THEIRS}",
        f"UPDATE adjustments SET document_id = {THEIRS}",
        f"UPDATE entries SET allocation_id = 1 WHERE document_id = {THEIRS}",
        f"UPDATE reminders SET customer_id = {OTHER} WHERE customer_id <> {OTHER}",
    ],
)
def test_finds_a_reference_across_the_wall(finds: Callable[..., None], statement: str) -> None:
    finds(statement, ids="Inv13", says="refers to customer")


def test_every_child_table_leads_to_its_customer() -> None:
    for table, column in PARENTS.items():
        parent = next(iter(Base.metadata.tables[table].c[column].foreign_keys)).column.table
        assert "customer_id" in parent.c


def test_every_reference_between_customers_rows_is_looked_at() -> None:
    assert len(list(probes())) >= 15
