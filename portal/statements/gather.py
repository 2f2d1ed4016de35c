"""Read what a month's statements are made of: a constant number of SQL statements for any number of customers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Select, case, func, select, union, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.receivables.models import Allocation, Document, MonthBalance, OpenItem
from portal.statements.active import CustomerFacts, Scope
from portal.statements.models import Statement

#: customer, currency
Pair = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Movement:
    """Opening balance and the month's columns from the monthly roll-up, minor units."""

    opening: int
    invoiced: int
    received: int
    credited: int
    is_moved: bool


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document posted in the month; ``balance_minor`` is signed, positive raises what is owed."""

    id: int
    kind: str
    document_no: str
    document_on: date
    due_on: date | None
    text: str
    order_no: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class OpenFacts:
    """What was open of a document at the end of the month; signed minor units."""

    document_id: int
    document_on: date
    due_on: date | None
    open_minor: int


@dataclass(frozen=True, slots=True)
class Known:
    """The newest version of a statement that is already there."""

    id: int
    public_id: str
    version: int
    state: str
    content_hash: str
    is_issued: bool


@dataclass(slots=True)
class Gathered:
    """Everything about a span of customers, keyed by customer and currency."""

    customers: dict[int, CustomerFacts]
    movements: dict[Pair, Movement] = field(default_factory=dict)
    documents: dict[Pair, list[DocumentFacts]] = field(default_factory=dict)
    open_items: dict[Pair, list[OpenFacts]] = field(default_factory=dict)
    known: dict[Pair, Known] = field(default_factory=dict)
    closings: dict[Pair, int] = field(default_factory=dict)


def gather(session: Session, scope: Scope, customers: dict[int, CustomerFacts]) -> Gathered:
    """Read balances, documents, open items and earlier statements of the customers between ``scope``'s two ids."""
    return Gathered(
        customers,
        movements=_movements(session, scope),
        documents=_documents(session, scope, customers),
        open_items=_open_items(session, scope, customers),
        known=_known(session, scope),
        closings=_closings(session, scope),
    )


def _movements(session: Session, scope: Scope) -> dict[Pair, Movement]:
    in_month = MonthBalance.month_on == scope.period_from
    rows = session.execute(
        select(
            MonthBalance.customer_id,
            MonthBalance.currency,
            func.sum(case((in_month, 0), else_=MonthBalance.movement_minor)),
            func.sum(case((in_month, MonthBalance.invoiced_minor), else_=0)),
            func.sum(case((in_month, MonthBalance.received_minor), else_=0)),
            func.sum(case((in_month, MonthBalance.credited_minor), else_=0)),
            func.max(case((in_month, 1), else_=0)),
        )
        .where(
            MonthBalance.entity_id == scope.entity_id,
            MonthBalance.customer_id.between(scope.first_id, scope.last_id),
            MonthBalance.month_on < scope.period_until,
        )
        .group_by(MonthBalance.customer_id, MonthBalance.currency)
    )
    return {
        (customer_id, currency): Movement(
            int(opening), int(invoiced), int(received), int(credited), bool(moved)
        )
        for customer_id, currency, opening, invoiced, received, credited, moved in rows
    }


def _documents(
    session: Session, scope: Scope, customers: dict[int, CustomerFacts]
) -> dict[Pair, list[DocumentFacts]]:
    rows = session.execute(
        select(
            Document.customer_id, Document.currency, Document.id, Document.kind, Document.document_no,
            Document.document_on, Document.due_on, Document.description, Document.reference, Document.order_no,
            Document.balance_minor,
        )
        .where(
            Document.entity_id == scope.entity_id,
            Document.customer_id.between(scope.first_id, scope.last_id),
            Document.posting_on >= scope.period_from,
            Document.posting_on < scope.period_until,
        )
        .order_by(Document.customer_id, Document.currency, Document.posting_on, Document.id)
    )  # fmt: skip
    found: dict[Pair, list[DocumentFacts]] = defaultdict(list)
    for (
        customer_id,
        currency,
        id_,
        kind,
        no,
        document_on,
        due_on,
        description,
        reference,
        order_no,
        balance,
    ) in rows:
        customer = customers.get(customer_id)
        if customer is not None:
            due = effective_due(due_on, document_on, balance, terms_days=customer.terms_days)
            text = (description or reference)[:300]
            found[customer_id, currency].append(
                DocumentFacts(id_, kind, no, document_on, due, text, order_no, balance)
            )
    return found


def effective_due(
    due_on: date | None, document_on: date, balance_minor: int, *, terms_days: int
) -> date | None:
    """Return when a document is due: its own date, else document date + terms; a credit is never due."""
    if due_on is None and balance_minor > 0:
        return document_on + timedelta(days=terms_days)
    return due_on


def _open_items(
    session: Session, scope: Scope, customers: dict[int, CustomerFacts]
) -> dict[Pair, list[OpenFacts]]:
    """Open at the end of the month = open today + what was allocated later."""
    later = _allocated_later(session, scope)
    moved = union(*(_later_ids(scope, column) for column in (Allocation.credit_id, Allocation.debit_id)))
    wanted = (
        select(
            OpenItem.customer_id, OpenItem.currency, Document.id, OpenItem.side, OpenItem.open_minor,
            Document.document_on, Document.due_on,
        )
        .join(Document, Document.id == OpenItem.document_id)
        .where(
            OpenItem.entity_id == scope.entity_id,
            OpenItem.customer_id.between(scope.first_id, scope.last_id),
            Document.posting_on < scope.period_until,
        )
    )  # fmt: skip
    # Two halves instead of one "or", so that the index on open ones serves the first.
    rows = session.execute(
        union_all(
            wanted.where(OpenItem.open_minor > 0),
            wanted.where(OpenItem.open_minor == 0, OpenItem.document_id.in_(moved)),
        )
    )
    found: dict[Pair, list[OpenFacts]] = defaultdict(list)
    for customer_id, currency, document_id, side, open_minor, document_on, due_on in rows:
        customer = customers.get(customer_id)
        amount = side * (open_minor + later.get(document_id, 0))
        if customer is not None and amount:
            due = effective_due(due_on, document_on, amount, terms_days=customer.terms_days)
            found[customer_id, currency].append(OpenFacts(document_id, document_on, due, amount))
    return found


def _later_ids(scope: Scope, column: InstrumentedAttribute[int]) -> Select[int]:
    return select(column).where(
        Allocation.customer_id.between(scope.first_id, scope.last_id),
        Allocation.allocated_on >= scope.period_until,
    )


def _allocated_later(session: Session, scope: Scope) -> dict[int, int]:
    """Return document → sum of what was allocated to it after the month, minor units."""
    rows = session.execute(
        select(Allocation.credit_id, Allocation.debit_id, Allocation.amount_minor).where(
            Allocation.customer_id.between(scope.first_id, scope.last_id),
            Allocation.allocated_on >= scope.period_until,
        )
    )
    later: dict[int, int] = defaultdict(int)
    for credit_id, debit_id, amount in rows:
        later[credit_id] += amount
        later[debit_id] += amount
    return later


def _known(session: Session, scope: Scope) -> dict[Pair, Known]:
    rows = session.execute(
        select(
            Statement.customer_id, Statement.currency, Statement.id, Statement.public_id, Statement.version,
            Statement.state, Statement.content_hash, Statement.issued_at,
        )
        .where(
            Statement.entity_id == scope.entity_id,
            Statement.customer_id.between(scope.first_id, scope.last_id),
            Statement.kind == "activity",
            Statement.period_from == scope.period_from,
        )
        .order_by(Statement.version)
    )  # fmt: skip
    return {
        (customer_id, currency): Known(id_, public_id, version, state, content_hash, issued_at is not None)
        for customer_id, currency, id_, public_id, version, state, content_hash, issued_at in rows
    }


def _closings(session: Session, scope: Scope) -> dict[Pair, int]:
    """Return what the newest issued statement of the month before closed with."""
    rows = session.execute(
        select(Statement.customer_id, Statement.currency, Statement.closing_minor).where(
            Statement.entity_id == scope.entity_id,
            Statement.customer_id.between(scope.first_id, scope.last_id),
            Statement.kind == "activity",
            Statement.period_until == scope.period_from,
            Statement.issued_at.is_not(None),
            Statement.state != "superseded",
        )
    )
    return {(customer_id, currency): closing for customer_id, currency, closing in rows}
