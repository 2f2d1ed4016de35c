"""A planner on rows written in a test, against the books of its story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy.orm import Session

from portal.imports.plan import Planner, numbers_of
from portal.imports.row import read_row
from portal.imports.rules import DocumentRow
from portal.imports.settle import ChunkPlan
from portal.imports.spool import Spool
from portal.imports.standing import Books

TODAY = date(2026, 3, 2)
USUAL = {
    "kind": "invoice",
    "customer_no": "ACME",
    "currency": "CNY",
    "document_date": "2026-01-05",
    "amount": "100.00",
}


@contextmanager
def planned(session: Session, *rows: dict[str, str]) -> Iterator[tuple[ChunkPlan, Books]]:
    """Plan rows as one chunk; the second line of the file is the first row."""
    with Spool() as spool:
        typed = []
        for no, cells in enumerate(rows, 2):
            row = read_row(no, USUAL | cells)
            assert isinstance(row, DocumentRow), row
            typed.append((no, row, list(cells)))
        spool.add_rows(typed)
        spool.finish_reading()
        groups = list(spool.groups())
        books = Books(spool, is_dry_run=True)
        books.load(
            session,
            numbers=numbers_of(groups),
            customer_nos={row.customer_no for g in groups for row in g.rows},
        )
        planner = Planner(books, today=TODAY, batch_id=None)
        for group in groups:
            planner.take(group)
        yield planner.plan, books
