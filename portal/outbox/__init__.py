"""Messages waiting to leave: written with the change they tell about, sent later by the worker.

| state | verb | next |
|---|---|---|
| – | put_message | queued |
| queued | lease_messages | sending (until its lease ends, then it may be leased again) |
| sending | mark_sent | sent |
| sending | mark_failed | queued (later, up to 8 tries or 4 days), then failed |

Each row goes to one recipient under one Message-ID, which every retry repeats.
"""

from __future__ import annotations

from portal.outbox.put import MessageDraft, put_message, put_messages

__all__ = ["MessageDraft", "put_message", "put_messages"]
