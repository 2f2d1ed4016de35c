"""Guess which column of an unknown file is which: by the words of its header in four languages, then by its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.connectors.amounts import decimal_mark
from portal.connectors.dates import date_order, is_date
from portal.connectors.rules import SourceRow
from portal.connectors.tables import looks_like_amount
from portal.imports.guess_words import CUSTOMER_WORDS, WORDS
from portal.imports.layouts import plain

SIDES = ("debit", "credit", "balance", "direction")
_DATES = frozenset({"document_date", "due_date", "settled_date"})
_FIGURES = frozenset({"amount", "debit", "credit", "balance", "tax_amount"})
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A column of the file and what it may be.

    Attributes:
        column: Of the standard format, or ``debit``, ``credit``, ``balance``, ``direction``; empty = left out.
        is_doubtful: Whether a person should look: the header is not one we know word for word, or its cells differ.
    """

    place: int
    header: str
    samples: tuple[str, ...]
    column: str
    is_doubtful: bool


def guess_columns(
    header: Sequence[str], rows: Sequence[SourceRow], *, record: str
) -> tuple[ColumnGuess, ...]:
    """Guess the columns of a file.

    Args:
        header: Names of its columns.
        rows: Rows below; some dozens tell.
        record: ``documents`` or ``customers``.

    Returns:
        One guess a column that has a name, in order; no column of the standard format twice.
    """
    cells = [_column(rows, place) for place in range(len(header))]
    words = WORDS if record == "documents" else CUSTOMER_WORDS
    scores = [
        (score, place, column)
        for place, name in enumerate(header)
        for column, known in words.items()
        if (score := _score(plain(name).strip(" .:*"), known, cells[place], column)) > 0
    ]
    taken: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for score, place, column in sorted(scores, key=lambda one: (-one[0], one[1])):
        if place not in taken and column not in used:
            taken[place] = (column, score)
            used.add(column)
    _drop_amount(taken)
    return tuple(
        ColumnGuess(
            place, name, tuple(cell for cell in cells[place] if cell)[:SAMPLES], *_told(taken.get(place))
        )
        for place, name in enumerate(header)
        if name
    )


def _told(found: tuple[str, float] | None) -> tuple[str, bool]:
    return ("", False) if found is None else (found[0], found[1] < 1)


def _drop_amount(taken: dict[int, tuple[str, float]]) -> None:
    """Where there are two sides, one amount beside them is not needed."""
    columns = {column for column, _ in taken.values()}
    if {"debit", "credit"} <= columns:
        for place in [place for place, (column, _) in taken.items() if column == "amount"]:
            del taken[place]


def _column(rows: Sequence[SourceRow], place: int) -> list[str]:
    return [row.cells[place] if place < len(row.cells) else "" for row in rows]


def _score(name: str, known: Sequence[str], cells: Sequence[str], column: str) -> float:
    """Return how well a header and its cells fit a column: above 1 sure, above 0 to be looked at."""
    if not name:
        return 0
    words = [plain(word).strip(" .:*") for word in known]
    if name in words:
        score = 1.5 - words.index(name) * 0.01
    elif any(word in name for word in words if len(word) > 2 or not word.isascii()):
        score = 0.6
    else:
        return 0
    filled = [cell for cell in cells if cell]
    if filled and column in _DATES:
        share = sum(map(is_date, filled)) / len(filled)
        return score if share >= 0.8 else score * share - 0.5
    if filled and column in _FIGURES:
        share = sum(map(looks_like_amount, filled)) / len(filled)
        return score if share >= 0.8 else score * share - 0.5
    return score


def guess_body(
    guesses: Sequence[ColumnGuess],
    rows: Sequence[SourceRow],
    *,
    record: str,
    kind: str = "",
    currency: str = "",
) -> dict[str, Any]:
    """Return the profile that these columns make, with the ways of dates and amounts as the cells show them."""
    by_column = {guess.column: guess.place for guess in guesses if guess.column}
    days = [cell for name in _DATES & by_column.keys() for cell in _column(rows, by_column[name])]
    figures = [cell for name in _FIGURES & by_column.keys() for cell in _column(rows, by_column[name])]
    return {
        "record": record,
        "date_order": date_order(filter(None, days)) or "ymd",
        "decimal": decimal_mark(filter(None, figures)) or ".",
        "kind": kind or ("" if "kind" in by_column or "debit" in by_column else "invoice"),
        "currency": currency,
    }
