"""The comparison of two ledgers: pure Python without tables, used by the page and by ``compare-files`` alike."""

from __future__ import annotations

from portal.compare.engine.causes import CAUSES, ROOT_OF, ROOTS, SAID_SO, STATUS_LABELS, STATUSES
from portal.compare.engine.compare import STAGE_WORDS, compare_ledgers
from portal.compare.engine.ledger import Comparison, Finding, Ledger, LedgerRow, Step, Words

__all__ = [
    "CAUSES",
    "ROOTS",
    "ROOT_OF",
    "SAID_SO",
    "STAGE_WORDS",
    "STATUSES",
    "STATUS_LABELS",
    "Comparison",
    "Finding",
    "Ledger",
    "LedgerRow",
    "Step",
    "Words",
    "compare_ledgers",
]
