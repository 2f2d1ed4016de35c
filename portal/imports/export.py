"""Write the documents of the books in the standard format: what is exported here can be imported into empty books."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.imports.rules import COLUMNS
from portal.ledger.models import LegalEntity
from portal.lists import neutral
from portal.money import minor_to_text
from portal.receivables.models import Allocation, Document, DocumentLine

#: Columns that hold figures or dates and stay as they are; every other text is kept from being a formula.
_FIGURES = frozenset({
    "amount", "tax_amount", "document_date", "due_date", "settled_date", "exchange_rate", "quantity", "unit_price",
})  # fmt: skip
_AT_ONCE = 1000


def export_documents(session: Session, file: TextIO, *, actor: Actor) -> int:
    """Write every document in scope as CSV and return how many there were.

    A document with lines has a row for each. Applications stand on the credit's row, of refunds on the refund's; the
    settled date stays empty, since the receipts have rows of their own.

    Args:
        session: A reading session.
        file: Text file opened with ``newline=""``.
        actor: Needs ``imports:read``.

    Raises:
        NotAllowed: The actor may not read imports.
    """
    actor.require(Permission.IMPORTS_READ)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for documents in _parts(session, actor):
        ids = [row.id for row in documents]
        applied, lines = _applied(session, ids), _lines(session, ids)
        for row in documents:
            count += 1
            for cells in _cells(row, applied.get(row.id, ""), lines.get(row.id, [])):
                writer.writerow([_safe(name, cells.get(name, "")) for name in COLUMNS])
    return count


def _parts(session: Session, actor: Actor) -> Iterator[Sequence[Any]]:
    columns = (
        select(*Document.__table__.c, LegalEntity.code, Customer.number, Customer.name.label("customer_name"))
        .join_from(Document, LegalEntity, LegalEntity.id == Document.entity_id)
        .join(Customer, Customer.id == Document.customer_id)
    )
    if actor.customer_ids is not None:
        columns = columns.where(Document.customer_id.in_(actor.customer_ids))
    last = 0
    while True:
        part = session.execute(columns.where(Document.id > last).order_by(Document.id).limit(_AT_ONCE)).all()
        if not part:
            return
        yield part
        last = part[-1].id


def _applied(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return document → its ``applies_to``, with what is applied now."""
    credit, debit = aliased(Document), aliased(Document)
    amount = func.sum(Allocation.amount_minor)
    rows = session.execute(
        select(
            credit.id, credit.document_no, debit.id, debit.document_no, debit.kind, Allocation.currency, amount,
        )
        .select_from(Allocation)
        .join(credit, credit.id == Allocation.credit_id)
        .join(debit, debit.id == Allocation.debit_id)
        .where(Allocation.credit_id.in_(ids) | Allocation.debit_id.in_(ids))
        .group_by(credit.id, credit.document_no, debit.id, debit.document_no, debit.kind, Allocation.currency)
        .having(amount > 0)
        .order_by(func.min(Allocation.id))
    )  # fmt: skip
    found: dict[int, list[str]] = defaultdict(list)
    for credit_id, credit_no, debit_id, debit_no, debit_kind, currency, minor in rows:
        own, other = (debit_id, credit_no) if debit_kind == "refund" else (credit_id, debit_no)
        found[own].append(f"{other}:{minor_to_text(int(minor), currency)}")
    return {own: ";".join(parts) for own, parts in found.items()}


def _lines(session: Session, ids: Sequence[int]) -> dict[int, list[DocumentLine]]:
    rows = session.scalars(
        select(DocumentLine)
        .where(DocumentLine.document_id.in_(ids))
        .order_by(DocumentLine.document_id, DocumentLine.no)
    )
    found: dict[int, list[DocumentLine]] = defaultdict(list)
    for line in rows:
        found[line.document_id].append(line)
        session.expunge(line)
    return found


def _cells(row: Any, applies_to: str, lines: Sequence[DocumentLine]) -> Iterator[dict[str, str]]:
    identity = {
        "entity": row.code, "kind": row.kind, "document_no": row.document_no, "customer_no": row.number,
        "currency": row.currency, "document_date": row.document_on.isoformat(),
    }  # fmt: skip
    once = {
        "customer_name": row.customer_name, "due_date": row.due_on.isoformat() if row.due_on else "",
        "reference": row.reference, "description": row.description, "applies_to": applies_to,
        "disputed": "yes" if row.was_disputed else "",
        "tax_amount": "" if row.tax_minor is None else minor_to_text(row.tax_minor, row.currency),
        "tax_invoice_no": row.tax_invoice_no, "order_no": row.order_no, "exchange_rate": row.exchange_rate or "",
        "department": row.department, "project": row.project, "method": row.method,
    }  # fmt: skip
    if not lines:
        yield identity | once | {"amount": minor_to_text(row.amount_minor, row.currency)}
    for number, line in enumerate(lines):
        yield identity | (once if number == 0 else {}) | {
            "amount": minor_to_text(line.amount_minor, row.currency), "item": line.item, "quantity": line.quantity,
            "unit_price": line.unit_price, "tax_rate": line.tax_rate,
        }  # fmt: skip


def _safe(column: str, text: str) -> str:
    return text if column in _FIGURES else neutral(text)
