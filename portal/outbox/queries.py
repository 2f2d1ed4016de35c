"""Read the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab
from portal.outbox.models import OutboxMessage

MESSAGE_SORTS = ("created_at", "due_at", "recipient", "event", "sent_at")
_TABS = (
    ("all", N_("All")),
    ("queued", N_("Queued")),
    ("sending", N_("Being sent")),
    ("sent", N_("Sent")),
    ("failed", N_("Failed")),
)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message; the payload holds links, so pages show it only as the rendered mail."""

    public_id: str
    event: str
    recipient: str
    recipient_name: str
    language: str
    customer_id: int | None
    payload: Mapping[str, Any]
    message_id: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    last_error: str


def _view(row: OutboxMessage) -> MessageView:
    return MessageView(
        row.public_id, row.event, row.recipient, row.recipient_name, row.language, row.customer_id, row.payload,
        row.message_id, row.state, row.attempts, row.created_at, row.due_at, row.sent_at, row.last_error,
    )  # fmt: skip


def list_messages(session: Session, *, query: ListQuery) -> Page[MessageView]:
    """Return messages, newest first unless asked otherwise; the calling page has checked the permission.

    Raises:
        UnknownSort: No such column.
    """
    by_state = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    chosen = select(OutboxMessage)
    if query.tab not in {"", "all"}:
        chosen = chosen.where(OutboxMessage.state == query.tab)
    if query.q:
        chosen = chosen.where(OutboxMessage.recipient.like(f"%{query.q.lower()}%"))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    order = getattr(OutboxMessage, query.sorted_by(MESSAGE_SORTS, "created_at"))
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order, OutboxMessage.id.desc())
    rows = session.scalars(ordered.limit(query.limit).offset(query.offset))
    tabs = tuple(
        Tab(key, word, sum(counts.values()) if key == "all" else counts.get(key, 0)) for key, word in _TABS
    )
    return Page(tuple(_view(row) for row in rows), total, query, tabs=tabs)


def find_message(session: Session, *, public_id: str) -> MessageView:
    """Return one message; the calling page has checked the permission.

    Raises:
        NotFound: Unknown.
    """
    row = session.scalars(select(OutboxMessage).where(OutboxMessage.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)
