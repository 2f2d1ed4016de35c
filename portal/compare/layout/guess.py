"""Guess the layout of a ledger file: sheets, header, what each column is, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from portal.compare.layout.cells import is_day, is_month, is_month_day, is_year
from portal.compare.layout.roles import SINGLE, number_rank, role_of_name
from portal.compare.layout.rules import ColumnGuess, Guess, Layout
from portal.connectors.amounts import read_amount
from portal.connectors.rules import SourceRow, UnreadableFile
from portal.connectors.tables import (
    Header,
    Table,
    find_header,
    fold_name,
    is_total_row,
    looks_like_amount,
)
from portal.errors import N_
from portal.money import BadAmount

SAMPLE_ROWS = 8
_ONLY_NAME = N_("The name says this; the cells look different.")
_ONLY_CELLS = N_("The cells look like this; the name does not say so.")
_SECOND = N_("Another column looks like this too.")
_UNKNOWN = N_("We do not know what this is and leave it out.")


@dataclass(slots=True)
class _Column:
    """What the cells of one column look like, as shares of those that are filled."""

    place: int
    name: str
    filled: float
    days: float
    amounts: float
    texts: float
    numbers: float
    cells: list[str]


def known_name(name: str) -> bool:
    """Say whether a text is a name of a column of a ledger."""
    return role_of_name(name.casefold()) not in {"", "ignore"}


def guess_layout(tables: Sequence[Table], *, remembered: Sequence[Layout] = ()) -> Guess:
    """Return how a file is best read.

    Args:
        tables: Its sheets.
        remembered: Layouts used before for the same customer, newest first; one with the same names is taken as it is.

    Raises:
        UnreadableFile: No sheet looks like a ledger.
    """
    found = [(table, _header(table)) for table in tables if table.head]
    scored = [(_ledger_score(table, header), place) for place, (table, header) in enumerate(found)]
    best_score, best = max(scored, key=lambda one: (one[0], -one[1]), default=(0.0, 0))
    if best_score <= 0:
        raise UnreadableFile(N_("We found no rows with amounts in this file. Is it the right one?"))
    table, header = found[best]
    alike = tuple(
        one.sheet for one, other in found if other.names == header.names and _ledger_score(one, other) > 0
    )
    body = [row for row in table.head if row.no > header.line]
    width = max((len(row.cells) for row in body), default=0)
    names = (header.names + ("",) * width)[: max(width, len(header.names))]
    sample = tuple((row.no, row.cells) for row in body[:SAMPLE_ROWS])
    sheets = alike if header.line else (table.sheet,)
    for layout in remembered:
        if tuple(map(str.casefold, layout.names)) == tuple(map(str.casefold, names)):
            again = replace(layout, header_line=header.line, sheets=sheets)
            columns = tuple(ColumnGuess(place, name, layout.roles[place]) for place, name in enumerate(names))
            return Guess(again, columns, sample, is_remembered=True)
    columns = _columns(names, body)
    layout = Layout(tuple(one.role for one in columns), names, header.line, sheets)
    return Guess(layout, columns, sample)


def _header(table: Table) -> Header:
    """Return the header; of a header of two rows only the lower one where that says as much (a preamble above it)."""
    header = find_header(table.head, known=known_name)
    row = next((row for row in table.head if row.no == header.line), None)
    if row is None:
        return header
    lower = tuple(map(fold_name, row.cells))
    if lower != header.names and sum(map(known_name, lower)) >= sum(map(known_name, header.names)):
        return replace(header, names=lower)
    return header


def _ledger_score(table: Table, header: Header) -> float:
    """Return how much a sheet looks like a ledger: rows that hold an amount."""
    body = [row for row in table.head if row.no > header.line]
    with_amounts = sum(1 for row in body if any(looks_like_amount(cell) for cell in row.cells))
    named = sum(1 for name in header.names if known_name(name))
    return with_amounts * (1 + named) if with_amounts else 0


def _columns(names: Sequence[str], body: Sequence[SourceRow]) -> tuple[ColumnGuess, ...]:
    rows = [row for row in body if not is_total_row(row.cells)]
    columns = [_look_at(place, name, rows) for place, name in enumerate(names)]
    guesses = {column.place: _first_guess(column) for column in columns}
    _settle_numbers(guesses, columns)
    _settle_balance(guesses, rows)
    _settle_amounts(guesses, columns)
    _settle_days(guesses, columns)
    for role in sorted(SINGLE):
        for extra in [place for place in sorted(guesses) if guesses[place].role == role][1:]:
            spare = "other" if role == "number" else "text" if role in {"kind", "party"} else "ignore"
            guesses[extra] = replace(guesses[extra], role=spare, doubt=_SECOND)
    return tuple(guesses[place] for place in sorted(guesses))


def _look_at(place: int, name: str, rows: Sequence[SourceRow]) -> _Column:
    cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]
    count = max(len(cells), 1)
    return _Column(
        place, name, len(cells) / max(len(rows), 1),
        sum(map(is_day, cells)) / count, sum(map(looks_like_amount, cells)) / count,
        sum(1 for cell in cells if any(letter.isalpha() for letter in cell)) / count,
        sum(1 for cell in cells if any(letter.isdigit() for letter in cell)) / count, cells,
    )  # fmt: skip


def _first_guess(column: _Column) -> ColumnGuess:
    role, name = role_of_name(column.name), column.name
    fits = {
        "day": column.days > 0.6, "debit": column.amounts > 0.6 or not column.cells,
        "credit": column.amounts > 0.6 or not column.cells, "amount": column.amounts > 0.6,
        "balance": column.amounts > 0.6 or not column.cells, "number": column.numbers > 0.4,
        "other": True, "year": _all(column, is_year), "month": _all(column, is_month),
        "month_day": _all(column, is_month_day), "text": True, "ignore": True,
    }  # fmt: skip
    if role == "number" and column.days > 0.8:
        return ColumnGuess(column.place, name, "day", _ONLY_CELLS)
    if role in {"debit", "credit", "amount", "balance"} and not fits[role]:
        side = column.texts > 0.8 and len(set(column.cells)) <= 4
        return ColumnGuess(column.place, name, "side" if side else "kind", _ONLY_NAME)
    if role:
        return ColumnGuess(column.place, name, role, "" if fits.get(role, True) else _ONLY_NAME)
    return ColumnGuess(column.place, name, *_by_cells(column))


def _all(column: _Column, test: object) -> bool:
    return bool(column.cells) and callable(test) and all(map(test, column.cells))


def _by_cells(column: _Column) -> tuple[str, str]:
    if not column.cells:
        return "ignore", ""
    if column.days > 0.8 and column.filled > 0.5:
        return "day", _ONLY_CELLS
    if column.amounts > 0.9 and column.texts < 0.3:
        return "amount", _ONLY_CELLS
    if column.numbers > 0.7 and len(set(column.cells)) > 0.7 * len(column.cells):
        return "number", _ONLY_CELLS
    return ("text", _ONLY_CELLS) if column.texts > 0.5 else ("ignore", _UNKNOWN)


def _settle_numbers(guesses: dict[int, ColumnGuess], columns: Sequence[_Column]) -> None:
    """Keep the best column as the row's own number; the rest are further numbers."""
    places = [place for place, guess in guesses.items() if guess.role == "number"]
    if not places:
        spare = [
            place for place, guess in guesses.items() if guess.role == "other" and columns[place].filled > 0.6
        ]
        if spare:
            guesses[spare[0]] = replace(guesses[spare[0]], role="number", doubt=_ONLY_CELLS)
        return
    places.sort(key=lambda place: (columns[place].filled < 0.3, number_rank(columns[place].name), place))
    for extra in places[1:]:
        guesses[extra] = replace(guesses[extra], role="other")


def _settle_balance(guesses: dict[int, ColumnGuess], rows: Sequence[SourceRow]) -> None:
    """Find a running balance that its name does not tell: it moves by another column from row to row."""
    if any(guess.role == "balance" for guess in guesses.values()):
        return
    places = [place for place, guess in guesses.items() if guess.role == "amount"]
    sides = [place for role in ("debit", "credit") for place, guess in guesses.items() if guess.role == role]
    for place in places:
        movers = [sides] if len(sides) == 2 else [[other] for other in places if other != place]
        if any(_runs_with(rows, place, mover) for mover in movers):
            guesses[place] = replace(guesses[place], role="balance", doubt=_ONLY_CELLS)
            return


def _runs_with(rows: Sequence[SourceRow], balance: int, movers: Sequence[int]) -> bool:
    """Say whether one column changes from row to row by another, or by debit less credit."""
    known = [(held, _moved(row, movers)) for row in rows if (held := _value(row, balance)) is not None]
    hits = sum(1 for before, now in pairwise(known) if abs(now[0] - before[0]) == abs(now[1]))
    return len(known) > 3 and hits * 10 >= (len(known) - 1) * 9


def _moved(row: SourceRow, movers: Sequence[int]) -> Decimal:
    figures = [_value(row, place) or Decimal(0) for place in movers]
    return figures[0] - figures[1] if len(figures) == 2 else figures[0]


def _value(row: SourceRow, place: int) -> Decimal | None:
    try:
        return read_amount(row.cells[place]).value if place < len(row.cells) else None
    except BadAmount:
        return None


def _settle_amounts(guesses: dict[int, ColumnGuess], columns: Sequence[_Column]) -> None:
    """Choose between two columns (debit, credit) and one; balances and second currencies are left aside."""
    debit = [place for place in guesses if guesses[place].role == "debit"]
    credit = [place for place in guesses if guesses[place].role == "credit"]
    amounts = [place for place in guesses if guesses[place].role == "amount"]
    if debit and credit:
        for place in amounts:
            guesses[place] = replace(guesses[place], role="ignore", doubt=_SECOND)
        return
    if (debit or credit) and not amounts:
        place = (debit or credit)[0]
        guesses[place] = replace(guesses[place], role="amount", doubt=_ONLY_CELLS)
        return
    for place in [*debit, *credit]:
        guesses[place] = replace(guesses[place], role="ignore", doubt=_SECOND)
    if not amounts:
        spare = [
            place for place in guesses if guesses[place].role == "balance" and columns[place].filled > 0.9
        ]
        amounts = spare if len(spare) > 1 else []
        if amounts:
            guesses[amounts[0]] = replace(guesses[amounts[0]], role="amount", doubt=_ONLY_NAME)
        return
    amounts.sort(key=lambda place: (not role_of_name(columns[place].name), -columns[place].filled, place))
    for extra in amounts[1:]:
        guesses[extra] = replace(guesses[extra], role="ignore", doubt=_SECOND)


def _settle_days(guesses: dict[int, ColumnGuess], columns: Sequence[_Column]) -> None:
    """Prefer the day of the document over days of posting and value; without a day take month and day columns."""
    days = [place for place in guesses if guesses[place].role == "day"]
    days.sort(key=lambda place: (columns[place].filled < 0.5, columns[place].days < 0.6, place))
    for extra in days[1:]:
        guesses[extra] = replace(guesses[extra], role="ignore", doubt="")
