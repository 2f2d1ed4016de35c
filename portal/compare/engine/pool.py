"""The rows of both sides while they are being matched: which are free, by which keys they can be found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from portal.compare.engine.keys import Keys, keys_of
from portal.compare.engine.ledger import LedgerRow

#: Days that stand for "no date": far from every other day, near to each other.
NO_DAY = 0


class Match(NamedTuple):
    """Rows of both sides that belong together, as places in their sides.

    Attributes:
        stage: What brought them together; a key of ``STAGE_WORDS``.
        confidence: 0..1.
    """

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    stage: str
    confidence: float


@dataclass(slots=True)
class Side:
    """One ledger in an order that does not depend on the order of the file."""

    rows: list[LedgerRow]
    keys: list[Keys]
    days: list[int]
    minors: list[int]
    free: bytearray
    _by: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[LedgerRow]) -> Side:
        """Order rows by what they say; only rows that are alike in everything stand in the order of the file."""
        ordered = sorted(rows, key=_content)
        keys = [keys_of(row.reference, row.others, row.text) for row in ordered]
        days = [row.day.toordinal() if row.day else NO_DAY for row in ordered]
        return cls(ordered, keys, days, [row.minor for row in ordered], bytearray(b"\x01" * len(ordered)))

    def index(self, field_name: str) -> dict[str, list[int]]:
        """Return key → places, for one form of keys; built once."""
        if field_name not in self._by:
            found: dict[str, list[int]] = defaultdict(list)
            for place, keys in enumerate(self.keys):
                for key in getattr(keys, field_name):
                    found[key].append(place)
            self._by[field_name] = dict(found)
        return self._by[field_name]

    def still_free(self, places: Iterable[int]) -> list[int]:
        """Return the places that are not matched yet."""
        free = self.free
        return [place for place in places if free[place]]

    def all_free(self) -> list[int]:
        """Return every place that is not matched yet, in order."""
        return [place for place, is_free in enumerate(self.free) if is_free]

    def sum_of(self, places: Sequence[int]) -> int:
        """Return the sum of some rows in minor units."""
        return sum(self.minors[place] for place in places)


def _content(row: LedgerRow) -> tuple[int, int, str, str, str, int]:
    day = row.day.toordinal() if row.day else NO_DAY
    return day, row.minor, row.reference, row.text, row.party, row.no


class Pool:
    """Both sides and what has been matched so far."""

    def __init__(self, ours: Side, theirs: Side) -> None:
        """Begin with nothing matched."""
        self.ours = ours
        self.theirs = theirs
        self.matches: list[Match] = []

    def take(self, ours: Sequence[int], theirs: Sequence[int], stage: str, confidence: float) -> None:
        """Bring free rows together."""
        for place in ours:
            self.ours.free[place] = 0
        for place in theirs:
            self.theirs.free[place] = 0
        self.matches.append(Match(tuple(sorted(ours)), tuple(sorted(theirs)), stage, confidence))

    def lag(self, our: int, their: int) -> int:
        """Return days from our booking to theirs; zero where one of them has no date."""
        here, there = self.ours.days[our], self.theirs.days[their]
        return there - here if here and there else 0
