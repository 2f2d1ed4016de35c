"""Messages waiting to leave: written with the change they tell about, sent later by the worker.

| state | verb | next |
|---|---|---|
| – | put_message | queued |
| queued | lease_messages | sending (until its lease ends, then it may be leased again) |
| sending | mark_sent | sent |
| sending | mark_failed | queued (later), after 8 tries or a refusal for good failed |

Each row goes to one recipient under one Message-ID, which every retry repeats.
"""

from __future__ import annotations

from portal.outbox.deliver import (
    LeasedMessage,
    count_left,
    lease_messages,
    mark_failed,
    mark_sent,
    send_again,
)
from portal.outbox.put import MessageDraft, put_message, put_messages
from portal.outbox.queries import MESSAGE_SORTS, MessageView, find_message, list_messages

__all__ = [
    "MESSAGE_SORTS",
    "LeasedMessage",
    "MessageDraft",
    "MessageView",
    "count_left",
    "find_message",
    "lease_messages",
    "list_messages",
    "mark_failed",
    "mark_sent",
    "put_message",
    "put_messages",
    "send_again",
]
