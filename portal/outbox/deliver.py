"""Lease messages for sending and note how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from portal.outbox.models import OutboxMessage

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
#: Waiting time after the n-th failed try; the last one repeats.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)


@dataclass(frozen=True, slots=True)
class LeasedMessage:
    """A message this sender may send until its lease ends."""

    id: int
    public_id: str
    event: str
    recipient: str
    recipient_name: str
    language: str
    customer_id: int | None
    payload: Mapping[str, Any]
    message_id: str
    attempts: int
    created_at: datetime


def lease_messages(session: Session, *, limit: int, now: datetime) -> tuple[LeasedMessage, ...]:
    """Take messages that are due, or whose sender died; oldest first.

    The lease is committed before anything is sent, so that two senders never take the same message; one whose lease
    ended may have left already and leaves again under the same Message-ID.
    """
    is_due = (OutboxMessage.state == "queued") & (OutboxMessage.due_at <= now)
    is_orphan = (OutboxMessage.state == "sending") & (OutboxMessage.lease_until < now)
    rows = session.scalars(
        select(OutboxMessage)
        .where(or_(is_due, is_orphan))
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.state, row.lease_until, row.attempts = "sending", now + LEASE, row.attempts + 1
    session.flush()
    return tuple(
        LeasedMessage(
            row.id, row.public_id, row.event, row.recipient, row.recipient_name, row.language, row.customer_id,
            row.payload, row.message_id, row.attempts, row.created_at,
        )
        for row in rows
    )  # fmt: skip


def mark_sent(session: Session, message: LeasedMessage, *, now: datetime) -> None:
    """Note that the mail server took a message."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id)
        .values(state="sent", sent_at=now, lease_until=None, last_error="")
    )


def mark_failed(
    session: Session, message: LeasedMessage, *, error: str, is_final: bool, now: datetime
) -> bool:
    """Note that sending failed; it is tried again later unless the refusal is final or the tries are used up.

    Returns:
        Whether the message has failed for good.
    """
    is_over = is_final or message.attempts >= MAX_ATTEMPTS
    wait = WAITS[min(message.attempts, len(WAITS)) - 1]
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id)
        .values(
            state="failed" if is_over else "queued",
            due_at=now + wait,
            lease_until=None,
            last_error=error[:1000],
        )
    )
    return is_over


def send_again(session: Session, *, public_id: str, now: datetime) -> bool:
    """Queue a failed message once more, from its beginning; the calling page has checked the permission.

    Returns:
        Whether it was a failed one.
    """
    changed = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.public_id == public_id, OutboxMessage.state == "failed")
        .values(state="queued", due_at=now, attempts=0)
        .returning(OutboxMessage.id)
    ).all()
    return bool(changed)


def count_left(session: Session) -> int:
    """Return how many messages still wait to leave."""
    query = (
        select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state.in_(("queued", "sending")))
    )
    return session.scalar(query) or 0
