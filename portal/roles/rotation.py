"""How long each owner has held each customer, and what is due for another owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.companies import COMPANIES
from portal.access.models import Person
from portal.errors import N_
from portal.lists import ListQuery, Page, Tab

ROTATION_SORTS = ("owner", "customer", "since")
_TABS = (("overdue", N_("Overdue")), ("all", N_("All")))


@dataclass(frozen=True, slots=True)
class HoldingView:
    """One customer and who looks after it since when."""

    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    owner: str
    owner_public_id: str
    since: datetime
    days: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class OwnerView:
    """One owner's portfolio: how many customers, the longest held, how many overdue."""

    owner: str
    owner_public_id: str
    customers: int
    longest_days: int
    overdue: int


_SINCE = func.coalesce(COMPANIES.c.owner_named_at, COMPANIES.c.created_at)


def _held(actor: Actor) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            COMPANIES.c.public_id, COMPANIES.c.number, COMPANIES.c.name, COMPANIES.c.name_en, Person.name,
            Person.public_id.label("owner_public_id"), _SINCE.label("since"),
        )
        .join(Person, Person.id == COMPANIES.c.owner_id)
        .where(COMPANIES.c.archived_at.is_(None))
    )  # fmt: skip
    if actor.customer_ids is not None:
        query = query.where(COMPANIES.c.id.in_(actor.customer_ids))
    return query


def list_rotation(
    session: Session, *, query: ListQuery, days: int, actor: Actor, now: datetime
) -> Page[HoldingView]:
    """Return customers with their owners, the longest held first; tabs overdue and all.

    Args:
        session: Any session.
        query: Words search owner and customer.
        days: After so many days a customer should get another owner, from the policy.
        actor: Needs ``rotation:read``; sees customers in scope.
        now: Decides the days.

    Raises:
        NotAllowed: The actor does not read the report.
        UnknownSort: No such column.
    """
    actor.require(Permission.ROTATION_READ)
    edge = now - timedelta(days=days)
    base = _held(actor)
    counts = {"all": _count(session, base), "overdue": _count(session, base.where(edge >= _SINCE))}
    chosen = base if query.tab == "all" else base.where(edge >= _SINCE)
    if query.q:
        words = f"%{query.q.lower()}%"
        chosen = chosen.where(
            or_(
                func.lower(Person.name).like(words),
                COMPANIES.c.name_key.like(words),
                COMPANIES.c.number.like(words),
            )
        )
    total = _count(session, chosen)
    columns: dict[str, Any] = {"owner": Person.name, "customer": COMPANIES.c.name_key, "since": _SINCE}
    order = columns[query.sorted_by(ROTATION_SORTS, "since")]
    ordered = chosen.order_by(order.desc() if query.descending else order, COMPANIES.c.number)
    rows = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    tabs = tuple(Tab(key, word, counts[key]) for key, word in _TABS)
    return Page(tuple(_view(row, days, now) for row in rows), total, query, tabs=tabs)


def _count(session: Session, chosen: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def _view(row: Any, days: int, now: datetime) -> HoldingView:
    held = (now - row.since).days
    return HoldingView(
        row.public_id,
        row.number,
        row.name,
        row.name_en,
        row[4],
        row.owner_public_id,
        row.since,
        held,
        held >= days,
    )


def portfolio_owners(session: Session, *, days: int, actor: Actor, now: datetime) -> Sequence[OwnerView]:
    """Return the owners with their portfolios, the longest holding first.

    Raises:
        NotAllowed: The actor does not read the report.
    """
    actor.require(Permission.ROTATION_READ)
    held = _held(actor).subquery()
    rows = session.execute(
        select(
            held.c.name_1, held.c.owner_public_id, func.count(), func.min(held.c.since),
            func.count().filter(held.c.since <= now - timedelta(days=days)),
        )
        .group_by(held.c.name_1, held.c.owner_public_id)
        .order_by(func.min(held.c.since))
    )  # fmt: skip
    return tuple(
        OwnerView(name, public_id, count, (now - since).days, overdue)
        for name, public_id, count, since, overdue in rows
    )
