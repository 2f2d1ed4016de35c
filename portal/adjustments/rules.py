"""States and kinds of adjustments, and how much of a document an adjustment may take."""

from __future__ import annotations

from portal.errors import N_, Conflict, Invalid
from portal.money import Money

STATES = ("draft", "pending", "posted", "rejected", "voided")
#: Kinds of document that a second person must approve; invoices and receipts come with outside evidence.
KINDS = ("credit_note", "debit_note", "refund", "adjustment", "write_off", "opening_balance")
#: Prefix of the number of the document that is posted.
NUMBER_PREFIXES = {
    "credit_note": "CN", "debit_note": "DN", "refund": "RF", "adjustment": "AJ", "write_off": "WO",
    "opening_balance": "OB",
}  # fmt: skip
TAXED_KINDS = frozenset({"credit_note", "debit_note"})
#: Kinds that may only be as large as what is still open of the document they settle.
OPEN_ONLY_KINDS = frozenset({"write_off", "refund"})

#: (state, verb) → state. ``edit`` of a pending request takes it back to draft: approved is what was seen.
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


def next_state(state: str, verb: str) -> str:
    """Return the state a verb leads to.

    Raises:
        Conflict: The verb is not possible in this state; nothing may be changed.
    """
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise Conflict(N_("This adjustment has moved on since you opened it. Nothing was saved.")) from None


def require_amount(kind: str, amount: Money, *, most: Money | None) -> None:
    """Refuse an amount that a kind cannot have.

    Args:
        kind: One of ``KINDS``; an adjustment and an opening balance carry their own sign.
        amount: As written on the document to be posted.
        most: The largest amount the corrected document leaves room for; None = no document.

    Raises:
        Invalid: Zero, a sign the kind does not have, another currency, or more than there is room for.
    """
    if not amount.minor or (amount.minor < 0 and kind not in {"adjustment", "opening_balance"}):
        raise Invalid(N_("The amount must be above zero."), field="amount")
    if most is None:
        return
    if amount.currency != most.currency:
        raise Invalid(N_("The document is in %(currency)s."), field="amount", currency=most.currency)
    if abs(amount.minor) > most.minor:
        raise Invalid(N_("At most %(most)s is left of this document."), field="amount", most=most)


def share_of_tax(tax_minor: int, whole_minor: int, part_minor: int) -> int:
    """Return the tax in a part of a document, in minor units, half up; the whole part takes the whole tax."""
    if not whole_minor or not tax_minor:
        return 0
    return (2 * abs(tax_minor) * abs(part_minor) + abs(whole_minor)) // (2 * abs(whole_minor))
