"""The matching engine: receipts to open items, by evidence in words and counted confidence. No SQL, no web, no clock.

Receipts and a ``Book`` of open items go in, proposals come out. A ``Book`` is made from everything (files) or from what
a batch of receipts can touch (``gather`` over a ``Source``, the database); both give the same proposals.
"""

from portal.matching.engine.facts import (
    Allocation,
    Customer,
    KnownPayer,
    OpenItem,
    Proposal,
    Reason,
    Receipt,
    RestKind,
    Tolerance,
    Tolerances,
)
from portal.matching.engine.rates import Rates
from portal.matching.engine.source import Source

__all__ = [
    "Allocation",
    "Customer",
    "KnownPayer",
    "OpenItem",
    "Proposal",
    "Rates",
    "Reason",
    "Receipt",
    "RestKind",
    "Source",
    "Tolerance",
    "Tolerances",
]
