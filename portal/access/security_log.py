"""The security log: sign-ins, refusals and throttles, apart from the business audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from portal.access.models import Person, SecurityEvent
from portal.access.rules import Actor, Permission
from portal.errors import N_, NotAllowed
from portal.lists import ListQuery, Page, Tab


@dataclass(frozen=True, slots=True)
class SecurityNote:
    """One line of the security log; ``details`` is short text without secrets."""

    event: str
    person_id: int | None = None
    address: str = ""
    request_id: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class SecurityLine:
    """One line as it is read."""

    at: datetime
    event: str
    person: str
    address: str
    details: str


def note_security(session: Session, note: SecurityNote, *, now: datetime) -> None:
    """Append a line."""
    session.execute(
        insert(SecurityEvent).values(
            at=now, event=note.event, person_id=note.person_id, address=note.address[:64],
            request_id=note.request_id[:32], details=note.details[:500],
        )
    )  # fmt: skip


def list_security_events(session: Session, *, actor: Actor, limit: int = 200) -> tuple[SecurityLine, ...]:
    """Return the newest lines, newest first.

    Raises:
        NotAllowed: The actor does not read the security log.
    """
    actor.require(Permission.SECURITY_LOG_READ)
    _require_whole(actor)
    query = (
        select(SecurityEvent, Person.name)
        .outerjoin(Person, Person.id == SecurityEvent.person_id)
        .order_by(SecurityEvent.id.desc())
        .limit(limit)
    )
    return tuple(
        SecurityLine(row.at, row.event, name or "", row.address, row.details)
        for row, name in session.execute(query)
    )


SECURITY_SORTS = ("at", "event", "person", "address")
#: Tab → beginning of the event's name and its words.
_KINDS = (
    ("all", "", N_("All")),
    ("denied", "authz.", N_("Refused")),
    ("sign-ins", "sign-in.", N_("Sign-ins")),
    ("auditors", "auditor.", N_("What auditors read")),
    ("break-glass", "break-glass.", N_("Break-glass")),
)


def _require_whole(actor: Actor) -> None:
    """Refuse an auditor who sees only a sample: the log is about everybody.

    Raises:
        NotAllowed: The actor is limited.
    """
    if actor.is_scoped:
        raise NotAllowed


def list_security_log(session: Session, *, query: ListQuery, actor: Actor) -> Page[SecurityLine]:
    """Return the log, newest first unless asked otherwise; words search event, person, address and details.

    Raises:
        NotAllowed: The actor does not read the security log, or sees only a sample.
        UnknownSort: No such column.
    """
    actor.require(Permission.SECURITY_LOG_READ)
    _require_whole(actor)
    starts = {key: start for key, start, _ in _KINDS}
    counted = select(
        *(func.count().filter(SecurityEvent.event.startswith(start)) for start in starts.values())
    )
    counts = dict(zip(starts, session.execute(counted.select_from(SecurityEvent)).one(), strict=True))
    chosen = select(SecurityEvent, Person.name).outerjoin(Person, Person.id == SecurityEvent.person_id)
    chosen = chosen.where(SecurityEvent.event.startswith(starts.get(query.tab, "")))
    if query.q:
        words = f"%{query.q.lower()}%"
        columns = (SecurityEvent.event, Person.name, SecurityEvent.address, SecurityEvent.details)
        chosen = chosen.where(or_(*(func.lower(one).like(words) for one in columns)))
    total = (
        session.scalar(chosen.with_only_columns(func.count(SecurityEvent.id), maintain_column_froms=True))
        or 0
    )
    order: Any = {
        "at": SecurityEvent.id, "event": SecurityEvent.event, "person": Person.name, "address": SecurityEvent.address,
    }[query.sorted_by(SECURITY_SORTS, "at")]  # fmt: skip
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order, SecurityEvent.id.desc())
    rows = session.execute(ordered.limit(query.limit).offset(query.offset))
    lines = tuple(SecurityLine(row.at, row.event, name or "", row.address, row.details) for row, name in rows)
    tabs = tuple(Tab(key, word, counts[key]) for key, _, word in _KINDS)
    return Page(lines, total, query, tabs=tabs)
