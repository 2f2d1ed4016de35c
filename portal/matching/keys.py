"""Look-up keys: by what a narrative can name a document and a payer a customer; made once, then kept up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from portal.customers.models import Customer
from portal.db import insert_missing
from portal.matching.engine import Customer as EngineCustomer
from portal.matching.engine import OpenItem as EngineItem
from portal.matching.engine import name_keys, reference_keys
from portal.matching.models import CustomerKey, ItemKey, MatchMark
from portal.receivables import due_or_terms
from portal.receivables.models import Document

_CHUNK = 5000
_MARKS = ("customers", "documents")
_KEY_LENGTH = 80
_Value = TypeVar("_Value")


def refresh_keys(session: Session) -> int:
    """Make the keys of what was posted, added or renamed since the last time; returns how many rows were read.

    Documents never change their numbers, so only new ones are read; customers by their version. The mark row is
    locked, so that two runs never make the same keys.
    """
    insert_missing(session, MatchMark, [{"name": name, "value": 0} for name in _MARKS], key="name")
    rows = session.scalars(select(MatchMark).order_by(MatchMark.name).with_for_update())
    marks = {row.name: row for row in rows}
    return _new_documents(session, marks["documents"]) + _changed_customers(session, marks["customers"])


def _new_documents(session: Session, mark: MatchMark) -> int:
    due = due_or_terms(session.get_bind().dialect.name)
    read = 0
    while True:
        rows = session.execute(
            select(
                Document.id, Document.customer_id, Document.document_no, Document.tax_invoice_no, Document.order_no,
                Document.document_on, due.label("due"), Document.currency, Document.balance_minor, Document.kind,
            )
            .join(Customer, Customer.id == Document.customer_id)
            .where(Document.id > mark.value)
            .order_by(Document.id)
            .limit(_CHUNK)
        ).all()  # fmt: skip
        if not rows:
            return read
        matched = [row for row in rows if row.kind not in {"receipt", "refund"}]
        keys = [
            {"key": key[:_KEY_LENGTH], "document_id": row.id}
            for row in matched
            for key in {key[:_KEY_LENGTH] for key in reference_keys(engine_item(row, row.balance_minor))}
        ]
        _write(session, ItemKey, keys)
        mark.value = rows[-1].id
        read += len(rows)
        session.flush()


def engine_item(row: Any, open_minor: int) -> EngineItem:
    """Return a document as the engine sees it; ``open_minor`` is signed."""
    return EngineItem(
        id=str(row.id), customer_id=str(row.customer_id), kind="INV" if open_minor > 0 else "CN",
        doc_no=row.document_no, fapiao_no=row.tax_invoice_no, po_no=row.order_no, doc_on=row.document_on,
        due_on=row.due, currency=row.currency, open_minor=open_minor,
    )  # fmt: skip


def _changed_customers(session: Session, mark: MatchMark) -> int:
    """Read customers again when any was added or edited: both raise the sum of versions."""
    newest = session.scalar(select(func.coalesce(func.sum(Customer.row_version), 0))) or 0
    if newest == mark.value:
        return 0
    rows = session.execute(select(Customer.id, Customer.name, Customer.name_en).order_by(Customer.id)).all()
    known = _known_customer_keys(session)
    wanted = {
        row.id: {key[:_KEY_LENGTH] for key in name_keys(EngineCustomer(str(row.id), row.name, row.name_en))}
        for row in rows
    }
    changed = [id_ for id_, keys in wanted.items() if known.get(id_, frozenset()) != keys]
    for part in chunks(changed):
        session.execute(delete(CustomerKey).where(CustomerKey.customer_id.in_(part)))
    _write(session, CustomerKey, [{"key": key, "customer_id": id_} for id_ in changed for key in wanted[id_]])
    mark.value = newest
    session.flush()
    return len(changed)


def _known_customer_keys(session: Session) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for key, customer_id in session.execute(select(CustomerKey.key, CustomerKey.customer_id)):
        found.setdefault(customer_id, set()).add(key)
    return {customer_id: frozenset(keys) for customer_id, keys in found.items()}


def _write(session: Session, model: type[ItemKey | CustomerKey], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(model), rows[start : start + _CHUNK])


def chunks(values: Sequence[_Value], size: int = 500) -> Iterable[Sequence[_Value]]:
    """Yield values in pieces that fit one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
