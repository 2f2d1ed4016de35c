"""Stand-in until portal.bank publishes its verb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank.models import BankLine


def set_line_state(
    session: Session, *, line_ids: Sequence[int], state: str, note: str = "", actor: Actor, now: datetime
) -> int:
    """Move lines."""
    session.execute(
        update(BankLine)
        .where(BankLine.id.in_(line_ids))
        .values(state=state, state_note=note, state_by_id=actor.person_id, state_at=now)
    )
    return len(line_ids)
