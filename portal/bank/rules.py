"""Bank lines, pure: states and who may follow whom, the identity of a line, the chain of balances."""

from __future__ import annotations

LINE_STATES = ("new", "matched", "parked", "ignored")
LINE_KINDS = (
    "transfer",
    "collective",
    "card",
    "cash",
    "cheque",
    "debit",
    "fee",
    "interest",
    "return",
    "internal",
    "other",
)
FILE_STATES = ("uploaded", "checked", "loading", "loaded", "failed", "undone")
LAYOUT_STATES = ("tried", "pending", "active", "retired")
