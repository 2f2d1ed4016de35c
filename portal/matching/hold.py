"""What else can become of a receipt: parked with a reason, candidate refused, left alone, or back in the queue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.bank.lines import set_line_state
from portal.errors import N_, Invalid
from portal.matching.accept import locked_match, record_match
from portal.matching.models import Match
from portal.matching.post import replace_parts
from portal.matching.rules import WrongState, next_state


def _drop_candidate(session: Session, match: Match) -> None:
    replace_parts(session, {match.id: ()})
    match.outcome, match.alternatives, match.is_ambiguous, match.may_post = "none", [], False, False


def park_match(
    session: Session, *, public_id: str, row_version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Put a receipt aside with the reason why; nothing is posted.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It moved on since.
        Invalid: No reason.
    """
    match = _taken(session, public_id, row_version, "park", reason, actor=actor)
    set_line_state(
        session, line_ids=[match.bank_line_id], state="parked", note=match.note[:300], actor=actor, now=now
    )
    record_match(session, match, event="matches.parked", actor=actor, now=now)


def refuse_match(
    session: Session, *, public_id: str, row_version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Say that what is proposed is wrong; the receipt stays in the queue without a candidate.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It moved on since.
        Invalid: No reason.
    """
    match = _taken(session, public_id, row_version, "refuse", reason, actor=actor)
    _drop_candidate(session, match)
    match.customer_id, match.was_changed = None, True
    session.flush()
    record_match(session, match, event="matches.refused", actor=actor, now=now)


def leave_alone(
    session: Session, *, public_id: str, row_version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Say that the money is not a customer's (interest, tax refund, deposit); the bank line is accounted for by that.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It moved on since.
        Invalid: No reason.
    """
    match = _taken(session, public_id, row_version, "leave", reason, actor=actor)
    _drop_candidate(session, match)
    set_line_state(
        session, line_ids=[match.bank_line_id], state="ignored", note=match.note[:300], actor=actor, now=now
    )
    record_match(session, match, event="matches.left", actor=actor, now=now)


def resume_match(session: Session, *, public_id: str, row_version: int, actor: Actor, now: datetime) -> None:
    """Bring a parked, refused or left receipt back into the queue.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It moved on since.
    """
    actor.require(Permission.MATCHES_WORK)
    match = locked_match(session, public_id, actor=actor)
    if match.row_version != row_version:
        raise WrongState
    was = match.state
    match.state, match.note = next_state(match.state, "resume"), ""
    match.row_version += 1
    session.flush()
    if was in {"parked", "left"}:
        set_line_state(session, line_ids=[match.bank_line_id], state="new", actor=actor, now=now)
    record_match(session, match, event="matches.resumed", actor=actor, now=now)


def _taken(
    session: Session, public_id: str, row_version: int, verb: str, reason: str, *, actor: Actor
) -> Match:
    actor.require(Permission.MATCHES_WORK)
    match = locked_match(session, public_id, actor=actor)
    if match.row_version != row_version:
        raise WrongState
    state = next_state(match.state, verb)
    if not reason.strip():
        raise Invalid(N_("Say why, so that the next person understands."), field="reason")
    match.state, match.note = state, reason.strip()[:500]
    match.row_version += 1
    session.flush()
    return match
