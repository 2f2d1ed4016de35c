"""Which way round the other side writes: a customer's payable mirrors our receivable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from portal.compare.engine import LedgerRow
from portal.compare.engine.keys import forms_of
from portal.compare.engine.words import is_invoice_by_words
from portal.compare.layout.rules import ReadLedger


def orientation_of(ours: Sequence[LedgerRow], theirs: Sequence[LedgerRow]) -> int:
    """Return 1 where both sides write a plus for the same thing, -1 where theirs must be mirrored.

    Rows with one number and amount vote first, then amounts alone, then the words on the rows.
    """
    amounts: dict[str, list[int]] = defaultdict(list)
    for row in ours:
        for form in forms_of(row.reference)[:1]:
            amounts[form].append(row.minor)
    votes = 0
    for row in theirs:
        for form in forms_of(row.reference)[:1]:
            known = amounts.get(form, ())
            votes += (row.minor in known) - (-row.minor in known)
    if not votes:
        counts, others = Counter(row.minor for row in ours), Counter(row.minor for row in theirs)
        same = sum(min(count, others[minor]) for minor, count in counts.items() if minor)
        opposite = sum(min(count, others[-minor]) for minor, count in counts.items() if minor)
        votes = same - opposite
    if not votes:
        votes = own_orientation(theirs)
    return -1 if votes < 0 else 1


def own_orientation(rows: Iterable[LedgerRow]) -> int:
    """Return 1 where invoices stand with a plus, -1 where they stand with a minus; 0 = the words do not tell."""
    votes = 0
    for row in rows:
        if row.minor and not row.is_opening and is_invoice_by_words(row):
            votes += 1 if row.minor > 0 else -1
    return (votes > 0) - (votes < 0)


def turned(ledger: ReadLedger, sign: int) -> tuple[list[LedgerRow], int | None]:
    """Return the rows and the stated closing of a file, mirrored where the sign is -1."""
    if sign == 1:
        return list(ledger.rows), ledger.stated_minor
    stated = None if ledger.stated_minor is None else -ledger.stated_minor
    return [row._replace(minor=-row.minor) for row in ledger.rows], stated
