"""Reads of open items, ageing and balances as of any business day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, Subquery, func, select, union_all
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.errors import N_
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.receivables.models import Allocation, Document, MonthBalance, OpenItem
from portal.receivables.rules import Ageing, OpenAmount, age_open_items, bucket_of


@dataclass(frozen=True, slots=True)
class OpenItemRow:
    """One document with an open part, as of a day.

    Attributes:
        due_on: As written on it, else document date + terms; None for what lowers the debt.
        amount: Signed: positive raises what the customer owes.
        open: What of it is open on the day, same sign.
        overdue_days: Days past due, 0 = not overdue.
        bucket: Key of the ageing bucket.
    """

    document_id: int
    public_id: str
    document_no: str
    kind: str
    document_on: date
    due_on: date | None
    posting_on: date
    order_no: str
    reference: str
    description: str
    amount: Money
    open: Money
    overdue_days: int
    bucket: str

    @property
    def is_overdue(self) -> bool:
        """Whether it was due before the day."""
        return self.overdue_days > 0


def due_or_terms(dialect: str) -> ColumnElement[date | None]:
    """Return SQL for the due date as written, else document date + the customer's terms; needs both tables."""
    if dialect == "sqlite":
        by_terms: ColumnElement[Any] = func.date(
            Document.document_on, func.printf("+%d days", Customer.terms_days), type_=Date
        )
    else:
        by_terms = Document.document_on + Customer.terms_days
    return func.coalesce(Document.due_on, by_terms, type_=Date)


def open_amounts(
    *, as_of: date, customer_id: int | None = None, currency: str | None = None, entity_id: int | None = None
) -> Subquery:
    """Return SQL rows ``document_id, open_minor`` (unsigned) of what is open at the end of a day.

    Today's open amounts plus what was allocated later: later payments do not change the past. Documents posted later
    are not left out here; whoever joins ``documents`` does.
    """
    today = select(OpenItem.document_id, OpenItem.open_minor).where(OpenItem.open_minor > 0)
    later = [
        select(column.label("document_id"), Allocation.amount_minor.label("open_minor")).where(
            Allocation.allocated_on > as_of
        )
        for column in (Allocation.credit_id, Allocation.debit_id)
    ]
    scope = (("customer_id", customer_id), ("currency", currency), ("entity_id", entity_id))
    parts: list[Select[int, int]] = []
    for table, part in ((OpenItem, today), (Allocation, later[0]), (Allocation, later[1])):
        parts.append(
            part.where(*(getattr(table, name) == value for name, value in scope if value is not None))
        )
    rows = union_all(*parts).subquery()
    return (
        select(rows.c.document_id, func.sum(rows.c.open_minor).label("open_minor"))
        .group_by(rows.c.document_id)
        .having(func.sum(rows.c.open_minor) != 0)
        .subquery()
    )


def open_items_as_of(
    session: Session, *, customer_id: int, currency: str, as_of: date, entity_id: int | None = None
) -> tuple[OpenItemRow, ...]:
    """Return what was open of one customer's documents of one currency at the end of a day, oldest due first.

    Args:
        session: Any session.
        customer_id: Whose; the caller has checked the scope.
        currency: Which.
        as_of: Last day counted. Documents and allocations after it do not count.
        entity_id: One seller only; None = all.
    """
    found = open_amounts(as_of=as_of, customer_id=customer_id, currency=currency, entity_id=entity_id)
    due = due_or_terms(session.get_bind().dialect.name)
    rows = session.execute(
        select(
            Document.id, Document.public_id, Document.document_no, Document.kind, Document.document_on,
            due.label("due"), Document.posting_on, Document.order_no, Document.reference, Document.description,
            Document.balance_minor, found.c.open_minor,
        )
        .join(found, found.c.document_id == Document.id)
        .join(Customer, Customer.id == Document.customer_id)
        .where(Document.posting_on <= as_of)
        .order_by(due, Document.posting_on, Document.id)
    )  # fmt: skip
    return tuple(_open_item(row, currency, as_of) for row in rows)


def _open_item(row: Row[*tuple[Any, ...]], currency: str, as_of: date) -> OpenItemRow:
    raises = row.balance_minor > 0
    days = (as_of - row.due).days if raises else 0
    return OpenItemRow(
        document_id=row.id, public_id=row.public_id, document_no=row.document_no, kind=row.kind,
        document_on=row.document_on, due_on=row.due if raises else None, posting_on=row.posting_on,
        order_no=row.order_no, reference=row.reference, description=row.description,
        amount=Money(row.balance_minor, currency),
        open=Money(int(row.open_minor) if raises else -int(row.open_minor), currency),
        overdue_days=max(days, 0), bucket=bucket_of(days) if raises else "unapplied",
    )  # fmt: skip


def ageing_of(
    session: Session, *, customer_id: int, currency: str, as_of: date, entity_id: int | None = None
) -> Ageing:
    """Return one customer's ageing in one currency at the end of a day; it sums to ``balance_on`` the same day."""
    items = open_items_as_of(
        session, customer_id=customer_id, currency=currency, as_of=as_of, entity_id=entity_id
    )
    return ageing_of_items(items, currency=currency, as_of=as_of)


def ageing_of_items(items: Iterable[OpenItemRow], *, currency: str, as_of: date) -> Ageing:
    """Return the ageing of open items that were read already."""
    amounts = (OpenAmount(item.due_on, item.document_on, item.open.minor) for item in items)
    return Ageing(age_open_items(amounts, as_of=as_of), currency)


_SORT_KEYS: dict[str, Callable[[OpenItemRow], Any]] = {
    "number": lambda item: item.document_no,
    "kind": lambda item: item.kind,
    "day": lambda item: item.document_on,
    "due": lambda item: item.due_on or item.document_on,
    "amount": lambda item: item.amount.minor,
    "open": lambda item: item.open.minor,
    "overdue": lambda item: item.overdue_days,
    "order": lambda item: item.order_no,
}
OPEN_ITEM_SORTS = tuple(_SORT_KEYS)
_OPEN_ITEM_TABS: tuple[tuple[str, str, Callable[[OpenItemRow], bool]], ...] = (
    ("all", N_("All"), lambda _: True),
    ("overdue", N_("Overdue"), lambda item: item.is_overdue),
    ("not_due", N_("Not due"), lambda item: item.bucket == "not_due"),
    ("credits", N_("Unapplied credits"), lambda item: item.open.minor < 0),
)


def list_open_items(
    session: Session, *, query: ListQuery, customer_id: int, currency: str, as_of: date, actor: Actor
) -> Page[OpenItemRow]:
    """Return open items as of a day as a list: tabs, search in numbers and texts, sum of all matching rows.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: The customer is out of scope.
        UnknownSort: Not one of ``OPEN_ITEM_SORTS``.
    """
    actor.require(Permission.ITEMS_READ)
    actor.require_scope(customer_id)
    key = _SORT_KEYS[query.sorted_by(OPEN_ITEM_SORTS, "due")]
    items = open_items_as_of(session, customer_id=customer_id, currency=currency, as_of=as_of)
    tabs = tuple(Tab(name, label, sum(map(belongs, items))) for name, label, belongs in _OPEN_ITEM_TABS)
    wanted = next(
        (belongs for name, _, belongs in _OPEN_ITEM_TABS if name == query.tab), _OPEN_ITEM_TABS[0][2]
    )
    word = query.q.strip().lower()
    matching = [
        item
        for item in items
        if wanted(item)
        and word in f"{item.document_no} {item.order_no} {item.reference} {item.description}".lower()
    ]
    matching.sort(key=key, reverse=query.descending)
    shown = matching[query.offset : query.offset + query.per_page] if query.per_page else matching
    total = Money(sum(item.open.minor for item in matching), currency)
    return Page(tuple(shown), len(matching), query, (total,), tabs)


def balance_on(
    session: Session, *, customer_id: int, currency: str, as_of: date, entity_id: int | None = None
) -> Money:
    """Return what a customer owes in one currency at the end of a day, from the roll-up and the days of its month.

    The cost does not grow with the ledger: months before, plus the documents of one month.
    """
    month_on = as_of.replace(day=1)
    before = select(func.coalesce(func.sum(MonthBalance.movement_minor), 0)).where(
        MonthBalance.customer_id == customer_id,
        MonthBalance.currency == currency,
        MonthBalance.month_on < month_on,
    )
    within = select(func.coalesce(func.sum(Document.balance_minor), 0)).where(
        Document.customer_id == customer_id, Document.currency == currency,
        Document.posting_on >= month_on, Document.posting_on <= as_of,
    )  # fmt: skip
    if entity_id is not None:
        before = before.where(MonthBalance.entity_id == entity_id)
        within = within.where(Document.entity_id == entity_id)
    rolled, moved = session.execute(select(before.scalar_subquery(), within.scalar_subquery())).one()
    return Money(int(rolled) + int(moved), currency)


def balance_history(
    session: Session, *, customer_id: int, currency: str, until_month: date, months: int = 24
) -> tuple[tuple[date, Money], ...]:
    """Return (first day of month, balance at its end), oldest first; one entry a month, ``until_month`` the last."""
    last = until_month.replace(day=1)
    rows = session.execute(
        select(MonthBalance.month_on, func.sum(MonthBalance.movement_minor))
        .where(
            MonthBalance.customer_id == customer_id, MonthBalance.currency == currency,
            MonthBalance.month_on <= last,
        )
        .group_by(MonthBalance.month_on)
        .order_by(MonthBalance.month_on)
    )  # fmt: skip
    moved = {month_on: int(minor) for month_on, minor in rows}
    first = _months_before(last, months - 1)
    balance = sum(minor for month_on, minor in moved.items() if month_on < first)
    history = []
    for step in range(months):
        month_on = _months_before(last, months - 1 - step)
        balance += moved.get(month_on, 0)
        history.append((month_on, Money(balance, currency)))
    return tuple(history)


def _months_before(month: date, count: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(year, index + 1, 1)


def currencies_of(session: Session, customer_id: int) -> tuple[str, ...]:
    """Return the currencies of a customer: their own first, then every other one with documents, by code."""
    own = session.scalar(select(Customer.currency).where(Customer.id == customer_id))
    used = session.scalars(
        select(MonthBalance.currency).where(MonthBalance.customer_id == customer_id).distinct()
    )
    return ((own,) if own else ()) + tuple(sorted(set(used) - {own}))


def balances_of(
    session: Session, *, customer_ids: Iterable[int], as_of: date | None = None
) -> dict[int, tuple[Money, ...]]:
    """Return customer → what they owe, one amount a currency, zero balances left out; None = all that is posted.

    Set-based over the roll-up, for lists of customers.
    """
    wanted = set(customer_ids)
    found: dict[int, dict[str, int]] = {customer_id: {} for customer_id in wanted}
    statement = select(
        MonthBalance.customer_id, MonthBalance.currency, func.sum(MonthBalance.movement_minor)
    ).group_by(MonthBalance.customer_id, MonthBalance.currency)
    if len(wanted) <= 5000:
        statement = statement.where(MonthBalance.customer_id.in_(wanted))
    if as_of is not None:
        later = select(Document.customer_id, Document.currency, -func.sum(Document.balance_minor)).where(
            Document.posting_on > as_of
        )
        if len(wanted) <= 5000:
            later = later.where(Document.customer_id.in_(wanted))
        rows = [
            *session.execute(statement),
            *session.execute(later.group_by(Document.customer_id, Document.currency)),
        ]
    else:
        rows = list(session.execute(statement))
    for customer_id, currency, minor in rows:
        if customer_id in found:
            found[customer_id][currency] = found[customer_id].get(currency, 0) + int(minor)
    return {
        customer_id: tuple(Money(minor, currency) for currency, minor in sorted(sums.items()) if minor)
        for customer_id, sums in found.items()
    }
