"""A statement as XLSX: real numbers and dates, formulas for the sums, filter, frozen head, both languages."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from portal.i18n import Translator, translator
from portal.money import Money, currency_digits
from portal.statements.facts import BUCKETS, FIGURES
from portal.statements.page import StatementPage
from portal.statements.rules import ANSWER_LABELS, KIND_LABELS
from portal.statements.words import BUCKET_LABELS, COLUMNS, FIGURE_LABELS, LABELS, both

#: Signs of the sum strip in the order of ``FIGURES``; the last two stand apart.
_OPERATORS = ("", "+", "−", "−", "=", "", "")
_WIDTHS = (6, 20, 14, 12, 12, 36, 16, 10, 16, 16, 14, 16)
_AMOUNT, _OPEN, _DISPUTED = 8, 9, 11


def render_xlsx(page: StatementPage, words: Translator, *, address: str = "") -> bytes:
    """Return a workbook with two sheets: the figures, and lines 0..n whose sum is a formula.

    Args:
        page: From ``find_statement``.
        words: The reader's language; it stands first in every head.
        address: Absolute address of the statement.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": page.content_hash, "created": page.issued_at or page.prepared_at})
    sheet = _Sheet(book, page, words, address)
    sheet.write_summary()
    sheet.write_lines()
    book.close()
    return buffer.getvalue()


class _Sheet:
    """Writes the cells of one workbook."""

    def __init__(self, book: Any, page: StatementPage, words: Translator, address: str) -> None:
        self._book, self._page, self._words, self._address = book, page, words, address
        self._other = translator("en" if words.language == "zh" else "zh")
        digits = currency_digits(page.currency)
        number = "#,##0" + ("." + "0" * digits if digits else "")
        self._money = book.add_format({"num_format": f"{number};[Red]\u2212{number}"})
        self._total = book.add_format(
            {"num_format": f"{number};\u2212{number}", "bold": True, "top": 1, "bottom": 6}
        )
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F8FAFB", "text_wrap": True})
        self._head_right = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#F8FAFB", "text_wrap": True, "align": "right"}
        )
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._bold = book.add_format({"bold": True})
        self._wrap = book.add_format({"text_wrap": True})

    def _both(self, message: str) -> str:
        return both(message, first=self._words, second=self._other)

    def _figure(self, money: Money) -> float:
        return float(Decimal(money.decimal_text))

    def write_summary(self) -> None:
        """Write parties, period, sum strip and ageing; closing and ageing total are formulas."""
        page, sheet = self._page, self._book.add_worksheet(self._words.gettext(LABELS["title"]))
        sheet.set_column(0, 0, 4)
        sheet.set_column(1, 1, 44)
        sheet.set_column(2, 2, 22)
        sheet.set_column(3, 3, 60)
        sheet.write_string(0, 1, self._both(LABELS["title"]), self._title)
        row = 2
        for key, value in self._facts():
            sheet.write_string(row, 1, self._both(LABELS[key]), self._bold)
            sheet.write_string(row, 2, value)
            row += 1
        row += 1
        first = row
        for operator, key in zip(_OPERATORS, FIGURES, strict=True):
            sheet.write_string(row, 0, operator)
            sheet.write_string(
                row, 1, self._both(FIGURE_LABELS[key]), self._bold if key == "closing" else None
            )
            money = getattr(page.figures, key)
            if key == "closing":
                cells = f"=C{first + 1}+C{first + 2}-C{first + 3}-C{first + 4}"
                sheet.write_formula(row, 2, cells, self._total, self._figure(money))
            else:
                sheet.write_number(row, 2, self._figure(money), self._money)
            row += 1
        row += 1
        first = row
        for key in BUCKETS:
            sheet.write_string(row, 1, self._both(BUCKET_LABELS[key]))
            sheet.write_number(row, 2, self._figure(getattr(page.ageing, key)), self._money)
            row += 1
        sheet.write_string(row, 1, self._both(FIGURE_LABELS["closing"]), self._bold)
        total = self._figure(page.figures.closing)
        sheet.write_formula(row, 2, f"=SUM(C{first + 1}:C{row})", self._total, total)

    def _facts(self) -> list[tuple[str, str]]:
        page = self._page
        return [
            ("seller", self._names(page.entity.name, page.entity.name_en)),
            ("customer", self._names(page.customer.name, page.customer.name_en)),
            ("customer_no", page.customer.number),
            ("period", f"{page.period_from} – {page.as_of}"),
            ("currency", page.currency),
            ("version", str(page.version)),
            ("answer_by", str(page.answer_by_on or "")),
            ("hash", page.content_hash),
            ("address", self._address),
        ]

    def _names(self, name: str, name_en: str) -> str:
        names = (name, name_en) if self._words.language == "zh" else (name_en, name)
        return " / ".join(dict.fromkeys(part for part in names if part))

    def write_lines(self) -> None:
        """Write lines 0..n with filter, frozen head and sums below."""
        page, sheet = self._page, self._book.add_worksheet(self._words.gettext(LABELS["lines"]))
        for column, (label, width) in enumerate(zip(COLUMNS.values(), _WIDTHS, strict=True)):
            is_figure = column in {_AMOUNT, _OPEN, _DISPUTED}
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self._both(label), self._head_right if is_figure else self._head)
        sheet.freeze_panes(1, 2)
        for row, line in enumerate(page.all_lines, start=1):
            sheet.write_number(row, 0, line.no)
            sheet.write_string(row, 1, line.document_no)
            sheet.write_string(row, 2, self._both(KIND_LABELS[line.kind]))
            self._write_day(sheet, row, 3, line.document_on)
            self._write_day(sheet, row, 4, line.due_on)
            sheet.write_string(row, 5, line.text, self._wrap)
            sheet.write_string(row, 6, line.order_no)
            sheet.write_string(row, 7, line.currency)
            sheet.write_number(row, _AMOUNT, self._figure(line.amount), self._money)
            sheet.write_number(row, _OPEN, self._figure(line.open), self._money)
            sheet.write_string(row, 10, self._both(ANSWER_LABELS[line.answer]))
            if line.answer == "disputed":
                sheet.write_number(row, _DISPUTED, self._figure(line.disputed), self._money)
        last = len(page.all_lines)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
        sheet.write_string(last + 1, 1, self._both(FIGURE_LABELS["closing"]), self._bold)
        total = self._figure(page.figures.closing)
        sheet.write_formula(last + 1, _AMOUNT, f"=SUM(I2:I{last + 1})", self._total, total)
        disputed = self._figure(page.progress.disputed)
        sheet.write_formula(last + 1, _DISPUTED, f"=SUM(L2:L{last + 1})", self._total, disputed)

    def _write_day(self, sheet: Any, row: int, column: int, day: date | None) -> None:
        if day is not None:
            sheet.write_datetime(row, column, day, self._day)
