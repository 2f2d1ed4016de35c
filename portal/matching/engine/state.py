"""The state of one matching: what each receipt says, what it was found to pay, what is left of each item."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from portal.matching.engine.book import Book
from portal.matching.engine.facts import Receipt, RestKind, Tolerances
from portal.matching.engine.rates import Rates
from portal.matching.engine.text import Run, Window

#: Days by which an invoice may be dated after the payment and still be paid by it.
AHEAD = 3


@dataclass(slots=True)
class Found:
    """A receipt's items with amounts, and the evidence in few words (see ``answers``)."""

    customer: int
    items: tuple[int, ...]
    amounts: tuple[int, ...]
    rule: str
    rest: int = 0
    rest_kind: RestKind = ""
    named: int = 0
    chance: int = 0
    is_ambiguous: bool = False
    others: tuple[tuple[int, ...], ...] = ()
    flags: str = ""


@dataclass(slots=True)
class Line:
    """A receipt while it is matched."""

    at: int
    receipt: Receipt
    day: int
    text: str = ""
    runs: Sequence[Run] = ()
    windows: Sequence[Window] = ()
    who: tuple[int, ...] = ()
    level: str = "-"
    meant: tuple[str, ...] = ()
    is_noise: bool = False
    found: Found | None = None


class State:
    """What is shared by the stages: book, tolerances, rates, what is left of each item."""

    def __init__(self, book: Book, lines: Sequence[Line], *, tolerances: Tolerances, rates: Rates) -> None:
        self.book = book
        self.lines = lines
        self.tolerances = tolerances
        self.rates = rates
        self.left: array[int] = array("q", book.items.open)

    def is_open(self, item: int) -> bool:
        """Tell whether nothing of the item was taken yet."""
        return self.left[item] == self.book.items.open[item]

    def live(self, customer: int, currency: str, day: int) -> list[int]:
        """Return what is left of a customer's items in a currency and was not dated after the day, oldest first."""
        return self.book.pool(customer, currency).live(self.left, self.book.items.doc_on, day + AHEAD)

    def take(self, line: Line, found: Found) -> None:
        """Give items to a receipt; from now on they are taken."""
        items, left = self.book.items, self.left
        for item, amount in zip(found.items, found.amounts, strict=True):
            rest = left[item] - amount
            assert (rest >= 0) if items.open[item] > 0 else (rest <= 0), "over-applied"
            left[item] = rest
            if not rest and (pool := self.book.ready(items.owner[item], items.currency[item])):
                pool.stale = True
        line.found = found
        line.text, line.runs, line.windows = "", (), ()
