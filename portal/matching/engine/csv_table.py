"""A CSV file read as columns, some thousand rows at a time; refusals name file, row and column."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from portal.errors import N_, Invalid
from portal.money import CURRENCY_DIGITS

#: Columns that may be missing; their values are then empty.
_OPTIONAL = frozenset(
    {"name_en", "owner", "bank_account", "fapiao_no", "po_no", "payer_name", "payer_account"}
)
#: How many rows are checked and stored at a time.
CHUNK = 4_000
_MINOR = re.compile(r"-?[0-9]{1,18}")
_MINORS = re.compile(r"(?:-?[0-9]{1,18}\n)*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadFile(Invalid):
    """A file of ``match-files`` that cannot be used, with its place."""

    code = "bad_file"


NOT_A_DAY = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a date like 2026-01-31.")
NOT_MINOR = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a whole number of minor units.")
NOT_POSITIVE = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” must be above zero.")
NOT_ITS_SIGN = N_(
    "%(file)s, row %(row)s, column %(column)s: “%(value)s” has the wrong sign: "
    "invoices are positive, credit notes negative."
)
NOT_A_KIND = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is neither INV nor CN.")
NOT_A_CURRENCY = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a currency code.")
NOT_A_RATE = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a rate above zero.")
MISSING = N_("%(file)s, row %(row)s, column %(column)s: a value is missing.")
TWICE = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” stands there twice.")
NO_HEADER = N_("%(file)s is empty: the first row must name the columns %(columns)s.")
NO_COLUMN = N_("%(file)s, row 1: the column %(column)s is missing.")
SHORT_ROW = N_("%(file)s, row %(row)s: %(count)s values where the header has %(columns)s.")
NOT_TEXT = N_("%(file)s is not UTF-8 text (byte %(place)s).")
NOT_CSV = N_("%(file)s, row %(row)s: %(problem)s")


class Table:
    """One CSV file, read some thousand rows at a time as columns; every refusal names file, row and column."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self.columns = path, columns
        self.first = 2
        self._kept: Sequence[int] | None = None

    def chunks(self) -> Iterator[dict[str, Sequence[str]]]:
        """Yield columns of up to ``CHUNK`` rows; rows without any value are skipped."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            try:
                places, width = self._header(next(reader, []))
                while rows := list(islice(reader, CHUNK)):
                    size, self._kept = len(rows), None
                    if set(map(len, rows)) != {width}:
                        rows = self._even(rows, width)
                    columns = list(zip(*rows, strict=True)) or [()] * width
                    nothing = ("",) * len(rows)
                    yield {name: columns[at] if at >= 0 else nothing for name, at in places.items()}
                    self.first += size
            except UnicodeDecodeError as error:
                raise BadFile(NOT_TEXT, file=self.path.name, place=error.start) from None
            except csv.Error as error:
                raise BadFile(NOT_CSV, file=self.path.name, row=reader.line_num, problem=str(error)) from None

    def _header(self, row: Sequence[str]) -> tuple[dict[str, int], int]:
        header = [name.strip().lower() for name in row]
        if not any(header):
            raise BadFile(NO_HEADER, file=self.path.name, columns=", ".join(self.columns))
        for name in self.columns:
            if name not in header and name not in _OPTIONAL:
                raise BadFile(NO_COLUMN, file=self.path.name, column=name)
        return {name: header.index(name) if name in header else -1 for name in self.columns}, len(header)

    def _even(self, rows: Sequence[list[str]], width: int) -> list[list[str]]:
        """Leave out blank rows; refuse a row with too few or too many values."""
        for at, row in enumerate(rows):
            if row and len(row) != width:
                raise BadFile(
                    SHORT_ROW, file=self.path.name, row=self.first + at, count=len(row), columns=width
                )
        self._kept = [at for at, row in enumerate(rows) if row]
        return [row for row in rows if row]

    def refuse(self, column: str, values: Sequence[str], *, at: int, message: str) -> BadFile:
        """Return the refusal of one value."""
        row = self.first + (at if self._kept is None else self._kept[at])
        return BadFile(message, file=self.path.name, row=row, column=column, value=values[at][:60])

    def minors(self, column: str, values: Sequence[str]) -> list[int]:
        """Read whole numbers."""
        if _MINORS.fullmatch("\n".join(values) + "\n"):
            return list(map(int, values)) if values else []
        at = next((at for at, value in enumerate(values) if not _MINOR.fullmatch(value.strip())), -1)
        if at >= 0:
            raise self.refuse(column, values, at=at, message=NOT_MINOR)
        return [int(value) for value in values]

    def days(self, column: str, values: Sequence[str]) -> dict[str, int]:
        """Return the ordinal of each distinct date."""
        known: dict[str, int] = {}
        for value in set(values):
            day = value.strip()
            try:
                known[value] = date.fromisoformat(day).toordinal() if _DAY.fullmatch(day) else 0
            except ValueError:
                known[value] = 0
            if not known[value]:
                raise self.refuse(column, values, at=values.index(value), message=NOT_A_DAY)
        return known

    def currencies(self, column: str, values: Sequence[str]) -> list[str]:
        """Read currency codes; equal ones are one object."""
        known: dict[str, str] = {}
        for value in set(values):
            code = value.strip().upper()
            if code not in CURRENCY_DIGITS:
                raise self.refuse(column, values, at=values.index(value), message=NOT_A_CURRENCY)
            known[value] = sys.intern(code)
        return list(map(known.__getitem__, values))

    def unseen(self, column: str, values: Sequence[str], seen: set[str]) -> None:
        """Refuse empty and repeated ids."""
        if "" in values:
            raise self.refuse(column, values, at=values.index(""), message=MISSING)
        before = len(seen)
        repeated = seen.intersection(values)
        seen.update(values)
        if len(seen) != before + len(values) or repeated:
            held: set[str] = set(repeated)
            for at, value in enumerate(values):
                if value in held:
                    raise self.refuse(column, values, at=at, message=TWICE)
                held.add(value)
