"""The bridge as XLSX: real numbers, live formulas, both ledgers beside it so that everything can be added again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from portal.compare.engine import CAUSES, STATUS_LABELS, Comparison, Finding, LedgerRow
from portal.compare.say import say_words
from portal.i18n import N_, Translator
from portal.money import currency_digits

#: Above this many rows on both sides the ledgers themselves are left out and the two balances are plain figures.
MOST_ROWS = 40_000
_STEP_LABELS = {"opening_ours": N_("Our balance"), "closing_theirs": N_("Your balance")}


@dataclass(frozen=True, slots=True)
class BridgeSheets:
    """What the workbook shows.

    Attributes:
        found: The comparison.
        ours: Our rows by number.
        theirs: Theirs, mirrored to our signs.
        their_labels: How their rows are found in their file, where not by the line alone.
        our_labels: The same for ours.
        currency: ISO 4217 code.
        title: First line of the workbook.
    """

    found: Comparison
    ours: Mapping[int, LedgerRow]
    theirs: Mapping[int, LedgerRow]
    their_labels: Mapping[int, str]
    our_labels: Mapping[int, str]
    currency: str
    title: str


def bridge_workbook(sheets: BridgeSheets, words: Translator) -> bytes:
    """Return the workbook.

    The bridge starts with our balance (the sum of our rows up to the cut-off), lists every difference, and ends with
    a formula that must equal the sum of their rows; the cell "Unexplained" is the difference of the two formulas.

    Args:
        sheets: What it shows.
        words: The reader's language.
    """
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    writer = _Writer(book, sheets, words)
    writer.write()
    book.close()
    return buffer.getvalue()


class _Writer:
    """Writes the sheets, each from top to bottom because nothing is held in memory."""

    def __init__(self, book: Any, sheets: BridgeSheets, words: Translator) -> None:
        self._book, self._of, self._words = book, sheets, words
        self._digits = currency_digits(sheets.currency)
        number = "#,##0" + ("." + "0" * self._digits if self._digits else "")
        self._money = book.add_format({"num_format": f"{number};[Red]−{number}"})
        self._total = book.add_format(
            {"num_format": f"{number};−{number}", "bold": True, "top": 1, "bottom": 6}
        )
        self._bold = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F8FAFB", "text_wrap": True})
        count = len(sheets.ours) + len(sheets.theirs)
        self._has_ledgers = count <= MOST_ROWS
        self._our_name, self._their_name = words.gettext("Our rows"), words.gettext("Your rows")

    def write(self) -> None:
        """Write the bridge, the pairs, and both ledgers where they are not too long."""
        self._bridge()
        self._pairs()
        if self._has_ledgers:
            self._ledger(self._our_name, self._of.ours, self._of.our_labels)
            self._ledger(self._their_name, self._of.theirs, self._of.their_labels)

    def _value(self, minor: int) -> float:
        return float(Decimal(minor).scaleb(-self._digits))

    def _bridge(self) -> None:
        gettext, found = self._words.gettext, self._of.found
        sheet = self._book.add_worksheet(gettext("Bridge"))
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, 4, 18)
        sheet.write_string(0, 0, self._of.title, self._bold)
        sheet.freeze_panes(3, 0)
        names = (N_("Step"), N_("Cause"), N_("Our row"), N_("Your row"), N_("Amount (%(currency)s)"))
        for place, name in enumerate(names):
            sheet.write_string(
                2,
                place,
                gettext(name, currency=self._of.currency) if place == 4 else gettext(name),
                self._head,
            )
        by_rows = {(one.ours, one.theirs): one for one in found.findings if one.difference_minor}
        row = 3
        self._balance(sheet, row, gettext("Our balance"), self._our_name, found.ours_minor, self._of.ours)
        for step in found.bridge[1:-1]:
            row += 1
            finding = by_rows[step.ours, step.theirs]
            sheet.write_string(row, 0, self._step_text(finding))
            sheet.write_string(row, 1, gettext(CAUSES[step.cause]))
            sheet.write_string(row, 2, _label(step.ours, self._of.our_labels))
            sheet.write_string(row, 3, _label(step.theirs, self._of.their_labels))
            sheet.write_number(row, 4, self._value(step.minor), self._money)
        self._close(sheet, row, found)

    def _close(self, sheet: Any, last: int, found: Comparison) -> None:
        gettext, closing = self._words.gettext, self._value(found.theirs_minor)
        sheet.write_string(last + 1, 0, gettext("Our balance and all differences"), self._bold)
        sheet.write_formula(last + 1, 4, f"=ROUND(SUM(E4:E{last + 1}),{self._digits})", self._total, closing)
        self._balance(
            sheet, last + 2, gettext("Your balance"), self._their_name, found.theirs_minor, self._of.theirs
        )
        sheet.write_string(last + 3, 0, gettext("Unexplained"), self._bold)
        formula = f"=ROUND(E{last + 2}-E{last + 3},{self._digits})"
        sheet.write_formula(last + 3, 4, formula, self._total, self._value(found.unexplained_minor))

    def _balance(
        self, sheet: Any, row: int, label: str, name: str, minor: int, rows: Mapping[int, LedgerRow]
    ) -> None:
        sheet.write_string(row, 0, label, self._bold)
        value = self._value(minor)
        if not self._has_ledgers or not rows:
            sheet.write_number(row, 4, value, self._money)
            return
        last = len(rows) + 1
        formula = f"=ROUND(SUMIF('{name}'!G2:G{last},1,'{name}'!F2:F{last}),{self._digits})"
        sheet.write_formula(row, 4, formula, self._money, value)

    def _step_text(self, finding: Finding) -> str:
        row = _of(self._of.ours, finding.ours) or _of(self._of.theirs, finding.theirs)
        number = row.reference or row.text[:40] if row else ""
        words = say_words(finding.reasons, self._words)
        return f"{number}: {words}" if number else words

    def _pairs(self) -> None:
        gettext = self._words.gettext
        sheet = self._book.add_worksheet(gettext("Pairs"))
        names = (N_("Our row"), N_("Your row"), N_("Result"), N_("Difference"), N_("Cause"), N_("Why"))
        sheet.set_column(0, 4, 16)
        sheet.set_column(5, 5, 70)
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(names):
            sheet.write_string(0, place, gettext(name), self._head)
        for no, one in enumerate(self._of.found.findings, start=1):
            sheet.write_string(no, 0, _label(one.ours, self._of.our_labels))
            sheet.write_string(no, 1, _label(one.theirs, self._of.their_labels))
            sheet.write_string(no, 2, gettext(STATUS_LABELS[one.status]))
            sheet.write_number(no, 3, self._value(one.difference_minor), self._money)
            sheet.write_string(no, 4, gettext(CAUSES[one.cause]) if one.cause else "")
            sheet.write_string(no, 5, say_words(one.reasons, self._words))

    def _ledger(self, name: str, rows: Mapping[int, LedgerRow], labels: Mapping[int, str]) -> None:
        gettext = self._words.gettext
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 2, 16)
        sheet.set_column(3, 3, 44)
        sheet.set_column(4, 6, 16)
        sheet.freeze_panes(1, 0)
        names: Sequence[str] = (
            N_("Row"), N_("Date"), N_("Number"), N_("Text"), N_("Type"), N_("Amount"),
            N_("Counts (1 = up to the cut-off)"),
        )  # fmt: skip
        for place, head in enumerate(names):
            sheet.write_string(0, place, gettext(head), self._head)
        for no, row in enumerate(sorted(rows.values(), key=lambda one: one.no), start=1):
            sheet.write_string(no, 0, _label(row.no, labels))
            if row.day and row.day >= date(1900, 3, 1):
                sheet.write_datetime(no, 1, row.day, self._day)
            sheet.write_string(no, 2, row.reference[:255])
            sheet.write_string(no, 3, row.text[:1000])
            sheet.write_string(no, 4, row.kind[:100])
            sheet.write_number(no, 5, self._value(row.minor), self._money)
            sheet.write_number(
                no,
                6,
                int(self._of.found.cut_off is None or row.day is None or row.day <= self._of.found.cut_off),
            )


def _label(no: int | None, labels: Mapping[int, str]) -> str:
    return "" if no is None else labels.get(no, str(no))


def _of(rows: Mapping[int, LedgerRow], no: int | None) -> LedgerRow | None:
    return None if no is None else rows.get(no)
