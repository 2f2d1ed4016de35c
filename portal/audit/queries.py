"""Read the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.audit.models import AuditRow, PersonalValue
from portal.audit.rules import show_personal, tokens_in
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


def _views(session: Session, found: Sequence[Row[*tuple[Any, ...]]]) -> tuple[AuditView, ...]:
    """Return rows as pages show them: people named as they are called now, erased texts as erased."""
    rows = [(row, name or "", json.loads(row.body)) for row, name in found]
    tokens = [token for _, _, facts in rows for token in tokens_in(facts.get("details", {}))]
    known: dict[str, str] = {}
    for start in range(0, len(tokens), 5000):
        values = select(PersonalValue.token, PersonalValue.value).where(
            PersonalValue.token.in_(tokens[start : start + 5000])
        )
        known |= dict(session.execute(values).all())
    return tuple(_view(row, row.actor_name or name, facts, known) for row, name, facts in rows)


def _view(row: AuditRow, name: str, facts: dict[str, Any], known: Mapping[str, str]) -> AuditView:
    return AuditView(
        row.number, row.at, row.event, name, facts.get("who", {}).get("actor_side", ""), row.subject_kind,
        row.subject_id, row.customer_id, show_personal(facts.get("details", {}), known), row.hash,
    )  # fmt: skip


def list_audit(session: Session, *, query: ListQuery, actor: Actor) -> Page[AuditView]:
    """Return the trail, newest first unless asked otherwise; words search event, person and subject.

    Auditors read all of it, an external one what concerns the customers of the sample; clerks and approvers read what
    they did themselves.

    Raises:
        NotAllowed: The actor reads no part of the trail.
        UnknownSort: No such column.
    """
    actor.require(Permission.AUDIT_READ, Permission.AUDIT_OWN)
    chosen = select(AuditRow, Person.name).outerjoin(Person, Person.id == AuditRow.actor_id)
    if not actor.may(Permission.AUDIT_READ):
        chosen = chosen.where(AuditRow.actor_id == actor.person_id)
    if actor.customer_ids is not None:
        chosen = chosen.where(AuditRow.customer_id.in_(actor.customer_ids))
    if query.q:
        words = f"%{query.q}%"
        chosen = chosen.where(
            or_(
                AuditRow.event.like(words),
                AuditRow.actor_name.like(words),
                Person.name.like(words),
                AuditRow.subject_id == query.q,
            )
        )
    total = (
        session.scalar(select(func.count()).select_from(chosen.with_only_columns(AuditRow.number).subquery()))
        or 0
    )
    column = query.sorted_by(AUDIT_SORTS, "number")
    order = (
        func.coalesce(Person.name, AuditRow.actor_name)
        if column == "actor_name"
        else getattr(AuditRow, column)
    )
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order, AuditRow.number.desc())
    rows = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    return Page(_views(session, rows), total, query)


def history_of(session: Session, *, subject_kind: str, subject_id: str) -> tuple[AuditView, ...]:
    """Return what happened to a thing, oldest first; the calling query has checked the scope."""
    query = (
        select(AuditRow, Person.name)
        .outerjoin(Person, Person.id == AuditRow.actor_id)
        .where(AuditRow.subject_kind == subject_kind, AuditRow.subject_id == subject_id)
        .order_by(AuditRow.number)
    )
    return _views(session, session.execute(query).all())
