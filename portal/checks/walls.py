"""Checks that no row of one customer refers to a row of another, read off the foreign keys of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlalchemy import ColumnElement, FromClause, Table, func, select

import portal.models  # noqa: F401 - every table of the product
from portal.checks.probe import Probe
from portal.db import Base

#: Tables without a customer of their own: the column that leads to the row they belong to.
PARENTS = {
    "dispute_events": "dispute_id",
    "dispute_parts": "dispute_id",
    "document_lines": "document_id",
    "entries": "document_id",
    "line_answers": "statement_id",
    "statement_lines": "statement_id",
}

#: References that name a person or an office, not a customer's row.
_FREE = frozenset({"people", "legal_entities", "accounts", "import_batches", "statement_runs", "customers"})


def _with_customer(table: Table, name: str) -> tuple[FromClause, ColumnElement[int], FromClause] | None:
    """Return the table under a name, the customer of a row, and what to select from; None = rows of nobody."""
    alias = table.alias(name)
    if "customer_id" in table.c:
        return alias, alias.c.customer_id, alias
    if table.name not in PARENTS:
        return None
    column = alias.c[PARENTS[table.name]]
    parent_table = next(iter(table.c[PARENTS[table.name]].foreign_keys)).column.table
    parent = parent_table.alias(f"{name}_parent")
    return alias, parent.c.customer_id, alias.join(parent, parent.c.id == column)


@cache
def probes() -> tuple[Probe, ...]:
    """Return a check of Inv13 for every reference between rows that belong to customers."""
    return tuple(_probes())


def _probes() -> Iterator[Probe]:
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            for key in column.foreign_keys:
                target = key.column.table
                if target.name in _FREE or PARENTS.get(table.name) == column.name:
                    continue
                probe = _probe(table, column.name, target, key.column.name)
                if probe is not None:
                    yield probe


def _probe(table: Table, column: str, target: Table, key: str) -> Probe | None:
    here, there = _with_customer(table, "here"), _with_customer(target, "there")
    if here is None or there is None:
        return None
    row, mine, source = here
    other, theirs, _ = there
    label = f"{table.name}.{column}"
    joined = source.join(other, other.c[key] == row.c[column])
    if there[2] is not other:
        parent_column = other.c[PARENTS[target.name]]
        parent = theirs.table
        joined = joined.join(parent, parent.c.id == parent_column)
    return Probe(
        "Inv13",
        select(func.count()).select_from(row).where(row.c[column].is_not(None)),
        select(row.c[column].label("referred"), mine.label("mine"), theirs.label("theirs"))
        .select_from(joined)
        .where(mine != theirs)
        .order_by(row.c[column]),
        lambda found: (
            f"{label} {found.referred}: a row of customer {found.mine} refers to customer {found.theirs}"
        ),
    )
