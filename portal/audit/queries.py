"""Read the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit.models import AuditRow
from portal.lists import ListQuery, Page

AUDIT_SORTS = ("number", "at", "event", "actor_name")


@dataclass(frozen=True, slots=True)
class AuditView:
    """One row of the trail; ``details`` as recorded."""

    number: int
    at: datetime
    event: str
    actor_name: str
    actor_side: str
    subject_kind: str
    subject_id: str
    customer_id: int | None
    details: Mapping[str, Any]
    hash: str


def _view(row: AuditRow) -> AuditView:
    facts = json.loads(row.body)
    return AuditView(
        row.number, row.at, row.event, row.actor_name, facts.get("who", {}).get("actor_side", ""), row.subject_kind,
        row.subject_id, row.customer_id, facts.get("details", {}), row.hash,
    )  # fmt: skip


def list_audit(session: Session, *, query: ListQuery, actor: Actor) -> Page[AuditView]:
    """Return the trail, newest first unless asked otherwise; words search event, person and subject.

    Raises:
        NotAllowed: The actor is no auditor.
        UnknownSort: No such column.
    """
    actor.require(Permission.AUDIT_READ)
    chosen = select(AuditRow)
    if query.q:
        words = f"%{query.q}%"
        chosen = chosen.where(
            or_(AuditRow.event.like(words), AuditRow.actor_name.like(words), AuditRow.subject_id == query.q)
        )
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    order = getattr(AuditRow, query.sorted_by(AUDIT_SORTS, "number"))
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order, AuditRow.number.desc())
    rows = session.scalars(ordered.limit(query.limit).offset(query.offset))
    return Page(tuple(_view(row) for row in rows), total, query)


def history_of(session: Session, *, subject_kind: str, subject_id: str) -> tuple[AuditView, ...]:
    """Return what happened to a thing, oldest first; the calling query has checked the scope."""
    query = (
        select(AuditRow)
        .where(AuditRow.subject_kind == subject_kind, AuditRow.subject_id == subject_id)
        .order_by(AuditRow.number)
    )
    return tuple(_view(row) for row in session.scalars(query))
