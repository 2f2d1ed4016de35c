"""Our side of a comparison: the customer's account in our books as ledger rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.compare.engine import LedgerRow
from portal.compare.layout import ReadLedger
from portal.compare.rules import AFTER_DAYS
from portal.receivables import balance_on, open_items_as_of
from portal.receivables.models import Document

#: Number of the row that is our balance brought forward; documents have their row numbers.
OPENING_ROW = 0
_KIND_WORDS = {
    "invoice": "invoice", "debit_note": "debit note invoice", "credit_note": "credit note", "receipt": "receipt",
    "refund": "refund", "adjustment": "adjustment", "write_off": "adjustment", "opening_balance": "opening",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OurLedger:
    """Our rows, and the kind of each document by its row number."""

    rows: tuple[LedgerRow, ...]
    kinds: dict[int, str]


def begin_of(theirs: ReadLedger) -> date | None:
    """Return the day from which our rows count: where their file begins.

    A balance brought forward on the last day of a month begins with the next one; a file without one with its month.
    """
    opening = next((row for row in theirs.rows if row.is_opening), None)
    if opening is not None and opening.day is not None:
        following = opening.day + timedelta(days=1)
        return following if following.day == 1 else opening.day
    days = [row.day for row in theirs.rows if row.day]
    return min(days).replace(day=1) if days else None


def basis_of(theirs: ReadLedger) -> str:
    """Return what a file most likely lists: a list of one sign without a balance brought forward is open items."""
    signs = [row.minor > 0 for row in theirs.rows if row.minor]
    has_opening = any(row.is_opening for row in theirs.rows)
    return "open-items" if not has_opening and len(signs) > 1 and len(set(signs)) == 1 else "movements"


def our_movements(
    session: Session, *, customer_id: int, currency: str, begin: date | None, as_of: date
) -> OurLedger:
    """Return the balance brought forward and every document from a day on, a few days beyond the cut-off included.

    Args:
        session: Any session; the caller has checked the scope.
        customer_id: Whose account.
        currency: Which.
        begin: First day; None = from the first document.
        as_of: Cut-off day.
    """
    query = (
        select(Document)
        .where(Document.customer_id == customer_id, Document.currency == currency)
        .where(Document.posting_on <= as_of + timedelta(days=AFTER_DAYS))
        .order_by(Document.posting_on, Document.id)
    )
    rows: list[LedgerRow] = []
    if begin is not None:
        query = query.where(Document.posting_on >= begin)
        opening = balance_on(
            session, customer_id=customer_id, currency=currency, as_of=begin - timedelta(days=1)
        )
        if opening.minor:
            rows.append(LedgerRow(OPENING_ROW, begin, opening.minor, is_opening=True))
    documents = session.scalars(query).all()
    rows += [_row(document, document.balance_minor) for document in documents]
    return OurLedger(tuple(rows), {document.id: document.kind for document in documents})


def our_open_items(session: Session, *, customer_id: int, currency: str, as_of: date) -> OurLedger:
    """Return what is open at the end of the cut-off day, each item with its open amount."""
    items = open_items_as_of(session, customer_id=customer_id, currency=currency, as_of=as_of)
    found = _documents(session, [item.document_id for item in items])
    rows = tuple(_row(found[item.document_id], item.open.minor) for item in items)
    return OurLedger(rows, {document.id: document.kind for document in found.values()})


def _documents(session: Session, ids: Sequence[int]) -> dict[int, Document]:
    found: dict[int, Document] = {}
    for start in range(0, len(ids), 500):
        query = select(Document).where(Document.id.in_(ids[start : start + 500]))
        found |= {document.id: document for document in session.scalars(query)}
    return found


def _row(document: Document, minor: int) -> LedgerRow:
    others = tuple(filter(None, (document.tax_invoice_no, document.order_no, document.reference)))
    return LedgerRow(
        document.id, document.posting_on, minor, document.document_no, document.description, others, "",
        _KIND_WORDS[document.kind],
    )  # fmt: skip
