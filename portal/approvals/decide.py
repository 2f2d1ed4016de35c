"""The second person's yes or no."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor, is_active_person, is_active_staff
from portal.approvals.kinds import content_hash, kind_of
from portal.approvals.limits import is_within_limit
from portal.approvals.models import Approval
from portal.approvals.request import locked, note_change, request_of
from portal.errors import N_, Conflict, Invalid, NotAllowed, SecondPersonRequired


def _decidable(session: Session, public_id: str, actor: Actor) -> Approval:
    row = locked(session, public_id)
    if row.customer_id is not None:
        actor.require_scope(row.customer_id)
    actor.require(kind_of(row.kind).permission)
    if actor.person_id is None:
        raise NotAllowed(N_("Only a person can decide."))
    if row.requested_by_id == actor.person_id:
        raise SecondPersonRequired
    if row.first_by_id == actor.person_id:
        raise SecondPersonRequired(N_("You have approved this already. Someone else must approve it too."))
    return row


def approve(
    session: Session, *, public_id: str, seen_hash: str, note: str = "", actor: Actor, now: datetime
) -> None:
    """Say yes to exactly what was shown, and do it in the same transaction.

    Above a limit of the maker, of the approver for one act, or of the approver's day, this yes is the first of two:
    nothing happens until somebody else has said yes as well.

    Args:
        session: A writing session.
        public_id: Of the approval.
        seen_hash: Content hash of the page the approver looked at.
        note: Optional words.
        actor: The second person.
        now: When.

    Raises:
        NotFound: Unknown or out of scope.
        NotAllowed: The role cannot decide.
        SecondPersonRequired: The actor asked for it, or has said yes already.
        Conflict: Decided before, or the content is not what was shown, or the maker may no longer ask.
    """
    row = _decidable(session, public_id, actor)
    kind = kind_of(row.kind)
    is_known = is_active_person if kind.is_from_customers else is_active_staff
    if not is_known(session, person_id=row.requested_by_id, now=now):
        raise Conflict(
            N_("The person who asked for this no longer has that role. It must be asked for again.")
        )
    current = content_hash(kind.content_of(session, row.subject_id))
    if seen_hash != row.content_hash or current != row.content_hash:
        raise Conflict(
            N_(
                "This has changed since you opened it. Look at it again before you approve. Nothing was posted."
            )
        )
    kind.check(session, request_of(row), actor)
    if row.first_by_id is None:
        limit = kind.limit(session, request_of(row), actor=actor, now=now) if kind.limit else None
        if not is_within_limit(session, limit, row=row, actor=actor):
            row.needs_approvals = 2
        if row.needs_approvals == 2:
            _say_first_yes(session, row, note, actor=actor, now=now)
            return
    _decide(session, row, "approved", note, actor=actor, now=now)
    kind.run(session, request_of(row), actor, now)


def _say_first_yes(session: Session, row: Approval, note: str, *, actor: Actor, now: datetime) -> None:
    row.first_by_id, row.first_at, row.first_note = actor.person_id, now, note.strip()
    session.flush()
    note_change(session, row, event="approvals.first-approved", actor=actor, now=now)


def reject(session: Session, *, public_id: str, note: str, actor: Actor, now: datetime) -> None:
    """Say no, with a reason; what was asked goes back to its maker.

    Raises:
        NotFound: Unknown or out of scope.
        NotAllowed: The role cannot decide.
        SecondPersonRequired: The actor asked for it.
        Conflict: Decided before.
        Invalid: No reason was given.
    """
    if not note.strip():
        raise Invalid(N_("Say why, so that the other person can correct it."), field="note")
    row = _decidable(session, public_id, actor)
    _decide(session, row, "rejected", note, actor=actor, now=now)
    kind_of(row.kind).on_rejected(session, request_of(row), actor, now)


def _decide(session: Session, row: Approval, state: str, note: str, *, actor: Actor, now: datetime) -> None:
    row.state, row.decided_by_id, row.decided_at, row.decision_note = (
        state,
        actor.person_id,
        now,
        note.strip(),
    )
    session.flush()
    note_change(session, row, event=f"approvals.{state}", actor=actor, now=now)
