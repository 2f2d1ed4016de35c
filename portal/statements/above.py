"""Tables of features that stand above this one, known by name: pages of a statement show them, nothing is written."""

from __future__ import annotations

from sqlalchemy import Integer, String, column, table

from portal.db import Minor, UtcDateTime

disputes = table(
    "disputes",
    column("id", Integer),
    column("public_id", String),
    column("number", String),
    column("reason", String),
    column("state", String),
    column("statement_id", Integer),
)
#: States in which a dispute holds nothing any more; a test compares them with the feature's own.
ENDED_DISPUTES = ("draft", "resolved", "closed", "withdrawn")
confirmations = table(
    "confirmations",
    column("public_id", String),
    column("statement_id", Integer),
    column("disputed_minor", Minor),
    column("person_id", Integer),
    column("signed_at", UtcDateTime),
)
reminders = table(
    "reminders",
    column("statement_id", Integer),
    column("stage", Integer),
    column("outbox_key", String),
)
