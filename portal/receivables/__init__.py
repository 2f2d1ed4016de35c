"""Receivables: the eight kinds of document, what is open of them, what settles what, ageing and balances.

A posted document never changes; its open item does. Corrections are new documents (``reverse_document``), undone
allocations are rows of the opposite amount. The balance of a customer at a day is the roll-up of months plus the
days of one month; the open items of a day are today's plus what was allocated later.

| an open item is | when | by |
|---|---|---|
| open | what is open equals the amount | ``post_documents`` |
| part settled | between zero and the amount | ``apply_credits``, ``reverse_allocation`` |
| settled | nothing is open; ``settled_on`` says since when | the same |

Who may: documents:post and imports:run for invoices, debit notes and receipts; every other kind, and what lowers a
debt, comes through an approval (approvals:decide). Customers read their own (items:read).
"""

from __future__ import annotations

from portal.receivables.apply import AllocationDraft, apply_credits, reverse_allocation
from portal.receivables.document_view import (
    AllocationView,
    DocumentLineView,
    DocumentView,
    EntryLineView,
    EntryView,
    allocations_of,
    entries_of,
    find_document,
)
from portal.receivables.documents import (
    DOCUMENT_SORTS,
    KIND_LABELS,
    DocumentRow,
    list_documents,
    search_documents,
)
from portal.receivables.drafts import (
    Application,
    CounterPart,
    DocumentDraft,
    LineDraft,
    counter_amounts,
    counter_parts,
)
from portal.receivables.journal import JournalWish, export_journal
from portal.receivables.money_in import (
    DISCOUNT_ROLES,
    Deductions,
    Exchanged,
    post_exchanged,
    post_unidentified,
    receipt_counter,
)
from portal.receivables.post import post_document, post_documents
from portal.receivables.queries import (
    OPEN_ITEM_SORTS,
    OpenItemRow,
    ageing_of,
    ageing_of_items,
    balance_history,
    balance_on,
    balances_of,
    currencies_of,
    due_or_terms,
    list_open_items,
    open_amounts,
    open_items_as_of,
)
from portal.receivables.reverse import reverse_document
from portal.receivables.rules import (
    BUCKETS,
    COLUMNS,
    EVIDENCED_KINDS,
    HOLDING,
    KINDS,
    SIDES,
    SIGNED_KINDS,
    Ageing,
    AgeingTable,
    DuplicateDocument,
    OpenAmount,
    OverApplied,
    age_open_items,
    bucket_of,
)

__all__ = [
    "BUCKETS",
    "COLUMNS",
    "DISCOUNT_ROLES",
    "DOCUMENT_SORTS",
    "EVIDENCED_KINDS",
    "HOLDING",
    "KINDS",
    "KIND_LABELS",
    "OPEN_ITEM_SORTS",
    "SIDES",
    "SIGNED_KINDS",
    "Ageing",
    "AgeingTable",
    "AllocationDraft",
    "AllocationView",
    "Application",
    "CounterPart",
    "Deductions",
    "DocumentDraft",
    "DocumentLineView",
    "DocumentRow",
    "DocumentView",
    "DuplicateDocument",
    "EntryLineView",
    "EntryView",
    "Exchanged",
    "JournalWish",
    "LineDraft",
    "OpenAmount",
    "OpenItemRow",
    "OverApplied",
    "age_open_items",
    "ageing_of",
    "ageing_of_items",
    "allocations_of",
    "apply_credits",
    "balance_history",
    "balance_on",
    "balances_of",
    "bucket_of",
    "counter_amounts",
    "counter_parts",
    "currencies_of",
    "due_or_terms",
    "entries_of",
    "export_journal",
    "find_document",
    "list_documents",
    "list_open_items",
    "open_amounts",
    "open_items_as_of",
    "post_document",
    "post_documents",
    "post_exchanged",
    "post_unidentified",
    "receipt_counter",
    "reverse_allocation",
    "reverse_document",
    "search_documents",
]
