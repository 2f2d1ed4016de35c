"""The security log: sign-ins, refusals and throttles, apart from the business audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.access.models import Person, SecurityEvent
from portal.access.rules import Actor, Permission


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
        NotAllowed: The actor is no auditor.
    """
    actor.require(Permission.AUDIT_READ)
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
