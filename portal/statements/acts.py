"""Evidence of each act on answers and disputes: person, role, authority, method, time, place, statement and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Person
from portal.db import new_public_id
from portal.ledger import entity_view
from portal.statements.models import Act

#: Longer texts of one click (thousands of lines) are cut; the answers themselves stand in their own table.
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class ActDraft:
    """One act to be kept as evidence.

    Attributes:
        event: As in the audit trail.
        text: Exactly what was shown and said, in the actor's language.
        statement_hash: Of the statement version it concerns; empty for a dispute of a document.
        public_id: Of the click; None = a new one.
    """

    event: str
    subject_kind: str
    subject_id: str
    customer_id: int
    entity_id: int
    text: str
    statement_hash: str = ""
    public_id: str | None = None


@dataclass(frozen=True, slots=True)
class ActView:
    """One act as the auditor reads it; the name is the person's present one."""

    event: str
    name: str
    email: str
    side: str
    role: str
    authority: str
    method: str
    address: str
    device: str
    at: datetime
    local_time: str
    statement_hash: str
    text: str


def keep_act(session: Session, draft: ActDraft, *, actor: Actor, now: datetime) -> None:
    """Keep the evidence of one act beside the change it made; rows are never changed."""
    zone = ZoneInfo(entity_view(session, draft.entity_id).time_zone)
    session.add(
        Act(
            public_id=draft.public_id or new_public_id(), event=draft.event, subject_kind=draft.subject_kind,
            subject_id=draft.subject_id, customer_id=draft.customer_id, statement_hash=draft.statement_hash,
            person_id=actor.person_id, side=actor.side, role=" ".join(sorted(actor.roles))[:40],
            authority=actor.job_title[:160], method=actor.method[:20], address=actor.address[:64],
            device=actor.device[:255], at=now, local_time=now.astimezone(zone).isoformat(timespec="seconds"),
            language=actor.language[:2], text=draft.text[:MAX_TEXT],
        )
    )  # fmt: skip
    session.flush()


def acts_on(session: Session, *, subject_kind: str, subject_id: str) -> tuple[ActView, ...]:
    """Return the acts on a statement or dispute, oldest first; the calling query has checked scope and permission."""
    rows = session.execute(
        select(Act, Person.name, Person.email)
        .outerjoin(Person, Person.id == Act.person_id)
        .where(Act.subject_kind == subject_kind, Act.subject_id == subject_id)
        .order_by(Act.id)
    )
    return tuple(
        ActView(
            row.event, name or "", email or "", row.side, row.role, row.authority, row.method, row.address, row.device,
            row.at, row.local_time, row.statement_hash, row.text,
        )
        for row, name, email in rows
    )  # fmt: skip
