"""States, transitions and reasons of disputes, as data."""

from __future__ import annotations

STATES = (
    "draft", "submitted", "acknowledged", "investigating", "waiting_customer", "waiting_internal", "proposed",
    "accepted", "countered", "refused", "escalated", "pending_approval", "posted", "resolved", "closed", "withdrawn",
    "reopened",
)  # fmt: skip
OPEN_STATES = frozenset(STATES) - {"draft", "resolved", "closed", "withdrawn"}
