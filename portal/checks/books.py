"""Checks of the books: entries balance, sub-ledger and control accounts agree, on every past month too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.checks.probe import Probe
from portal.customers.models import Customer
from portal.ledger import CUSTOMER_ROLES
from portal.ledger.models import AccountMapping, ClosedPeriod, Entry, EntryLine
from portal.money import minor_to_text
from portal.receivables.models import Document, MonthBalance


def probes(session: Session) -> Iterator[Probe]:
    """Yield the checks of I1, I2, Inv1 and Inv2."""
    yield from _balance()
    yield _valued()
    yield _one_entry_a_document()
    yield _entry_of_the_document()
    yield from _closed()
    yield _control_accounts()
    yield _roll_up(session)
    yield _accounts_by_month(session)


def _balance() -> Iterator[Probe]:
    yield Probe(
        "I1",
        select(func.count(Entry.id)),
        select(EntryLine.entry_id, EntryLine.currency, func.sum(EntryLine.amount_minor).label("rest"))
        .group_by(EntryLine.entry_id, EntryLine.currency)
        .having(func.sum(EntryLine.amount_minor) != 0)
        .order_by(EntryLine.entry_id),
        lambda row: (
            f"entry {row.entry_id}: debit − credit = {minor_to_text(int(row.rest), row.currency)} {row.currency}"
        ),
    )
    yield Probe(
        "I1",
        select(func.count(Entry.id)).where(Entry.is_valued),
        select(EntryLine.entry_id, EntryLine.book_currency, func.sum(EntryLine.book_minor).label("rest"))
        .where(EntryLine.book_currency.is_not(None))
        .group_by(EntryLine.entry_id, EntryLine.book_currency)
        .having(func.sum(EntryLine.book_minor) != 0)
        .order_by(EntryLine.entry_id),
        lambda row: (
            f"entry {row.entry_id}: in book currency debit − credit = "
            f"{minor_to_text(int(row.rest), row.book_currency)} {row.book_currency}"
        ),
    )
    has_lines = select(EntryLine.no).where(EntryLine.entry_id == Entry.id).exists()
    yield Probe(
        "I1",
        select(func.count(Entry.id)),
        select(Entry.id).where(or_(Entry.posted_at.is_(None), ~has_lines)).order_by(Entry.id),
        lambda row: f"entry {row.id}: not sealed, or without lines",
    )


def _valued() -> Probe:
    """A valued entry has book amounts on every line, one that is not has none."""
    return Probe(
        "I1",
        select(func.count(Entry.id)),
        select(Entry.id, Entry.is_valued)
        .join(EntryLine, EntryLine.entry_id == Entry.id)
        .where(Entry.is_valued != EntryLine.book_minor.is_not(None))
        .group_by(Entry.id, Entry.is_valued)
        .order_by(Entry.id),
        lambda row: f"entry {row.id}: {'lacks' if row.is_valued else 'has'} book amounts",
    )


def _one_entry_a_document() -> Probe:
    own = (
        select(func.count(Entry.id))
        .where(Entry.document_id == Document.id, Entry.allocation_id.is_(None))
        .scalar_subquery()
    )
    return Probe(
        "Inv1",
        select(func.count(Document.id)),
        select(Document.document_no, own.label("entries")).where(own != 1).order_by(Document.id),
        lambda row: f"document {row.document_no}: {row.entries} entries instead of one",
    )


def _customer_lines() -> Select[*tuple[Any, ...]]:
    """Select entry lines on the customers' accounts, joined with their entries."""
    accounts = select(AccountMapping.account_id).where(AccountMapping.role.in_(CUSTOMER_ROLES))
    return (
        select(EntryLine.entry_id)
        .join(Entry, Entry.id == EntryLine.entry_id)
        .where(EntryLine.account_id.in_(accounts))
    )


def _entry_of_the_document() -> Probe:
    posted = (
        _customer_lines()
        .where(Entry.allocation_id.is_(None), Entry.document_id.is_not(None))
        .with_only_columns(Entry.document_id, func.sum(EntryLine.amount_minor).label("posted"))
        .group_by(Entry.document_id)
        .subquery()
    )
    return Probe(
        "Inv1",
        select(func.count(Document.id)),
        select(Document.document_no, Document.currency, Document.balance_minor, posted.c.posted)
        .outerjoin(posted, posted.c.document_id == Document.id)
        .where(func.coalesce(posted.c.posted, 0) != Document.balance_minor)
        .order_by(Document.id),
        lambda row: (
            f"document {row.document_no}: moves {minor_to_text(row.balance_minor, row.currency)}, "
            f"its entry {minor_to_text(int(row.posted or 0), row.currency)} {row.currency}"
        ),
    )


def _closed() -> Iterator[Probe]:
    """Nothing was posted into a month after it was closed."""
    yield Probe(
        "Inv1",
        select(func.count(ClosedPeriod.id)),
        select(Entry.id, Entry.posting_on)
        .join(
            ClosedPeriod,
            and_(
                ClosedPeriod.entity_id == Entry.entity_id,
                ClosedPeriod.starts_on <= Entry.posting_on,
                Entry.posting_on < ClosedPeriod.until_on,
                Entry.posted_at > ClosedPeriod.closed_at,
                or_(ClosedPeriod.reopened_at.is_(None), Entry.posted_at < ClosedPeriod.reopened_at),
            ),
        )
        .order_by(Entry.id),
        lambda row: f"entry {row.id}: posted into a closed month ({row.posting_on})",
    )


def _control_accounts() -> Probe:
    """I2: what documents say a customer owes stands on the customers' accounts."""
    by_documents = select(
        Document.entity_id, Document.customer_id, Document.currency,
        Document.balance_minor.label("owed"), literal(0).label("booked"),
    )  # fmt: skip
    by_accounts = _customer_lines().with_only_columns(
        Entry.entity_id, EntryLine.customer_id, EntryLine.currency, literal(0).label("owed"),
        EntryLine.amount_minor.label("booked"),
    )  # fmt: skip
    both = union_all(by_documents, by_accounts).subquery()
    owed, booked = func.sum(both.c.owed), func.sum(both.c.booked)
    return Probe(
        "I2",
        select(func.count()).select_from(
            select(MonthBalance.customer_id, MonthBalance.currency).distinct().subquery()
        ),
        select(Customer.number, both.c.currency, owed.label("owed"), booked.label("booked"))
        .select_from(both)
        .outerjoin(Customer, Customer.id == both.c.customer_id)
        .group_by(both.c.entity_id, both.c.customer_id, Customer.number, both.c.currency)
        .having(owed != booked)
        .order_by(both.c.customer_id, both.c.currency),
        lambda row: _two_sums(row, "documents", row.owed, "customer accounts", row.booked),
    )


def _two_sums(row: Row[*tuple[Any, ...]], one: str, one_minor: int, other: str, other_minor: int) -> str:
    day = f" {row.month_on:%Y-%m}" if "month_on" in row._fields and row.month_on else ""
    return (
        f"customer {row.number or '(none)'}{day} {row.currency}: {one} {minor_to_text(int(one_minor), row.currency)}, "
        f"{other} {minor_to_text(int(other_minor), row.currency)}"
    )


def _month_of(session: Session, column: InstrumentedAttribute[date]) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(column, "start of month", type_=Date)
    return cast(func.date_trunc("month", column), Date)


def _roll_up(session: Session) -> Probe:
    """Inv2: each month of the roll-up says what its documents say, column by column."""
    month = _month_of(session, Document.posting_on)
    invoiced = case(
        (Document.kind.in_(("invoice", "debit_note", "opening_balance")), Document.balance_minor), else_=0
    )
    received = case((Document.kind.in_(("receipt", "refund")), -Document.balance_minor), else_=0)
    credited = case(
        (Document.kind.in_(("credit_note", "write_off", "adjustment")), -Document.balance_minor), else_=0
    )
    documents = select(
        Document.entity_id, Document.customer_id, Document.currency, month.label("month_on"),
        invoiced.label("invoiced"), received.label("received"), credited.label("credited"),
        Document.balance_minor.label("moved"), literal(0).label("rolled"),
    )  # fmt: skip
    months = select(
        MonthBalance.entity_id, MonthBalance.customer_id, MonthBalance.currency, MonthBalance.month_on,
        -MonthBalance.invoiced_minor, -MonthBalance.received_minor, -MonthBalance.credited_minor, literal(0),
        MonthBalance.movement_minor,
    )  # fmt: skip
    both = union_all(documents, months).subquery()
    moved, rolled = func.sum(both.c.moved), func.sum(both.c.rolled)
    columns = (func.sum(both.c[name]) for name in ("invoiced", "received", "credited"))
    return Probe(
        "Inv2",
        select(func.count()).select_from(MonthBalance),
        select(
            Customer.number, both.c.currency, both.c.month_on, moved.label("moved"), rolled.label("rolled")
        )
        .select_from(both)
        .outerjoin(Customer, Customer.id == both.c.customer_id)
        .group_by(both.c.entity_id, both.c.customer_id, Customer.number, both.c.currency, both.c.month_on)
        .having(or_(moved != rolled, *(column != 0 for column in columns)))
        .order_by(both.c.customer_id, both.c.currency, both.c.month_on),
        lambda row: _two_sums(row, "documents", row.moved, "roll-up", row.rolled),
    )


def _accounts_by_month(session: Session) -> Probe:
    """Inv2: at the end of every month the accounts hold what the roll-up says."""
    booked = _customer_lines().with_only_columns(
        Entry.entity_id, EntryLine.customer_id, EntryLine.currency,
        _month_of(session, Entry.posting_on).label("month_on"), EntryLine.amount_minor.label("booked"),
        literal(0).label("rolled"),
    )  # fmt: skip
    months = select(
        MonthBalance.entity_id, MonthBalance.customer_id, MonthBalance.currency, MonthBalance.month_on, literal(0),
        MonthBalance.movement_minor,
    )  # fmt: skip
    both = union_all(booked, months).subquery()
    sums = func.sum(both.c.booked), func.sum(both.c.rolled)
    return Probe(
        "Inv2",
        select(func.count()).select_from(MonthBalance),
        select(
            Customer.number,
            both.c.currency,
            both.c.month_on,
            sums[0].label("booked"),
            sums[1].label("rolled"),
        )
        .select_from(both)
        .outerjoin(Customer, Customer.id == both.c.customer_id)
        .group_by(both.c.entity_id, both.c.customer_id, Customer.number, both.c.currency, both.c.month_on)
        .having(sums[0] != sums[1])
        .order_by(both.c.customer_id, both.c.currency, both.c.month_on),
        lambda row: _two_sums(row, "customer accounts", row.booked, "roll-up", row.rolled),
    )
