"""Reads: lists of disputes and their counts, within the actor's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.clock import business_day
from portal.customers.models import Customer
from portal.disputes.models import Dispute
from portal.disputes.queries import row_of, selected_disputes
from portal.disputes.rules import OPEN_STATES
from portal.disputes.view import DisputeRow
from portal.errors import N_
from portal.ledger import entity_view
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.receivables.models import Document

DISPUTE_SORTS = ("number", "customer", "reason", "amount", "state", "due_on", "opened_at", "owner")

_OPEN = Dispute.state.in_(OPEN_STATES)
_ENDED = Dispute.state.in_(("resolved", "closed", "withdrawn"))
_TABS: dict[str, tuple[str, ColumnElement[bool]]] = {
    "theirs": (N_("Your turn"), and_(_OPEN, Dispute.turn == "theirs")),
    "open": (N_("Still open"), _OPEN),
    "ended": (N_("Resolved"), _ENDED),
}
_STAFF_TABS: dict[str, tuple[str, ColumnElement[bool]]] = {
    "ours": (N_("Our turn"), and_(_OPEN, Dispute.turn == "ours", Dispute.state != "pending_approval")),
    "theirs": (N_("Customer’s turn"), and_(_OPEN, Dispute.turn == "theirs")),
    "approval": (N_("Waiting for approval"), Dispute.state == "pending_approval"),
    "ended": (N_("Resolved"), _ENDED),
    "all": (N_("All"), Dispute.id > 0),
}


@dataclass(frozen=True, slots=True)
class DisputedDocument:
    """An open dispute as reminders, open items and documents name it."""

    document_id: int
    public_id: str
    number: str
    reason: str
    state: str
    disputed: Money


def list_disputes(session: Session, *, query: ListQuery, actor: Actor, now: datetime) -> Page[DisputeRow]:
    """Return disputes in the actor's scope, most urgent first unless asked otherwise; sums by currency.

    Raises:
        NotAllowed: The actor does not read disputes.
        UnknownSort: No such column.
    """
    actor.require(Permission.DISPUTES_READ)
    tabs = _TABS if actor.side == "customer" else _STAFF_TABS
    counts = _tab_counts(session, tabs, actor=actor)
    tab = query.tab if query.tab in tabs else first_tab(counts, actor=actor)
    chosen = _scoped(selected_disputes(), actor).where(tabs[tab][1])
    if query.q:
        chosen = chosen.where(_matches(query.q))
    base = chosen.with_only_columns(Dispute.currency, Dispute.disputed_minor).order_by(None).subquery()
    sums = session.execute(
        select(base.c.currency, func.sum(base.c.disputed_minor), func.count())
        .group_by(base.c.currency)
        .order_by(base.c.currency)
    ).all()
    columns: Mapping[str, Any] = {
        "number": Dispute.number, "customer": Customer.name_key, "reason": Dispute.reason,
        "amount": Dispute.disputed_minor, "state": Dispute.state, "due_on": Dispute.due_on,
        "opened_at": Dispute.opened_at, "owner": Person.name,
    }  # fmt: skip
    default = "opened_at" if tab in {"ended", "all"} else "due_on"
    order = columns[query.sorted_by(DISPUTE_SORTS, default)]
    is_down = query.descending if query.sort else default == "opened_at"
    ordered = chosen.order_by(order.desc() if is_down else order.asc(), Dispute.id.desc())
    found = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    zone = entity_view(session).time_zone
    today = business_day(now, zone)
    return Page(
        rows=tuple(row_of(row, actor=actor, today=today, zone=zone) for row in found),
        count=sum(count for _, _, count in sums),
        query=replace(query, tab=tab),
        sums=tuple(Money(int(minor), currency) for currency, minor, _ in sums),
        tabs=tuple(Tab(key, word, counts[key]) for key, (word, _) in tabs.items()),
    )


def first_tab(counts: Mapping[str, int], *, actor: Actor) -> str:
    """Return the tab shown when none is chosen: what waits for the reader, else what is open."""
    if actor.side == "customer":
        return "theirs" if counts["theirs"] else "open"
    return "ours"


def _tab_counts(
    session: Session, tabs: Mapping[str, tuple[str, ColumnElement[bool]]], *, actor: Actor
) -> dict[str, int]:
    columns = [func.count(Dispute.id).filter(where) for _, where in tabs.values()]
    found = session.execute(_scoped(select(*columns).select_from(Dispute), actor)).one()
    return dict(zip(tabs, (int(count) for count in found), strict=True))


def _scoped(chosen: Select[*tuple[Any, ...]], actor: Actor) -> Select[*tuple[Any, ...]]:
    if actor.customer_ids is not None:
        chosen = chosen.where(Dispute.customer_id.in_(actor.customer_ids))
    if actor.entity_ids is not None:
        chosen = chosen.where(Dispute.entity_id.in_(actor.entity_ids))
    if actor.departments is not None:
        chosen = chosen.where(Dispute.department.in_(actor.departments))
    return chosen


def _matches(words: str) -> ColumnElement[bool]:
    like = f"%{words.strip().lower()}%"
    return or_(
        func.lower(Dispute.number).like(like),
        func.lower(Document.document_no).like(like),
        Customer.name_key.like(like),
        func.lower(Customer.number).like(like),
        func.lower(Dispute.reason) == words.strip().lower(),
    )


def count_open(session: Session, *, actor: Actor) -> int:
    """Return the number for the frame: open disputes of a customer, or those on which staff have the turn."""
    if not actor.may(Permission.DISPUTES_READ):
        return 0
    where = _OPEN if actor.side == "customer" else _STAFF_TABS["ours"][1]
    return session.scalar(_scoped(select(func.count(Dispute.id)).where(where), actor)) or 0


def disputed_documents(session: Session, *, document_ids: Sequence[int]) -> dict[int, DisputedDocument]:
    """Return the open disputes of documents, by document; the calling query has checked the scope."""
    rows = session.scalars(select(Dispute).where(Dispute.document_id.in_(document_ids), _OPEN))
    return {
        row.document_id: DisputedDocument(
            row.document_id, row.public_id, row.number, row.reason, row.state,
            Money(row.disputed_minor, row.currency),
        )
        for row in rows
        if row.document_id is not None
    }  # fmt: skip


def disputes_of_customer(
    session: Session, *, customer_id: int, actor: Actor, now: datetime
) -> tuple[DisputeRow, ...]:
    """Return a customer's open disputes, most urgent first.

    Raises:
        NotAllowed: The actor does not read disputes.
        NotFound: Out of scope.
    """
    actor.require(Permission.DISPUTES_READ)
    actor.require_scope(customer_id)
    zone = entity_view(session).time_zone
    today = business_day(now, zone)
    rows = session.execute(
        _scoped(selected_disputes(), actor)
        .where(Dispute.customer_id == customer_id, _OPEN)
        .order_by(Dispute.due_on, Dispute.id)
    )
    return tuple(row_of(row, actor=actor, today=today, zone=zone) for row in rows)
