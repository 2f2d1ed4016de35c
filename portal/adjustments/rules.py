"""States and kinds of adjustments."""

from __future__ import annotations

STATES = ("draft", "pending", "posted", "rejected", "voided")
#: Kinds of document that a second person must approve; invoices, debit notes and receipts come with outside evidence.
KINDS = ("credit_note", "debit_note", "refund", "adjustment", "write_off", "opening_balance")

#: (state, verb) → state. ``edit`` of a pending request takes it back to draft: what was approved is what was seen.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("draft", "edit"): "draft",
    ("draft", "submit"): "pending",
    ("draft", "void"): "voided",
    ("pending", "edit"): "draft",
    ("pending", "approve"): "posted",
    ("pending", "reject"): "rejected",
    ("pending", "void"): "voided",
    ("rejected", "edit"): "draft",
    ("rejected", "void"): "voided",
}
