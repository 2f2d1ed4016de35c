"""Move bank lines between their states: matched, held, left aside, open again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.bank.models import BankAccount, BankLine
from portal.bank.rules import LINE_MOVES, LINE_STATES
from portal.errors import N_, Conflict, Invalid, NotFound

_AT_ONCE = 500


def set_line_state(
    session: Session, *, line_ids: Sequence[int], state: str, note: str = "", actor: Actor, now: datetime
) -> int:
    """Move lines to another state.

    Args:
        session: A writing session; the lines are locked.
        line_ids: Row numbers, at most what a batch of matching holds.
        state: ``new``, ``matched``, ``parked`` or ``ignored``.
        note: Why, for people.
        actor: Needs ``bank:work``, or to work on, undo or approve matches.
        now: When.

    Returns:
        How many lines moved.

    Raises:
        NotAllowed: The actor may not work on bank lines.
        NotFound: A line is not there, or of another seller.
        Conflict: A line is in a state that does not lead there; nothing is moved.
        Invalid: There is no such state.
    """
    actor.require(
        Permission.BANK_WORK, Permission.MATCHES_WORK, Permission.MATCHES_UNDO, Permission.APPROVALS_DECIDE
    )
    if state not in LINE_STATES:
        raise Invalid(N_("There is no such state."), field="state")
    ids = sorted(set(line_ids))
    before: dict[str, list[int]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        wanted = select(BankLine.id, BankLine.state, BankLine.account_id).where(BankLine.id.in_(some))
        rows = session.execute(wanted.order_by(BankLine.id).with_for_update()).all()
        _require_scope(session, {account for _, _, account in rows}, actor)
        if len(rows) != len(some):
            raise NotFound
        for line_id, old, _ in rows:
            before.setdefault(old, []).append(line_id)
    for old in before:
        if (old, state) not in LINE_MOVES:
            raise Conflict(N_("Someone was faster: a line is no longer open. Nothing was changed."))
    for start in range(0, len(ids), _AT_ONCE):
        session.execute(
            update(BankLine)
            .where(BankLine.id.in_(ids[start : start + _AT_ONCE]))
            .values(state=state, state_note=note[:300], state_by_id=actor.person_id, state_at=now)
        )
    if ids:
        audit.record(
            session, "bank.lines-set", subject_kind="bank-line", subject_id=str(ids[0]),
            details={
                "state": state, "count": len(ids), "note": note[:300],
                "lines": {old: numbers[:200] for old, numbers in sorted(before.items())},
            },
            actor=actor, now=now,
        )  # fmt: skip
    return len(ids)


def move_lines(
    session: Session, *, public_ids: Sequence[str], state: str, note: str = "", actor: Actor, now: datetime
) -> int:
    """Move lines named by public ids; see :func:`set_line_state`. A person may not call a line matched by hand.

    Raises:
        NotAllowed: The actor may not work on bank lines.
        NotFound: A line is not there.
        Conflict: A line is in a state that does not lead there.
        Invalid: Nothing chosen, or the state is not one of held, left aside and open.
    """
    if not public_ids:
        raise Invalid(N_("Choose at least one line."))
    if state not in {"new", "parked", "ignored"}:
        raise Invalid(N_("There is no such state."), field="state")
    rows = session.execute(
        select(BankLine.id, BankLine.state).where(BankLine.public_id.in_(list(public_ids)[:_AT_ONCE]))
    ).all()
    if len(rows) != len(set(public_ids)):
        raise NotFound
    if any(old == "matched" for _, old in rows):
        raise Conflict(N_("A matched line is opened again by undoing its match."))
    ids = [line_id for line_id, _ in rows]
    return set_line_state(session, line_ids=ids, state=state, note=note, actor=actor, now=now)


def _require_scope(session: Session, account_ids: set[int], actor: Actor) -> None:
    if actor.entity_ids is None:
        return
    entities = set(session.scalars(select(BankAccount.entity_id).where(BankAccount.id.in_(account_ids))))
    if not entities <= actor.entity_ids:
        raise NotFound
