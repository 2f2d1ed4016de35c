"""Who works on it and who is waited for: assign, ask the customer, hold, resume, escalate."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.disputes.reasons import DEPARTMENTS
from portal.disputes.timeline import Words, locked_dispute, move_dispute, require_words
from portal.errors import N_, Invalid


def assign_dispute(
    session: Session, *, public_id: str, owner: str = "", department: str = "", actor: Actor, now: datetime
) -> None:
    """Give a dispute to a person, another department, or both; the customer does not see it.

    Args:
        session: A writing session.
        public_id: Of the dispute.
        owner: Public id of an active member of staff; empty = nobody in person.
        department: Key of ``DEPARTMENTS``; empty = as it is.
        actor: Needs ``disputes:work``.
        now: When.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: The dispute has ended.
        Invalid: No such person or department.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="assign", actor=actor)
    if department and department not in DEPARTMENTS:
        raise Invalid(field="department")
    person = None
    if owner:
        person = session.scalars(
            select(Person).where(Person.public_id == owner, Person.is_active)
        ).one_or_none()
        if person is None:
            raise Invalid(N_("Choose a colleague."), field="owner")
    dispute.owner_id = person.id if person else None
    dispute.department = department or dispute.department
    words = Words(person.name if person else dispute.department, is_internal=True)
    move_dispute(session, dispute, verb="assign", words=words, actor=actor, now=now)


def ask_customer(session: Session, *, public_id: str, text: str, actor: Actor, now: datetime) -> None:
    """Ask the customer for something; our clock stands still until they answer.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: Not possible in this state.
        Invalid: No words.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="ask", actor=actor)
    words = Words(require_words(text), "message")
    move_dispute(session, dispute, verb="ask", words=words, actor=actor, now=now)


def hold_dispute(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Wait for a colleague, with the reason for the house only; our clock goes on.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: Not possible in this state.
        Invalid: No reason.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="hold", actor=actor)
    words = Words(require_words(reason, field="reason"), "note", is_internal=True)
    move_dispute(session, dispute, verb="hold", words=words, actor=actor, now=now)


def resume_dispute(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Go on working without waiting any longer.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: Nothing is waited for.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="resume", actor=actor)
    move_dispute(session, dispute, verb="resume", actor=actor, now=now)


def escalate_dispute(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Hand a dispute up, with the reason for the house only.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: Not possible in this state.
        Invalid: No reason.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="escalate", actor=actor)
    words = Words(require_words(reason, field="reason"), "note", is_internal=True)
    dispute.department = "supervisor"
    move_dispute(session, dispute, verb="escalate", words=words, actor=actor, now=now)
