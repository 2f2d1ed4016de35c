"""What two ledgers are to the engine: rows of signed minor units, and what is said about a pair of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

#: A message id with its values, so that both languages can say it.
Words = tuple[str, Mapping[str, object]]


class LedgerRow(NamedTuple):
    """One movement of an account.

    Attributes:
        no: Line in the file it came from (header = 1), or any number that is unique on its side.
        day: Date of booking or of the document; None where the file has none.
        minor: Minor units; positive raises what the customer owes, on both sides alike.
        reference: The row's own number.
        text: What is written about it.
        others: Further numbers: order, tax invoice, bank reference.
        party: Whose account the row names, where the file names one.
        kind: The word of a type column.
        is_opening: Whether it is the balance brought forward.
    """

    no: int
    day: date | None
    minor: int
    reference: str = ""
    text: str = ""
    others: tuple[str, ...] = ()
    party: str = ""
    kind: str = ""
    is_opening: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """One side: its rows in any order, all in one currency, and what the file itself states.

    Attributes:
        rows: Movements and at most one opening row.
        stated_minor: Closing balance written in the file, where it has one.
    """

    rows: Sequence[LedgerRow]
    stated_minor: int | None = None


class Finding(NamedTuple):
    """What is said of one row or of a pair.

    Attributes:
        ours: Row number on our side; None when the row is only theirs.
        theirs: Row number on their side; None when it is only ours.
        status: One of ``STATUSES``.
        difference_minor: Ours − theirs within the cut-off; a one-sided row counts whole. Of a group of rows the
            first carries the difference, so that all findings sum to the difference of the balances.
        cause: One of ``CAUSES``; empty when the row is agreed.
        reasons: Why, most important first.
        confidence: 0..1 that these rows belong together, or that the row stands alone.
        group: Number of the group: rows with the same one belong together.
    """

    ours: int | None
    theirs: int | None
    status: str
    difference_minor: int
    cause: str
    reasons: tuple[Words, ...]
    confidence: float
    group: int


class Step(NamedTuple):
    """One row of the bridge; ``name`` is ``opening_ours``, ``difference`` or ``closing_theirs``."""

    name: str
    cause: str
    ours: int | None
    theirs: int | None
    minor: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is known of two ledgers.

    Attributes:
        findings: Every row of both sides at least once; ordered by row numbers.
        bridge: From our balance over every difference to theirs; sums exactly.
        ours_minor: Our balance on the cut-off day.
        theirs_minor: Theirs.
        cut_off: Last day that counts; None = everything counts.
        statuses: Number of groups by status.
        causes: Number of groups by cause.
        date_tolerance: Days between the two bookings that count as agreed here.
    """

    findings: tuple[Finding, ...]
    bridge: tuple[Step, ...]
    ours_minor: int
    theirs_minor: int
    cut_off: date | None
    statuses: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[str, int] = field(default_factory=dict)
    date_tolerance: int = 0

    @property
    def unexplained_minor(self) -> int:
        """What the bridge leaves open: always zero, and computed to be shown as such."""
        return sum(step.minor for step in self.bridge[:-1]) - self.bridge[-1].minor
