"""Postings by hand that need two people: credit notes, debit notes, refunds, write-offs, other adjustments.

One person drafts and submits; the content is frozen and hashed; another approves exactly that, and so posts one
document with one balanced entry, applied to what it corrects. Any edit takes it back to draft and voids the request.

| state | verb | next | who |
|---|---|---|---|
| – | draft | draft | postings:request |
| draft, rejected | edit | draft | postings:request |
| pending | edit | draft, the request is voided | postings:request |
| draft | submit | pending | postings:request: the maker |
| pending | approve | posted | approvals:decide, not the maker, within the limit |
| pending | reject | rejected | approvals:decide, not the maker |
| draft, pending, rejected | void | voided | postings:request |
"""

from __future__ import annotations

from portal.adjustments.checks import Check, check_request, entry_totals
from portal.adjustments.draft import (
    AdjustmentDraft,
    credited_minor,
    draft_adjustment,
    edit_adjustment,
    void_adjustment,
    void_adjustments_of,
)
from portal.adjustments.post import post_adjustment, return_adjustment
from portal.adjustments.queries import (
    ADJUSTMENT_SORTS,
    AdjustmentView,
    adjustments_of_dispute,
    count_open_adjustments,
    find_adjustment,
    list_adjustments,
)
from portal.adjustments.rules import KINDS
from portal.adjustments.submit import POST_KIND, content_of, submit_adjustment

__all__ = [
    "ADJUSTMENT_SORTS",
    "KINDS",
    "POST_KIND",
    "AdjustmentDraft",
    "AdjustmentView",
    "Check",
    "adjustments_of_dispute",
    "check_request",
    "content_of",
    "count_open_adjustments",
    "credited_minor",
    "draft_adjustment",
    "edit_adjustment",
    "entry_totals",
    "find_adjustment",
    "list_adjustments",
    "post_adjustment",
    "return_adjustment",
    "submit_adjustment",
    "void_adjustment",
    "void_adjustments_of",
]
