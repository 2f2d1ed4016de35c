"""Put a message into the outbox, inside the transaction of the change it tells about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.db import insert_missing, new_public_id
from portal.errors import N_, Invalid
from portal.outbox.models import OutboxMessage

#: A header ends at any of these; U+2028 and U+2029 do so for some readers.
_LINE_ENDS = frozenset("\r\n\0\v\f\x1c\x1d\x1e\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """One message to one recipient.

    Attributes:
        key: The same key never leaves twice, e.g. ``statement:<public_id>:v2:stage1:<email>``.
        event: Names the folder templates/mail/<event>/.
        recipient: E-mail address.
        language: ``zh`` or ``en``: the recipient's.
        payload: Values of the templates, plain JSON; no secrets other than links.
        due_at: Not before; None = at once.
    """

    key: str
    event: str
    recipient: str
    language: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    recipient_name: str = ""
    customer_id: int | None = None
    due_at: datetime | None = None


def put_message(session: Session, draft: MessageDraft, *, now: datetime) -> bool:
    """Queue one message.

    Returns:
        Whether it is new; False when its key was queued before (nothing happens then).

    Raises:
        Invalid: Address or name could end a mail header.
    """
    return bool(put_messages(session, [draft], now=now))


def put_messages(session: Session, drafts: Sequence[MessageDraft], *, now: datetime) -> list[str]:
    """Queue many messages; those whose key was queued before have no effect.

    Returns:
        The keys that are new.

    Raises:
        Invalid: An address or name could end a mail header.
    """
    return insert_missing(session, OutboxMessage, [_row(draft, now) for draft in drafts])


def _row(draft: MessageDraft, now: datetime) -> dict[str, Any]:
    local, at, domain = draft.recipient.rpartition("@")
    if not (local and at and domain) or any(letter.isspace() for letter in draft.recipient):
        raise Invalid(
            N_("“%(address)s” is not an e-mail address."), field="email", address=draft.recipient[:80]
        )
    if _LINE_ENDS & set(draft.recipient + draft.recipient_name):
        raise Invalid(N_("A name or address cannot hold a line break."), field="name")
    public_id = new_public_id()
    return {
        "public_id": public_id, "key": draft.key, "event": draft.event, "recipient": draft.recipient,
        "recipient_name": draft.recipient_name, "language": draft.language, "customer_id": draft.customer_id,
        "payload": dict(draft.payload), "message_id": f"<{public_id}@outbox.concord>", "state": "queued",
        "attempts": 0, "due_at": draft.due_at or now, "last_error": "", "created_at": now,
    }  # fmt: skip
