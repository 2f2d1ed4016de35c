"""Read one sheet of a ledger file: every row is taken in, or left out with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.compare.layout.cells import month_of, read_day, year_in
from portal.compare.layout.roles import CLOSING, CREDIT_SIDE, OPENING, TOTAL
from portal.compare.layout.rules import Layout, LeftOut
from portal.connectors.amounts import NO_AMOUNT, ReadAmount, decimal_mark, read_amount
from portal.connectors.dates import Order, date_order
from portal.connectors.rules import SourceRow
from portal.connectors.tables import Table, fold_name, is_total_row
from portal.errors import N_
from portal.money import BadAmount, UnknownCurrency, currency_digits

_CODE = re.compile(r"(?<![A-Z])([A-Z]{3})(?![A-Z])")
_CURRENCIES = {
    "美元": "USD", "欧元": "EUR", "港币": "HKD", "日元": "JPY", "英镑": "GBP", "RMB": "CNY", "人民币": "CNY",
    "¥": "CNY", "￥": "CNY", "元": "CNY", "€": "EUR", "$": "USD", "£": "GBP",
}  # fmt: skip
_NO_AMOUNT_THERE = N_("no amount")
_BAD_AMOUNT = N_("the amount cannot be read as a number")
_TOTAL_ROW = N_("a total or subtotal")
_REPEATED = N_("the header again")
_NO_TEXT = N_("not text we can read")


@dataclass(slots=True)
class Entry:
    """A row with its cells by role, its amounts read."""

    no: int
    cells: Mapping[str, str]
    others: tuple[str, ...]
    debit: Decimal
    credit: Decimal
    balance: Decimal | None
    day: date | None
    currency: str
    is_opening: bool = False


@dataclass(slots=True)
class Found:
    """What has been read so far."""

    entries: list[Entry] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    stated: Decimal | None = None
    labels: dict[int, str] = field(default_factory=dict)


class SheetReader:
    """Reads one sheet into what was found so far."""

    def __init__(self, table: Table, layout: Layout, found: Found, offset: int) -> None:
        self._table, self._layout, self._found, self._offset = table, layout, found, offset
        head = [row for row in table.head if row.no > layout.header_line]
        self._marks = {
            place: decimal_mark(_column(head, place))
            for role in ("debit", "credit", "amount", "balance")
            for place in layout.places(role)
        }
        day = layout.place("day")
        self._order: Order = date_order(_column(head, day)) if day is not None else ""
        self._year = year_in(
            [cell for row in table.head if row.no <= layout.header_line for cell in row.cells]
        )
        self._names = tuple(map(str.casefold, layout.names))
        self._last: tuple[int | None, int | None] = (None, None)

    def read(self) -> None:
        """Judge every row below the header."""
        for row in self._table:
            if row.no <= self._layout.header_line:
                continue
            why = self._take(row)
            if why:
                text = " ".join(cell for cell in row.cells if cell)[:80]
                self._found.left_out.append(LeftOut(row.no + self._offset, why, text))
            if self._offset:
                self._found.labels[row.no + self._offset] = f"{self._table.sheet}!{row.no}"

    def _take(self, row: SourceRow) -> str:
        """Take a row in; returns why it is left out, or nothing."""
        if not row.is_readable:
            return _NO_TEXT
        if self._names and tuple(fold_name(cell).casefold() for cell in row.cells) == self._names:
            return _REPEATED
        cells = self._by_role(row)
        try:
            debit, credit = self._amounts(cells)
            balance = self._figure(cells.get("balance", ""), "balance")
        except BadAmount:
            return _BAD_AMOUNT
        words = " ".join(
            filter(None, (cells.get(role, "") for role in ("text", "kind", "number", "day", "party")))
        )
        is_first = len(self._found.entries) < 3
        if is_first and OPENING.search(words) and not CLOSING.search(words):
            return self._open(row, cells, debit, credit, balance)
        if self._is_total(row, cells, words):
            self._note_closing(row, debit, credit, balance)
            return _TOTAL_ROW
        if debit is None and credit is None:
            return _NO_AMOUNT_THERE
        self._add(row, cells, debit or Decimal(0), credit or Decimal(0), balance)
        return ""

    def _by_role(self, row: SourceRow) -> dict[str, str]:
        cells: dict[str, str] = {}
        for place, role in enumerate(self._layout.roles):
            text = row.cells[place] if place < len(row.cells) else ""
            if role in {"text", "other"}:
                cells[role] = f"{cells.get(role, '')} {text}".strip()
            elif role != "ignore":
                cells[role] = text
        return cells

    def _figure(self, text: str, role: str) -> Decimal | None:
        read = self._read(text, role)
        return None if read is None else read.value

    def _read(self, text: str, role: str) -> ReadAmount | None:
        if text in NO_AMOUNT or not any(letter.isdigit() for letter in text):
            return None
        return read_amount(text, decimal=self._marks.get(self._layout.place(role) or 0, ""))

    def _amounts(self, cells: Mapping[str, str]) -> tuple[Decimal | None, Decimal | None]:
        if self._layout.place("amount") is None:
            return self._figure(cells.get("debit", ""), "debit"), self._figure(
                cells.get("credit", ""), "credit"
            )
        read = self._read(cells.get("amount", ""), "amount")
        if read is None:
            return None, None
        is_credit = read.side == "credit" or bool(CREDIT_SIDE.match(cells.get("side", "")))
        return (None, read.value) if is_credit else (read.value, None)

    def _is_total(self, row: SourceRow, cells: Mapping[str, str], words: str) -> bool:
        if is_total_row(row.cells):
            return True
        has_number = any(letter.isdigit() for letter in cells.get("number", ""))
        return bool(TOTAL.search(words)) and not has_number

    def _open(
        self,
        row: SourceRow,
        cells: Mapping[str, str],
        debit: Decimal | None,
        credit: Decimal | None,
        balance: Decimal | None,
    ) -> str:
        if debit is None and credit is None and balance is None:
            return _NO_AMOUNT_THERE
        entry = self._entry(row, cells, debit or Decimal(0), credit or Decimal(0), balance)
        entry.is_opening = True
        self._found.entries.append(entry)
        return ""

    def _add(
        self,
        row: SourceRow,
        cells: Mapping[str, str],
        debit: Decimal,
        credit: Decimal,
        balance: Decimal | None,
    ) -> None:
        self._found.entries.append(self._entry(row, cells, debit, credit, balance))

    def _entry(
        self,
        row: SourceRow,
        cells: Mapping[str, str],
        debit: Decimal,
        credit: Decimal,
        balance: Decimal | None,
    ) -> Entry:
        others = tuple(
            row.cells[place]
            for place in self._layout.places("other")
            if place < len(row.cells) and row.cells[place]
        )
        currency = currency_in(cells.get("currency", "")) or currency_in(cells.get("amount", ""))
        return Entry(row.no + self._offset, cells, others, debit, credit, balance, self._day(cells), currency)

    def _day(self, cells: Mapping[str, str]) -> date | None:
        if self._layout.place("day") is not None:
            return read_day(cells.get("day", ""), self._order)
        year, month = self._last
        text = cells.get("year", "").strip().rstrip("年")
        year = int(text) if text.isdigit() else year or self._year
        month = month_of(cells.get("month", "")) or month
        self._last = (year, month)
        number = cells.get("month_day", "").strip().rstrip("日.")
        if not year or not month or not number.isdigit():
            return None
        return read_day(f"{year}-{month}-{number}", "")

    def _note_closing(
        self, row: SourceRow, debit: Decimal | None, credit: Decimal | None, balance: Decimal | None
    ) -> None:
        if CLOSING.search(" ".join(row.cells)):
            figure = balance if balance is not None else (debit or Decimal(0)) - (credit or Decimal(0))
            self._found.stated = figure or self._found.stated


def _column(rows: Sequence[SourceRow], place: int) -> Iterator[str]:
    return (row.cells[place] for row in rows if place < len(row.cells) and row.cells[place])


def currency_in(text: str) -> str:
    """Return the currency a text names; empty when it names none that is known."""
    for word, code in _CURRENCIES.items():
        if word in text:
            return code
    for code in _CODE.findall(text.upper()):
        try:
            currency_digits(code)
        except UnknownCurrency:
            continue
        if code in text:
            return str(code)
    return ""
