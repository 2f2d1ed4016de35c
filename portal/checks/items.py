"""Checks of documents and open items: what is open is what was not allocated, integers only, each document once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.checks.probe import Finding, Probe, found
from portal.customers.models import Customer
from portal.db import Base, Minor
from portal.money import minor_to_text
from portal.receivables.models import Allocation, Document, DocumentLine, MonthBalance, OpenItem


def probes() -> Iterator[Probe]:
    """Yield the checks of I4, I5, Inv4 and Inv5."""
    yield _open_is_balance()
    yield _open_is_unallocated()
    yield _within_bounds()
    yield _open_item_of_the_document()
    yield _reversals()
    yield _lines()
    yield _once()


def _open_is_balance() -> Probe:
    """I4: the open items of a customer and currency, unapplied credits negative, sum to the balance."""
    items = select(
        OpenItem.entity_id, OpenItem.customer_id, OpenItem.currency,
        (OpenItem.side * OpenItem.open_minor).label("open"), literal(0).label("owed"),
    )  # fmt: skip
    months = select(
        MonthBalance.entity_id, MonthBalance.customer_id, MonthBalance.currency, literal(0),
        MonthBalance.movement_minor,
    )  # fmt: skip
    both = union_all(items, months).subquery()
    opened, owed = func.sum(both.c.open), func.sum(both.c.owed)
    return Probe(
        "I4",
        select(func.count()).select_from(OpenItem),
        select(Customer.number, both.c.currency, opened.label("opened"), owed.label("owed"))
        .select_from(both)
        .outerjoin(Customer, Customer.id == both.c.customer_id)
        .group_by(both.c.entity_id, both.c.customer_id, Customer.number, both.c.currency)
        .having(opened != owed)
        .order_by(both.c.customer_id, both.c.currency),
        lambda row: (
            f"customer {row.number} {row.currency}: open items {minor_to_text(int(row.opened), row.currency)}, "
            f"balance {minor_to_text(int(row.owed), row.currency)}"
        ),
    )


def _open_is_unallocated() -> Probe:
    """I5: what is open of a document is its amount less what was allocated to or from it."""
    sides = union_all(
        select(Allocation.credit_id.label("document_id"), Allocation.amount_minor),
        select(Allocation.debit_id, Allocation.amount_minor),
    ).subquery()
    used = (
        select(sides.c.document_id, func.sum(sides.c.amount_minor).label("used"))
        .group_by(sides.c.document_id)
        .subquery()
    )
    allocated = func.coalesce(used.c.used, 0)
    return Probe(
        "I5",
        select(func.count()).select_from(OpenItem),
        select(
            Document.document_no, OpenItem.currency, OpenItem.amount_minor, OpenItem.open_minor,
            allocated.label("allocated"),
        )
        .join(Document, Document.id == OpenItem.document_id)
        .outerjoin(used, used.c.document_id == OpenItem.document_id)
        .where(
            or_(
                OpenItem.amount_minor - allocated != OpenItem.open_minor,
                allocated < 0, allocated > OpenItem.amount_minor,
            )
        )
        .order_by(OpenItem.document_id),
        lambda row: (
            f"document {row.document_no}: amount {minor_to_text(row.amount_minor, row.currency)}, "
            f"allocated {minor_to_text(int(row.allocated), row.currency)}, "
            f"open {minor_to_text(row.open_minor, row.currency)} {row.currency}"
        ),
    )  # fmt: skip


def _within_bounds() -> Probe:
    """Inv4: between nothing and all of a document is open; the day of settlement stands where nothing is."""
    return Probe(
        "Inv4",
        select(func.count()).select_from(OpenItem),
        select(Document.document_no, OpenItem.open_minor, OpenItem.amount_minor, OpenItem.settled_on)
        .join(Document, Document.id == OpenItem.document_id)
        .where(
            or_(
                OpenItem.open_minor < 0,
                OpenItem.open_minor > OpenItem.amount_minor,
                (OpenItem.open_minor == 0) != OpenItem.settled_on.is_not(None),
            )
        )
        .order_by(OpenItem.document_id),
        lambda row: (
            f"document {row.document_no}: open {row.open_minor} of {row.amount_minor}, settled {row.settled_on}"
        ),
    )


def _open_item_of_the_document() -> Probe:
    """Inv4: every document has one open item, of its customer, currency, side and amount."""
    side = case((Document.balance_minor > 0, 1), else_=-1)
    return Probe(
        "Inv4",
        select(func.count(Document.id)),
        select(Document.document_no)
        .outerjoin(OpenItem, OpenItem.document_id == Document.id)
        .where(
            or_(
                OpenItem.document_id.is_(None),
                OpenItem.entity_id != Document.entity_id,
                OpenItem.customer_id != Document.customer_id,
                OpenItem.currency != Document.currency,
                OpenItem.side != side,
                OpenItem.amount_minor != func.abs(Document.amount_minor),
                func.abs(Document.balance_minor) != func.abs(Document.amount_minor),
            )
        )
        .order_by(Document.id),
        lambda row: f"document {row.document_no}: its open item is missing or differs",
    )


def _reversals() -> Probe:
    """Inv4: an undone allocation is undone in full, once, between the same two documents."""
    original = Allocation.__table__.alias("original")
    return Probe(
        "Inv4",
        select(func.count(Allocation.id)),
        select(Allocation.id)
        .join(original, original.c.id == Allocation.reverses_id)
        .where(
            or_(
                original.c.amount_minor + Allocation.amount_minor != 0,
                original.c.credit_id != Allocation.credit_id,
                original.c.debit_id != Allocation.debit_id,
                original.c.allocated_on > Allocation.allocated_on,
            )
        )
        .order_by(Allocation.id),
        lambda row: f"allocation {row.id}: does not undo what it names",
    )


def _lines() -> Probe:
    """Inv4: the lines of a document sum to it."""
    total = func.sum(DocumentLine.amount_minor)
    return Probe(
        "Inv4",
        select(func.count(func.distinct(DocumentLine.document_id))),
        select(Document.document_no, Document.currency, Document.amount_minor, total.label("total"))
        .join(DocumentLine, DocumentLine.document_id == Document.id)
        .group_by(Document.id, Document.document_no, Document.currency, Document.amount_minor)
        .having(total != Document.amount_minor)
        .order_by(Document.id),
        lambda row: (
            f"document {row.document_no}: lines {minor_to_text(int(row.total), row.currency)}, "
            f"document {minor_to_text(row.amount_minor, row.currency)} {row.currency}"
        ),
    )


def _once() -> Probe:
    """Inv5: entity, kind and number name one document, however often a file was read."""
    count = func.count(Document.id)
    return Probe(
        "Inv5",
        select(func.count(Document.id)),
        select(Document.kind, Document.document_no, count.label("times"))
        .group_by(Document.entity_id, Document.kind, Document.document_no)
        .having(count > 1)
        .order_by(Document.document_no),
        lambda row: f"{row.kind} {row.document_no}: {row.times} times",
    )


def integers(session: Session) -> Finding:
    """I6: every amount in every table is an integer; PostgreSQL's types guarantee it, SQLite's do not."""
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Minor)
    ]
    if session.get_bind().dialect.name != "sqlite":
        return Finding("I6", len(columns), 0)
    problems = []
    for column in columns:
        wrong = select(func.count()).where(column.is_not(None), func.typeof(column) != "integer")
        count = session.scalar(wrong) or 0
        if count:
            problems.append(f"{column.table.name}.{column.name}: {count} values are no integers")
    return found("I6", len(columns), problems)
