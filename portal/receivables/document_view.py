"""One document with everything around it: lines, what settled it, journal entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.customers.models import Customer
from portal.errors import NotFound
from portal.ledger.models import Account, Entry, EntryLine
from portal.money import Money
from portal.receivables.models import Allocation, Document, DocumentLine, OpenItem
from portal.receivables.queries import due_or_terms


@dataclass(frozen=True, slots=True)
class DocumentLineView:
    """One line of a document; quantity, price and rate are decimal text as written."""

    no: int
    item: str
    quantity: str
    unit: str
    unit_price: str
    tax_rate: str
    amount: Money


@dataclass(frozen=True, slots=True)
class AllocationView:
    """An allocation seen from one document: the other side, how much, since when; undone ones keep both rows."""

    id: int
    public_id: str
    other_public_id: str
    other_no: str
    other_kind: str
    amount: Money
    allocated_on: date
    is_reversal: bool
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class EntryLineView:
    """One side of a journal entry; book is None where the entry is not valued."""

    account_code: str
    account_name: str
    account_name_en: str
    amount: Money
    book: Money | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """A posted journal entry with its lines, debit positive."""

    id: int
    kind: str
    posting_on: date
    is_valued: bool
    lines: tuple[EntryLineView, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document with its lines, what it was applied to and its entries.

    Attributes:
        due_on: As written, else document date + terms; None for what lowers the debt.
        amount: As written on the document.
        balance: Signed: positive raises what the customer owes.
        open: What is open of it now, same sign as ``balance``.
        allocations: Both directions, in order of time.
        entries: Journal entries, for staff only; empty for customers.
    """

    id: int
    public_id: str
    entity_id: int
    customer_id: int
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    kind: str
    document_no: str
    currency: str
    amount: Money
    balance: Money
    open: Money
    tax: Money | None
    document_on: date
    due_on: date | None
    posting_on: date
    tax_invoice_no: str
    order_no: str
    reference: str
    description: str
    method: str
    exchange_rate: str
    department: str
    project: str
    was_disputed: bool
    settled_on: date | None
    created_by: str
    created_at: datetime
    reverses_public_id: str
    reversed_by_public_id: str
    lines: tuple[DocumentLineView, ...]
    allocations: tuple[AllocationView, ...]
    entries: tuple[EntryView, ...]

    @property
    def applied(self) -> Money:
        """What of it is settled now, same sign as ``balance``."""
        return self.balance - self.open


def find_document(session: Session, *, public_id: str, actor: Actor) -> DocumentView:
    """Return one document with lines, allocations and (for staff) entries.

    Raises:
        NotAllowed: The actor may read neither open items nor the books.
        NotFound: Unknown, or out of the actor's scope.
    """
    actor.require(Permission.ITEMS_READ, Permission.BOOKS_READ)
    undone_by = aliased(Document)
    original = aliased(Document)
    row = session.execute(
        select(
            Document, Customer.public_id, Customer.number, Customer.name, Customer.name_en, OpenItem.open_minor,
            OpenItem.side, OpenItem.settled_on, Person.name, original.public_id, undone_by.public_id,
            due_or_terms(session.get_bind().dialect.name),
        )
        .join(Customer, Customer.id == Document.customer_id)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .outerjoin(Person, Person.id == Document.created_by_id)
        .outerjoin(original, original.id == Document.reverses_id)
        .outerjoin(undone_by, undone_by.reverses_id == Document.id)
        .where(Document.public_id == public_id)
    ).one_or_none()  # fmt: skip
    if row is None or not actor.sees(row[0].customer_id):
        raise NotFound
    return _document_view(session, tuple(row), actor=actor)


def _document_view(session: Session, row: tuple[Any, ...], *, actor: Actor) -> DocumentView:
    (
        document,
        customer_public_id,
        number,
        name,
        name_en,
        opened,
        side,
        settled_on,
        maker,
        original,
        undone,
        due,
    ) = row
    currency = document.currency
    return DocumentView(
        id=document.id, public_id=document.public_id, entity_id=document.entity_id, customer_id=document.customer_id,
        customer_public_id=customer_public_id, customer_no=number, customer_name=name, customer_name_en=name_en,
        kind=document.kind, document_no=document.document_no, currency=currency,
        amount=Money(document.amount_minor, currency), balance=Money(document.balance_minor, currency),
        open=Money(side * opened, currency),
        tax=None if document.tax_minor is None else Money(document.tax_minor, currency),
        document_on=document.document_on, due_on=due if side > 0 else document.due_on,
        posting_on=document.posting_on, tax_invoice_no=document.tax_invoice_no, order_no=document.order_no,
        reference=document.reference, description=document.description, method=document.method,
        exchange_rate=document.exchange_rate or "", department=document.department, project=document.project,
        was_disputed=document.was_disputed, settled_on=settled_on,
        created_by=(maker or "") if actor.side != "customer" else "", created_at=document.created_at,
        reverses_public_id=original or "", reversed_by_public_id=undone or "",
        lines=_lines(session, document.id), allocations=allocations_of(session, document_id=document.id),
        entries=entries_of(session, document_id=document.id) if actor.may(Permission.BOOKS_READ) else (),
    )  # fmt: skip


def _lines(session: Session, document_id: int) -> tuple[DocumentLineView, ...]:
    rows = session.scalars(
        select(DocumentLine).where(DocumentLine.document_id == document_id).order_by(DocumentLine.no)
    )
    return tuple(
        DocumentLineView(
            row.no, row.item, row.quantity, row.unit, row.unit_price, row.tax_rate,
            Money(row.amount_minor, row.currency),
        )
        for row in rows
    )  # fmt: skip


def allocations_of(session: Session, *, document_id: int) -> tuple[AllocationView, ...]:
    """Return what a document settled or was settled by, in order of time; undone rows are marked, not hidden."""
    other, undoing = aliased(Document), aliased(Allocation)
    is_credit = Allocation.credit_id == document_id
    is_debit = Allocation.debit_id == document_id
    rows = session.execute(
        select(Allocation, other.public_id, other.document_no, other.kind, undoing.id)
        .join(
            other,
            or_(
                and_(is_credit, other.id == Allocation.debit_id),
                and_(is_debit, other.id == Allocation.credit_id),
            ),
        )
        .outerjoin(undoing, undoing.reverses_id == Allocation.id)
        .where(or_(is_credit, is_debit))
        .order_by(Allocation.allocated_on, Allocation.id)
    )
    return tuple(
        AllocationView(
            row.id, row.public_id, public_id, number, kind, Money(row.amount_minor, row.currency), row.allocated_on,
            row.reverses_id is not None, undone is not None,
        )
        for row, public_id, number, kind, undone in rows
    )  # fmt: skip


def entries_of(session: Session, *, document_id: int) -> tuple[EntryView, ...]:
    """Return the posted journal entries of a document, applications included, in order of posting."""
    rows = session.execute(
        select(Entry, EntryLine, Account.code, Account.name, Account.name_en)
        .join(EntryLine, EntryLine.entry_id == Entry.id)
        .join(Account, Account.id == EntryLine.account_id)
        .where(Entry.document_id == document_id, Entry.posted_at.is_not(None))
        .order_by(Entry.posting_on, Entry.id, EntryLine.no)
    )
    found: dict[int, tuple[Entry, list[EntryLineView]]] = {}
    for entry, line, code, name, name_en in rows:
        book = (
            Money(line.book_minor, line.book_currency)
            if line.book_minor is not None and line.book_currency
            else None
        )
        view = EntryLineView(code, name, name_en, Money(line.amount_minor, line.currency), book)
        found.setdefault(entry.id, (entry, []))[1].append(view)
    return tuple(
        EntryView(entry.id, entry.kind, entry.posting_on, entry.is_valued, tuple(lines))
        for entry, lines in found.values()
    )
