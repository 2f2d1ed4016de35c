"""The statuses of a comparison, the twelve causes of a difference and their four roots, as data."""

from __future__ import annotations

from portal.errors import N_

#: In the order in which pages list them.
STATUSES = (
    "agreed", "amount_differs", "date_differs", "timing", "only_ours", "only_theirs", "duplicate_ours",
    "duplicate_theirs",
)  # fmt: skip
STATUS_LABELS = {
    "agreed": N_("Agreed"),
    "amount_differs": N_("Amount differs"),
    "date_differs": N_("Date differs"),
    "timing": N_("In transit"),
    "only_ours": N_("Only in our books"),
    "only_theirs": N_("Only in your ledger"),
    "duplicate_ours": N_("Twice in our books"),
    "duplicate_theirs": N_("Twice in your ledger"),
}

#: Cause → English word; a row that is not agreed has exactly one.
CAUSES = {
    "entry_error": N_("Entry error"),
    "duplicate": N_("Booked twice"),
    "omitted_ours": N_("Missing in our books"),
    "omitted_theirs": N_("Missing in your ledger"),
    "bank_fee": N_("Bank charge"),
    "discount": N_("Discount"),
    "rounding": N_("Rounding"),
    "exchange": N_("Exchange rate"),
    "timing": N_("Timing"),
    "part_payment": N_("Part payment"),
    "wrong_party_or_allocation": N_("Wrong account or allocation"),
    "policy_or_tax": N_("Policy or tax"),
}

#: Where differences come from, each cause from exactly one.
ROOTS = {
    "entry": N_("Entry"),
    "system": N_("System"),
    "policy": N_("Policy"),
    "process": N_("Process"),
}
ROOT_OF = {
    "entry_error": "entry",
    "duplicate": "entry",
    "wrong_party_or_allocation": "entry",
    "rounding": "system",
    "exchange": "system",
    "discount": "policy",
    "policy_or_tax": "policy",
    "bank_fee": "policy",
    "omitted_ours": "process",
    "omitted_theirs": "process",
    "timing": "process",
    "part_payment": "process",
}

#: Why, where only the words on a row tell.
SAID_SO = N_("the words on the row say so")
