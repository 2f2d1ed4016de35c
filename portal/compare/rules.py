"""States of a comparison, what our side of it is, and what to propose for each kind of difference; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.errors import N_
from portal.money import Money

STATES = ("reading", "comparing", "done", "failed", "discarded")
STATE_LABELS = {
    "reading": N_("To be checked"),
    "comparing": N_("Comparing"),
    "done": N_("Compared"),
    "failed": N_("Not readable"),
    "discarded": N_("Discarded"),
}
#: (state, verb) → state.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("reading", "correct"): "reading",
    ("reading", "start"): "comparing",
    ("failed", "correct"): "reading",
    ("failed", "start"): "comparing",
    ("done", "correct"): "reading",
    ("comparing", "finish"): "done",
    ("comparing", "fail"): "failed",
    ("reading", "discard"): "discarded",
    ("failed", "discard"): "discarded",
}

#: What our side is compared with: all movements since the file begins, or only what is open on the day.
BASES = ("movements", "open-items")
BASIS_LABELS = {
    "movements": N_("All movements: invoices and payments"),
    "open-items": N_("Only open items on that day"),
}

#: Days after the cut-off in which our rows are looked at for what was in transit.
AFTER_DAYS = 14


@dataclass(frozen=True, slots=True)
class Difference:
    """What a proposal needs to know of a finding.

    Attributes:
        kind: Kind of our document, or of theirs by its sign: ``invoice`` or ``receipt``.
        twin: Number of the other row of a double booking.
    """

    status: str
    cause: str
    kind: str
    difference: Money
    amount: Money
    our_number: str = ""
    their_number: str = ""
    their_text: str = ""
    order_no: str = ""
    their_on: date | None = None
    words: str = ""
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A dispute as we would fill it in: reason, amount, facts and words; everything can be changed."""

    reason: str
    amount: Money
    facts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def propose_dispute(one: Difference) -> Proposal | None:
    """Return the dispute that fits a finding; None where there is nothing to dispute with us.

    Nothing is proposed for what clears by itself (in transit), for what is twice or wrong only in the customer's own
    ledger, and for documents the customer misses but we can show: a copy is asked for instead.
    """
    amount = abs(one.difference)
    clears = one.status in {"agreed", "timing", "date_differs", "duplicate_theirs"} or one.cause == "timing"
    if clears or not amount.minor:
        return None
    if one.status == "only_theirs":
        return _missing_with_us(one, amount)
    if one.status == "duplicate_ours" and one.kind in {"invoice", "debit_note"}:
        return Proposal("DUP", amount, {"other_document": one.twin or one.their_number}, one.words)
    by_cause = {
        "bank_fee": ("FEE", {"bank_reference": one.their_number or one.their_text}),
        "discount": ("DSC", {"terms": one.words}),
        "rounding": ("RND", {}),
        "exchange": ("FX", {"rate_source": one.words}),
        "policy_or_tax": ("TAX", {"rate_basis": one.words}),
        "part_payment": ("ALC", {"wanted_split": one.words}),
        "duplicate": ("ALC", {"wanted_split": one.words}),
    }
    if one.cause in by_cause:
        reason, facts = by_cause[one.cause]
        return Proposal(reason, amount, {key: value[:300] or "–" for key, value in facts.items()}, one.words)
    return _wrong_with_us(one, amount)


def _missing_with_us(one: Difference, amount: Money) -> Proposal | None:
    number = one.their_number or one.their_text
    if one.difference.minor < 0:
        return None
    if one.kind == "credit_note":
        return Proposal("CRN", amount, {"credit_no": number[:300] or "–"}, one.words)
    facts = {"paid_amount": amount.decimal_text, "bank_reference": number[:300]}
    if one.their_on:
        facts["paid_on"] = one.their_on.isoformat()
    return Proposal("PAY", amount, facts, one.words)


def _wrong_with_us(one: Difference, amount: Money) -> Proposal | None:
    if one.kind in {"receipt", "refund", "credit_note", "write_off"}:
        if one.cause == "omitted_theirs" and one.kind == "credit_note":
            return None
        return Proposal("ALC", amount, {"wanted_split": one.words[:300] or "–"}, one.words)
    if one.cause == "wrong_party_or_allocation":
        return Proposal("NOT", amount, {"order_status": one.words[:300] or "–"}, one.words)
    if one.status == "only_ours":
        return Proposal("NRC", amount, {}, one.words)
    return Proposal("PRC", amount, {"order_no": one.order_no or one.their_number or "–"}, one.words)


def may_ask_for_copy(status: str, kind: str) -> bool:
    """Say whether the customer misses a document of ours that we can show."""
    return status == "only_ours" and kind in {"invoice", "debit_note", "credit_note"}
