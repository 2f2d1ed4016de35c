"""Reads: one adjustment, the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.adjustments.models import Adjustment
from portal.adjustments.rules import TRANSITIONS
from portal.customers.models import Customer
from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.receivables.models import Document

ADJUSTMENT_SORTS = ("number", "customer", "kind", "amount", "posting_on", "state", "made_by", "made_at")
_TABS = (
    ("open", N_("In progress")),
    ("posted", N_("Posted")),
    ("voided", N_("Voided")),
    ("all", N_("All")),
)
_OPEN = ("draft", "pending", "rejected")


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    """One adjustment with the names around it.

    Attributes:
        document_public_id: What it corrects; empty = nothing.
        posted_public_id: The document it became; empty until posted.
        is_own: Whether the reader made it.
        verbs: What the rules allow in its state; the verbs check roles again.
    """

    id: int
    public_id: str
    number: str
    kind: str
    state: str
    customer_id: int
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    amount: Money
    tax: Money
    posting_on: date
    document_public_id: str
    document_no: str
    posted_public_id: str
    posted_no: str
    dispute_id: int | None
    reason: str
    made_by: str
    made_at: datetime
    is_own: bool
    row_version: int
    verbs: frozenset[str]


_CORRECTED, _POSTED = aliased(Document), aliased(Document)


def _selected() -> Select[*tuple[Any, ...]]:
    return (
        select(Adjustment, Customer, Person.name, _CORRECTED, _POSTED)
        .join(Customer, Customer.id == Adjustment.customer_id)
        .join(Person, Person.id == Adjustment.made_by_id)
        .outerjoin(_CORRECTED, _CORRECTED.id == Adjustment.document_id)
        .outerjoin(_POSTED, _POSTED.id == Adjustment.posted_id)
    )


def _view(actor: Actor, found: Sequence[Any]) -> AdjustmentView:
    row, customer, maker, corrected, posted = found
    return AdjustmentView(
        id=row.id, public_id=row.public_id, number=row.number, kind=row.kind, state=row.state,
        customer_id=customer.id, customer_public_id=customer.public_id, customer_no=customer.number,
        customer_name=customer.name, customer_name_en=customer.name_en,
        amount=Money(row.amount_minor, row.currency), tax=Money(row.tax_minor, row.currency),
        posting_on=row.posting_on, document_public_id=corrected.public_id if corrected else "",
        document_no=corrected.document_no if corrected else "",
        posted_public_id=posted.public_id if posted else "", posted_no=posted.document_no if posted else "",
        dispute_id=row.dispute_id, reason=row.reason, made_by=maker, made_at=row.made_at,
        is_own=row.made_by_id == actor.person_id, row_version=row.row_version,
        verbs=frozenset(verb for (state, verb) in TRANSITIONS if state == row.state),
    )  # fmt: skip


def find_adjustment(session: Session, *, public_id: str, actor: Actor) -> AdjustmentView:
    """Return one adjustment.

    Raises:
        NotAllowed: The actor does not read the books.
        NotFound: Unknown or out of scope.
    """
    actor.require(Permission.BOOKS_READ)
    found = session.execute(_selected().where(Adjustment.public_id == public_id)).one_or_none()
    if found is None or not actor.sees(found[0].customer_id):
        raise NotFound
    return _view(actor, found)


def adjustments_of_dispute(session: Session, *, dispute_id: int, actor: Actor) -> tuple[AdjustmentView, ...]:
    """Return what was prepared or posted for a dispute, oldest first; the calling query has checked the scope."""
    rows = session.execute(
        _selected().where(Adjustment.dispute_id == dispute_id).order_by(Adjustment.id)
    ).all()
    return tuple(_view(actor, found) for found in rows)


def list_adjustments(session: Session, *, query: ListQuery, actor: Actor) -> Page[AdjustmentView]:
    """Return adjustments, newest first unless asked otherwise; tabs by state, sums by currency.

    Raises:
        NotAllowed: The actor does not read the books.
        UnknownSort: No such column.
    """
    actor.require(Permission.BOOKS_READ)
    by_state = select(Adjustment.state, func.count().label("number")).group_by(Adjustment.state)
    counts: dict[str, int] = {row.state: row.number for row in session.execute(by_state)}
    chosen = _narrowed(_selected(), query)
    base = chosen.with_only_columns(Adjustment.currency, Adjustment.amount_minor).order_by(None).subquery()
    sums = session.execute(
        select(base.c.currency, func.sum(base.c.amount_minor), func.count())
        .group_by(base.c.currency)
        .order_by(base.c.currency)
    ).all()
    columns = {
        "number": Adjustment.number, "customer": Customer.name_key, "kind": Adjustment.kind,
        "amount": Adjustment.amount_minor, "posting_on": Adjustment.posting_on, "state": Adjustment.state,
        "made_by": Person.name, "made_at": Adjustment.made_at,
    }  # fmt: skip
    order = columns[query.sorted_by(ADJUSTMENT_SORTS, "made_at")]
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order.asc(), Adjustment.id.desc())
    rows = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    return Page(
        rows=tuple(_view(actor, found) for found in rows),
        count=sum(count for _, _, count in sums),
        query=query,
        sums=tuple(Money(int(minor), currency) for currency, minor, _ in sums),
        tabs=_tabs(counts),
    )


def _narrowed(chosen: Select[*tuple[Any, ...]], query: ListQuery) -> Select[*tuple[Any, ...]]:
    tab = query.tab or "open"
    if tab == "open":
        chosen = chosen.where(Adjustment.state.in_(_OPEN))
    elif tab != "all":
        chosen = chosen.where(Adjustment.state == tab)
    if query.q:
        words = f"%{query.q.strip().lower()}%"
        chosen = chosen.where(
            or_(
                func.lower(Adjustment.number).like(words),
                func.lower(Customer.number).like(words),
                Customer.name_key.like(words),
                func.lower(_CORRECTED.document_no).like(words),
            )
        )
    return chosen


def _tabs(counts: dict[str, int]) -> tuple[Tab, ...]:
    groups = {"open": _OPEN, "posted": ("posted",), "voided": ("voided",), "all": tuple(counts)}
    return tuple(Tab(key, word, sum(counts.get(state, 0) for state in groups[key])) for key, word in _TABS)


def count_open_adjustments(session: Session, *, actor: Actor) -> int:
    """Return how many adjustments are neither posted nor voided; zero for who does not read the books."""
    if not actor.may(Permission.BOOKS_READ):
        return 0
    return session.scalar(select(func.count(Adjustment.id)).where(Adjustment.state.in_(_OPEN))) or 0
