"""One list component: what a reader asks of a list, the page of rows that answers, and texts safe to download."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.errors import N_, Invalid
from portal.money import Money

Row = TypeVar("Row")

PER_PAGE = 50
MAX_PER_PAGE = 500

#: How a text begins that a spreadsheet may take for a formula; Excel reads the full-width signs, too.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NEGATIVE = re.compile(r"'*-[0-9]+(\.[0-9]+)?")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that looks like one gets an apostrophe in front.

    A negative number stays a number, so that columns of figures still add up.
    """
    return "'" + text if _looks_like_formula(text) else text


def without_apostrophe(text: str) -> str:
    """Undo ``neutral``, so that a text is the same after export and import."""
    return text[1:] if text.startswith("'") and _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    return _FORMULA.match(text) is not None and _NEGATIVE.fullmatch(text) is None


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which rows, in which order, which page.

    Attributes:
        q: Words that must be found; empty = all.
        sort: Key of the column to sort by, one of the list's ``SORTS``; empty = the list's own order.
        descending: Whether the largest comes first.
        page: Counted from 1.
        per_page: Rows a page; 0 = all of them (export).
        tab: Key of the tab that narrows the list; empty = the list's first.
    """

    q: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1
    per_page: int = PER_PAGE
    tab: str = ""

    @property
    def limit(self) -> int | None:
        """Rows to read at most; None = no limit."""
        return self.per_page or None

    @property
    def offset(self) -> int:
        """Rows to skip."""
        return (max(self.page, 1) - 1) * self.per_page

    def sorted_by(self, allowed: tuple[str, ...], default: str) -> str:
        """Return the column to sort by.

        Args:
            allowed: Keys the list can be sorted by.
            default: The list's own order.

        Raises:
            UnknownSort: The list has no such column.
        """
        if not self.sort:
            return default
        if self.sort not in allowed:
            raise UnknownSort(N_("This list cannot be sorted by “%(column)s”."), column=self.sort[:40])
        return self.sort


class UnknownSort(Invalid):
    """A list was asked to sort by a column that it does not have (400 on a page)."""

    code = "unknown_sort"


@dataclass(frozen=True, slots=True)
class Tab:
    """A named part of a list with the number of its rows; the label is a message id."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page with what stands around them.

    Attributes:
        rows: The rows of this page, in order.
        count: All rows that match, on every page.
        query: What was asked.
        sums: Totals of all matching rows, one a currency; never across currencies.
        tabs: The list's tabs, the counts without the reader's search words.
    """

    rows: tuple[Row, ...]
    count: int
    query: ListQuery
    sums: tuple[Money, ...] = ()
    tabs: tuple[Tab, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        if not self.query.per_page:
            return 1
        return max(1, -(-self.count // self.query.per_page))

    @property
    def first(self) -> int:
        """Number of the first row shown, counted from 1; 0 when there is none."""
        return self.query.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown; 0 when there is none."""
        return self.query.offset + len(self.rows) if self.rows else 0
