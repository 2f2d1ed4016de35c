"""Lists of documents, and search by number, text, customer, day or amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.errors import N_
from portal.lists import ListQuery, Page, Tab
from portal.money import CURRENCY_DIGITS, Money
from portal.receivables.models import Document, OpenItem
from portal.receivables.queries import due_or_terms
from portal.receivables.rules import KINDS

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
DOCUMENT_SORTS = ("number", "kind", "customer", "day", "due", "amount", "open", "posted")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One line of a list of documents; amounts signed, positive raises what the customer owes."""

    id: int
    public_id: str
    customer_id: int
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    kind: str
    document_no: str
    document_on: date
    due_on: date | None
    posting_on: date
    order_no: str
    reference: str
    description: str
    amount: Money
    open: Money


def list_documents(
    session: Session,
    *,
    query: ListQuery,
    actor: Actor,
    customer_id: int | None = None,
    currency: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Page[DocumentRow]:
    """Return documents in the actor's scope, newest first; tabs are the kinds, sums one a currency.

    Args:
        session: Any session.
        query: Search words find numbers, order and tax invoice numbers, references, texts, customers or an amount.
        actor: Needs ``items:read``; sees only customers in scope.
        customer_id: One customer only.
        currency: One currency only.
        since: First posting date.
        until: Posting date from which documents are left out (exclusive).

    Raises:
        NotAllowed: The actor may not read documents.
        NotFound: The customer is out of scope.
        UnknownSort: Not one of ``DOCUMENT_SORTS``.
    """
    actor.require(Permission.ITEMS_READ)
    if customer_id is not None:
        actor.require_scope(customer_id)
    conditions = _conditions(actor, customer_id=customer_id, currency=currency, since=since, until=until)
    counts = dict(
        session.execute(select(Document.kind, func.count()).where(*conditions).group_by(Document.kind)).all()
    )
    tabs = (
        Tab("all", N_("All"), sum(counts.values())),
        *(Tab(kind, KIND_LABELS[kind], counts[kind]) for kind in KINDS if counts.get(kind)),
    )
    if query.tab in KINDS:
        conditions.append(Document.kind == query.tab)
    if query.q.strip():
        conditions.append(_matches(query.q))
    return _page(session, query, conditions, tabs)


KIND_LABELS = {
    "invoice": N_("Invoices"), "debit_note": N_("Debit notes"), "credit_note": N_("Credit notes"),
    "receipt": N_("Receipts"), "refund": N_("Refunds"), "adjustment": N_("Adjustments"),
    "write_off": N_("Write-offs"), "opening_balance": N_("Opening balances"),
}  # fmt: skip


def _conditions(
    actor: Actor, *, customer_id: int | None, currency: str | None, since: date | None, until: date | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if actor.customer_ids is not None:
        conditions.append(Document.customer_id.in_(actor.customer_ids))
    if customer_id is not None:
        conditions.append(Document.customer_id == customer_id)
    if currency:
        conditions.append(Document.currency == currency)
    if since is not None:
        conditions.append(Document.posting_on >= since)
    if until is not None:
        conditions.append(Document.posting_on < until)
    return conditions


def _matches(words: str) -> ColumnElement[bool]:
    """Return the condition of a search; a whole date finds the documents of that day and nothing else."""
    if _DAY.fullmatch(words.strip()):
        try:
            return Document.document_on == date.fromisoformat(words.strip())
        except ValueError:
            pass  # no day of any calendar: look for it as a text
    text = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    columns = (
        Document.document_no, Document.order_no, Document.tax_invoice_no, Document.reference, Document.description,
        Customer.number, Customer.name_key,
    )  # fmt: skip
    found = [func.lower(column).like(f"%{text}%", escape="\\") for column in columns]
    return or_(*found, *_amount_conditions(words))


def _amount_conditions(words: str) -> list[ColumnElement[bool]]:
    whole, dot, rest = words.strip().replace(",", "").replace(" ", "").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 15 and (rest.isdigit() or not dot)):
        return []
    conditions = []
    for digits in sorted(set(CURRENCY_DIGITS.values())):
        if len(rest) <= digits:
            currencies = [code for code, number in CURRENCY_DIGITS.items() if number == digits]
            minor = int(whole) * 10**digits + int(rest.ljust(digits, "0") or 0)
            conditions.append(
                and_(Document.amount_minor.in_((minor, -minor)), Document.currency.in_(currencies))
            )
    return conditions


def _page(
    session: Session, query: ListQuery, conditions: list[ColumnElement[bool]], tabs: Sequence[Tab]
) -> Page[DocumentRow]:
    due = due_or_terms(session.get_bind().dialect.name)
    order: dict[str, Any] = {
        "number": Document.document_no, "kind": Document.kind, "customer": Customer.name_key,
        "day": Document.document_on, "due": due, "amount": Document.balance_minor,
        "open": OpenItem.side * OpenItem.open_minor, "posted": Document.posting_on,
    }  # fmt: skip
    column = order[query.sorted_by(DOCUMENT_SORTS, "posted")]
    descending = query.descending or not query.sort
    base = _joined(select(*_ROW_COLUMNS, due.label("due"))).where(*conditions)
    rows = session.execute(
        base.order_by(
            column.desc() if descending else column.asc(), Document.id.desc() if descending else Document.id
        )
        .limit(query.limit)
        .offset(query.offset)
    )
    sums = session.execute(
        _joined(select(Document.currency, func.count(), func.sum(Document.balance_minor)))
        .where(*conditions)
        .group_by(Document.currency)
        .order_by(Document.currency)
    ).all()
    return Page(
        tuple(_row(row) for row in rows), sum(row[1] for row in sums), query,
        tuple(Money(int(row[2]), row[0]) for row in sums), tuple(tabs),
    )  # fmt: skip


_ROW_COLUMNS = (
    Document.id, Document.public_id, Document.customer_id, Document.kind, Document.document_no, Document.currency,
    Document.document_on, Document.posting_on, Document.order_no, Document.reference, Document.description,
    Document.balance_minor, OpenItem.open_minor, OpenItem.side, Customer.public_id.label("customer_public_id"),
    Customer.number, Customer.name, Customer.name_en,
)  # fmt: skip


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Document)
        .join(Customer, Customer.id == Document.customer_id)
        .join(OpenItem, OpenItem.document_id == Document.id)
    )


def _row(row: Any) -> DocumentRow:
    return DocumentRow(
        id=row.id, public_id=row.public_id, customer_id=row.customer_id, customer_public_id=row.customer_public_id,
        customer_no=row.number, customer_name=row.name, customer_name_en=row.name_en, kind=row.kind,
        document_no=row.document_no, document_on=row.document_on, due_on=row.due if row.side > 0 else None,
        posting_on=row.posting_on, order_no=row.order_no, reference=row.reference, description=row.description,
        amount=Money(row.balance_minor, row.currency), open=Money(row.side * row.open_minor, row.currency),
    )  # fmt: skip


def search_documents(
    session: Session, *, words: str, actor: Actor, limit: int = 20
) -> tuple[DocumentRow, ...]:
    """Return the newest documents in scope that match a number, text, customer or amount; at most ``limit``.

    Raises:
        NotAllowed: The actor may not read documents.
    """
    if not words.strip():
        return ()
    return list_documents(session, query=ListQuery(q=words, per_page=limit), actor=actor).rows
