"""How access tells the features above it what changed: the audit trail and the approvals stand above access."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.access.models import Person
from portal.access.rules import Actor


class Recorder(Protocol):
    """Signature of ``portal.audit.record``."""

    def __call__(
        self,
        session: Session,
        event: str,
        *,
        subject_kind: str,
        subject_id: str,
        customer_id: int | None = None,
        details: Mapping[str, object],
        actor: Actor,
        now: datetime,
    ) -> None:
        """Note one state change."""
        ...


class RolesChanged(Protocol):
    """What is told when a person's roles, password or account changed."""

    def __call__(self, session: Session, person_id: int, *, actor: Actor, now: datetime) -> object:
        """React within the same transaction."""
        ...


_recorders: list[Recorder] = []
_listeners: list[RolesChanged] = []


def record_changes_with(recorder: Recorder) -> None:
    """Make the audit trail known; it calls this when it is imported."""
    _recorders[:] = [recorder]


def on_roles_changed(listener: RolesChanged) -> Callable[..., object]:
    """Add a listener; approvals void what a person asked for."""
    _listeners.append(listener)
    return listener


def record_change(
    session: Session,
    event: str,
    *,
    person_public_id: str,
    details: Mapping[str, object],
    subject_kind: str = "person",
    customer_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a change of a person (or of what ``subject_kind`` says) in the audit trail.

    Raises:
        RuntimeError: The trail is not there; nothing may change unrecorded.
    """
    if not _recorders:
        raise RuntimeError("portal.audit must be imported before people change")
    _recorders[0](
        session,
        event,
        subject_kind=subject_kind,
        subject_id=person_public_id,
        customer_id=customer_id,
        details=details,
        actor=actor,
        now=now,
    )


def tell_roles_changed(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Tell every listener."""
    for listener in _listeners:
        listener(session, person_id, actor=actor, now=now)


def themselves(person: Person) -> Actor:
    """Return the actor of an act by link: it is the person's own, and allows nothing else."""
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email, side="customer",
        roles=frozenset(), permissions=frozenset(), language=person.language, method="mail-link",
    )  # fmt: skip
