"""Turn the rows of a foreign layout into rows of the standard format: headings, totals, dates, amounts, sides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice

from portal.connectors import SourceRow
from portal.imports.cell_values import EMPTY_AMOUNTS, amount_text, decimal_of, filled_in, free_day, iso_day
from portal.imports.control import ZERO, Control
from portal.imports.layouts import Places, Profile, cell_at, plain
from portal.imports.row_shapes import Reading, joined, turned

#: Rows at the top among which the header is looked for.
HEADER_WITHIN = 60
_DAYS = ("document_date", "due_date", "settled_date")
_AMOUNTS = ("amount", "tax_amount", "unit_price", "quantity", "credit_limit")
_RULER = re.compile(r"[-=_*|+\s.]*")


class LayoutReader:
    """Reads the rows of one file by one profile, in order; keeps what rows above say about rows below."""

    def __init__(self, profile: Profile) -> None:
        """Begin before the first row."""
        self.profile = profile
        self.header: tuple[str, ...] = ()
        self.places = Places(profile, ())
        self.control = Control()
        self._above: dict[str, str] = {}
        self._heading = re.compile(profile.heading) if profile.heading else None
        self._words = {
            kind: tuple(plain(word).replace(" ", "") for word in words)
            for kind, words in (
                ("total", profile.total_words), ("skip", profile.skip_words), ("opening", profile.opening_words),
            )
        }  # fmt: skip
        self._seen: Counter[tuple[str, str]] = Counter()

    # --- the header ---------------------------------------------------------------------------------------------------

    def find_header(self, first: Sequence[str], rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
        """Look for the row that has every column needed; lines above may name the customer.

        Args:
            first: The file's first row.
            rows: The others.

        Returns:
            The rows below the header; below the first row where none is one.
        """
        self._take_header(first)
        if not self.places.missing or not self._is_searched():
            return rows
        top = [SourceRow(1, tuple(first)), *islice(rows, HEADER_WITHIN)]
        for number, row in enumerate(top):
            self._take_header(row.cells)
            if not self.places.missing:
                for above in top[:number]:
                    self._is_heading(above)
                return chain(top[number + 1 :], rows)
        self._take_header(first)
        return chain(top[1:], rows)

    def _is_searched(self) -> bool:
        return self.profile.name != "standard"

    def _take_header(self, cells: Sequence[str]) -> None:
        self.header, self.places = tuple(cells), Places(self.profile, cells)
        profile, find = self.profile, self.places.find
        self._debit, self._credit = find(profile.debit), find(profile.credit)
        self._balance, self._direction = find(profile.balance), find(profile.direction)
        self._number, self._part = find(profile.applies_number), find(profile.applies_amount)
        self._only = [(find((name,)), set(map(plain, words))) for name, words in profile.only.items()]
        self._leave_out = [
            (find((name,)), set(map(plain, words))) for name, words in profile.leave_out.items()
        ]
        columns = self.places.columns
        self._days = [name for name in _DAYS if name in columns]
        self._amounts = [name for name in _AMOUNTS if name in columns]

    # --- rows ---------------------------------------------------------------------------------------------------------

    def read(self, rows: Iterable[SourceRow]) -> Iterator[Reading]:
        """Yield every row: as cells of the standard format, or left out with a reason."""
        if self.profile.name == "standard":
            for row in rows:
                yield Reading(row, self._found(row.cells))
            return
        readings = self._read(rows)
        if self.profile.repeats == "join":
            readings = joined(readings)
        for reading in readings:
            if reading.skipped == "total":
                self._compare(reading.row)
            if reading.skipped:
                self.control.skipped["total" if reading.skipped == "note" else reading.skipped] += 1
            elif not self.profile.has_sides and reading.row.is_readable:
                self._count_one(reading.cells)
            yield reading

    def _read(self, rows: Iterable[SourceRow]) -> Iterator[Reading]:
        for row in rows:
            if not row.is_readable:
                yield Reading(row, self._found(row.cells))
                continue
            reason = self._left_out(row)
            yield Reading(row, {}, reason) if reason else self._taken(row)

    def _left_out(self, row: SourceRow) -> str:
        profile, cells = self.profile, row.cells
        if cells == self.header or self._is_heading(row):
            return "heading"
        if profile.record == "documents" and self._starts(row, "total"):
            return "total"
        if self._starts(row, "skip"):
            return "note"
        if any(places and plain(cell_at(cells, places)) not in words for places, words in self._only):
            return "state"
        if any(places and plain(cell_at(cells, places)) in words for places, words in self._leave_out):
            return "state"
        return ""

    def _is_heading(self, row: SourceRow) -> bool:
        text = " ".join(filter(None, row.cells))
        if _RULER.fullmatch(text):
            return True
        if self._heading is None:
            return False
        found = self._heading.search(text)
        if found is None or self._has_figure(row):
            return False
        named = {name: value.strip() for name, value in found.groupdict().items() if value}
        if "customer_no" in named and named["customer_no"] != self._above.get("customer_no"):
            self._above.pop("customer_name", None)
        self._above |= named
        return True

    def _has_figure(self, row: SourceRow) -> bool:
        places = (self.places.columns.get("amount"), self._debit, self._credit)
        return any(one and cell_at(row.cells, one) not in EMPTY_AMOUNTS for one in places)

    def _starts(self, row: SourceRow, kind: str) -> bool:
        words = self._words[kind]
        if not words:
            return False
        texts = (plain(cell).replace(" ", "") for cell in row.cells[:8] if cell)
        return any(text.startswith(words) for text in texts)

    def _taken(self, row: SourceRow) -> Reading:
        profile = self.profile
        cells = self._found(row.cells)
        for name in profile.fill_down:
            cells[name] = cells.get(name) or self._above.get(name, "")
            self._above[name] = cells[name]
        for name in ("customer_no", "customer_name"):
            if not cells.get(name) and self._above.get(name) and profile.heading:
                cells[name] = self._above[name]
        cells |= profile.constants
        for column, words in profile.values.items():
            if cells.get(column) in words:
                cells[column] = words[cells[column]]
        self._write_days(cells)
        self._write_amounts(cells)
        if profile.has_sides:
            return self._with_side(row, cells)
        if profile.kinds:
            cells["kind"] = profile.kinds.get(cells.get("kind", ""), cells.get("kind", ""))
        turned(cells, profile)
        self._write_applied(row, cells)
        return self._numbered(row, cells)

    def _found(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the cells of the columns that this row reaches."""
        width = len(cells)
        return {
            column: cell_at(cells, places)
            for column, places in self.places.columns.items()
            if places[0] < width
        }

    def _write_days(self, cells: dict[str, str]) -> None:
        profile = self.profile
        for name in self._days:
            text = cells.get(name, "")
            if text and profile.date_formats:
                text = iso_day(text, tuple(profile.date_formats))
            if text and profile.date_order:
                text = free_day(text, profile.date_order)
            cells[name] = text

    def _write_amounts(self, cells: dict[str, str]) -> None:
        profile = self.profile
        if profile.is_free or profile.thousands or profile.decimal != ".":
            for name in self._amounts:
                cells[name] = amount_text(cells.get(name, ""), profile)

    # --- debit and credit columns -------------------------------------------------------------------------------------

    def _with_side(self, row: SourceRow, cells: dict[str, str]) -> Reading:
        profile = self.profile
        if self._starts(row, "opening"):
            return self._opening(row, cells)
        debit = amount_text(cell_at(row.cells, self._debit), profile)
        credit = amount_text(cell_at(row.cells, self._credit), profile)
        if debit in EMPTY_AMOUNTS and credit in EMPTY_AMOUNTS:
            return Reading(row, {}, "empty")
        both = debit not in EMPTY_AMOUNTS and credit not in EMPTY_AMOUNTS
        cells["kind"] = profile.debit_kind if credit in EMPTY_AMOUNTS else profile.credit_kind
        cells["amount"] = f"{debit} / {credit}" if both else debit if credit in EMPTY_AMOUNTS else credit
        self._count(cells, debit=debit, credit=credit)
        turned(cells, profile)
        return self._numbered(row, cells)

    def _opening(self, row: SourceRow, cells: dict[str, str]) -> Reading:
        amount = self._balance_of(row)
        if amount is None:
            sides = [decimal_of(cell_at(row.cells, one), self.profile) for one in (self._debit, self._credit)]
            amount = (sides[0] or ZERO) - (sides[1] or ZERO)
        self.control.turn_to(cells.get("customer_no", ""))
        self.control.add(cells.get("currency", ""), opening=amount)
        if not amount:
            return Reading(row, {}, "empty")
        cells |= {"kind": "opening_balance", "amount": f"{amount:f}", "due_date": ""}
        if self.profile.opening_number:
            cells["document_no"] = filled_in(self.profile.opening_number, cells)
        return Reading(row, cells)

    def _balance_of(self, row: SourceRow) -> Decimal | None:
        balance = decimal_of(cell_at(row.cells, self._balance), self.profile) if self._balance else None
        side = plain(cell_at(row.cells, self._direction)) if self._direction else ""
        return -balance if balance is not None and side in {"贷", "c", "cr", "h", "credit"} else balance

    def _count(self, cells: dict[str, str], *, debit: str, credit: str) -> None:
        self.control.turn_to(cells.get("customer_no", ""))
        try:
            figures = [ZERO if text in EMPTY_AMOUNTS else Decimal(text) for text in (debit, credit)]
        except ArithmeticError:
            self.control.is_complete = False
            return
        self.control.add(cells.get("currency", ""), debit=figures[0], credit=figures[1])

    def _compare(self, row: SourceRow) -> None:
        def figure(places: tuple[int, ...]) -> Decimal | None:
            return decimal_of(cell_at(row.cells, places), self.profile) if places else None

        amount = self.places.columns.get("amount")
        if self.profile.has_sides:
            self.control.compare(
                row.no, debit=figure(self._debit), credit=figure(self._credit), balance=self._balance_of(row)
            )
        elif amount:
            self.control.compare(row.no, debit=None, credit=None, balance=figure(amount))

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _numbered(self, row: SourceRow, cells: dict[str, str]) -> Reading:
        profile = self.profile
        if profile.number and cells.get("kind") != "opening_balance":
            cells["document_no"] = filled_in(profile.number, cells)
        if profile.repeats in {"first", "count"} and cells.get("document_no"):
            key = (cells.get("kind", ""), cells["document_no"])
            self._seen[key] += 1
            if self._seen[key] > 1:
                if profile.repeats == "first":
                    return Reading(row, {}, "repeat")
                cells["document_no"] = f"{cells['document_no']}-{self._seen[key]}"
        return Reading(row, cells)

    def _count_one(self, cells: dict[str, str]) -> None:
        """Count a row with one amount, on the side of its kind."""
        amount = decimal_of(cells.get("amount", ""), None)
        if amount is None:
            self.control.is_complete = False
            return
        lowers = cells.get("kind") in {"receipt", "credit_note", "write_off"}
        self.control.turn_to(cells.get("customer_no", ""))
        if lowers:
            self.control.add(cells.get("currency", ""), credit=amount)
        else:
            self.control.add(cells.get("currency", ""), debit=amount)

    def _write_applied(self, row: SourceRow, cells: dict[str, str]) -> None:
        number = cell_at(row.cells, self._number) if self._number else ""
        if number:
            amount = amount_text(cell_at(row.cells, self._part), self.profile) if self._part else ""
            cells["applies_to"] = f"{number}:{amount}" if amount not in EMPTY_AMOUNTS else number
