"""The matching engine: receipts to open items, by evidence in words and counted confidence. No SQL, no web, no clock.

Receipts and a ``Book`` of open items go in, proposals come out. A ``Book`` is made from everything (files) or from what
a batch of receipts can touch (``gather`` over a ``Source``, the database); both give the same proposals.
"""

from portal.matching.engine.book import Book, Items, reference_keys
from portal.matching.engine.confidence import AUTOMATIC, Calibration
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
from portal.matching.engine.gathering import Files, gather
from portal.matching.engine.matcher import Matching, match
from portal.matching.engine.names import account_key, name_keys, payer_keys
from portal.matching.engine.rates import Rates
from portal.matching.engine.source import Source

__all__ = [
    "AUTOMATIC",
    "Allocation",
    "Book",
    "Calibration",
    "Customer",
    "Files",
    "Items",
    "KnownPayer",
    "Matching",
    "OpenItem",
    "Proposal",
    "Rates",
    "Reason",
    "Receipt",
    "RestKind",
    "Source",
    "Tolerance",
    "Tolerances",
    "account_key",
    "gather",
    "match",
    "name_keys",
    "payer_keys",
    "reference_keys",
]
