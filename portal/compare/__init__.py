"""Compare ledgers: the customer's own ledger against ours, every difference explained, both balances bridged."""

from __future__ import annotations

from portal.compare.engine import CAUSES, ROOT_OF, ROOTS, STATUS_LABELS, STATUSES
from portal.compare.files import compare_files

__all__ = ["CAUSES", "ROOTS", "ROOT_OF", "STATUSES", "STATUS_LABELS", "compare_files"]
