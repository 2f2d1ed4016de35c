"""Rules of receivables: the eight kinds of document and which way each moves the balance."""

from __future__ import annotations

KINDS = (
    "invoice", "debit_note", "credit_note", "receipt", "refund", "adjustment", "write_off", "opening_balance",
)  # fmt: skip

#: Sign of a kind's effect on what the customer owes; adjustment and opening balance carry their own sign.
SIDES = {
    "invoice": 1, "debit_note": 1, "credit_note": -1, "receipt": -1, "refund": 1, "adjustment": 1, "write_off": -1,
    "opening_balance": 1,
}  # fmt: skip
SIGNED_KINDS = frozenset({"adjustment", "opening_balance"})

#: Column of the statement's sum strip that a kind moves: closing = opening + invoiced − received − credited.
COLUMNS = {
    "invoice": "invoiced", "debit_note": "invoiced", "opening_balance": "invoiced", "receipt": "received",
    "refund": "received", "credit_note": "credited", "write_off": "credited", "adjustment": "credited",
}  # fmt: skip
