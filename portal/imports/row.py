"""Read one row of the standard format: every cell checked, every problem named, nothing rounded, cut or guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from portal.clock import is_usable_day
from portal.errors import N_, Invalid
from portal.imports.rules import (
    LENGTHS,
    MAX_MINOR,
    DocumentRow,
    Problem,
    Target,
    side_of,
)
from portal.ledger.rules import parse_rate
from portal.lists import without_apostrophe
from portal.money import CURRENCY_DIGITS, parse_minor
from portal.receivables.rules import KINDS, SIGNED_KINDS

_MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_MARKS}]")
_CONTROL_BUT_LINES = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_MARKS}]")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_LIKE_AMOUNT = re.compile(r"[-+0-9.,\s]*")
_ISO_DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
YES = frozenset({"yes", "y", "true", "1", "是"})
NO = frozenset({"no", "n", "false", "0", "否"})


class RowReader:
    """Reads the cells of one row into a ``DocumentRow``; gathers every problem instead of stopping at the first."""

    def __init__(self, no: int, cells: Mapping[str, str]) -> None:
        """Take the cells by standard column; a missing column is an empty cell."""
        self.no = no
        self.cells = cells
        self.problems: list[Problem] = []

    def refuse(self, column: str, code: str, message: str, **params: object) -> None:
        """Note one problem of this row."""
        self.problems.append(Problem(self.no, column, code, message, params))

    def text(self, column: str) -> str:
        """Return a text cell; too long or with control characters it is refused, never cut."""
        value = self.cells.get(column, "")
        if not value:
            return ""
        value = without_apostrophe(value)
        if not (value.isascii() and value.isprintable()):
            control = _CONTROL_BUT_LINES if column == "description" else _CONTROL
            if control.search(value):
                self.refuse(column, "bad_text", N_("This text holds characters that cannot be kept."))
        if len(value) > LENGTHS.get(column, 200):
            self.refuse(
                column, "bad_text", N_("This text is longer than %(most)s characters."), most=LENGTHS[column]
            )
        return value

    def required(self, column: str) -> str:
        """Return a text cell that must not be empty."""
        value = self.text(column)
        if not value:
            self.refuse(column, "missing", N_("This cell is empty."))
        return value

    def number(self, column: str) -> str:
        """Return the number a customer is known by: not empty, nothing invisible in it."""
        value = self.required(column)
        if not value.isprintable() and not any(problem.column == column for problem in self.problems):
            self.refuse(column, "bad_text", N_("This text holds characters that cannot be kept."))
        return value

    def day(self, column: str) -> date | None:
        """Return an ISO 8601 date; None when the cell is empty."""
        value = self.cells.get(column, "")
        if not value:
            return None
        try:
            if _ISO_DAY.fullmatch(value) and is_usable_day(day := date.fromisoformat(value)):
                return day
        except ValueError:
            pass
        self.refuse(
            column, "bad_date", N_("“%(text)s” is not a date. Write it as 2026-01-31."), text=value[:40]
        )
        return None

    def amount(self, column: str, currency: str, *, signed: bool = False, zero: bool = False) -> int | None:
        """Return an amount in minor units; None when it is empty or refused."""
        value = self.cells.get(column, "")
        if not value or currency not in CURRENCY_DIGITS:
            return None
        try:
            minor = parse_minor(value, currency, signed=signed)
        except Invalid as refusal:
            self.refuse(column, "bad_amount", refusal.message, **refusal.params)
            return None
        if abs(minor) > MAX_MINOR or (minor == 0 and not zero):
            self.refuse(column, "bad_amount", N_("The amount must not be %(text)s."), text=value[:40])
            return None
        return minor

    def decimal(self, column: str) -> str:
        """Return a quantity or unit price as decimal text."""
        value = self.text(column)
        if value and not _DECIMAL.fullmatch(value):
            self.refuse(column, "bad_amount", N_("“%(text)s” is not a number we can read."), text=value[:40])
        return value

    def rate(self) -> str:
        """Return the exchange rate as decimal text."""
        value = self.cells.get("exchange_rate", "")
        if value:
            try:
                parse_rate(value)
            except Invalid as refusal:
                self.refuse("exchange_rate", "bad_amount", refusal.message, **refusal.params)
        return value

    def choice(self, column: str) -> bool:
        """Return whether a cell says yes; an empty one does not."""
        value = self.cells.get(column, "").lower()
        if value and value not in YES | NO:
            self.refuse(column, "bad_text", N_("“%(text)s” is neither yes nor no."), text=value[:40])
        return value in YES

    def targets(self, kind: str, amount_minor: int, currency: str) -> tuple[Target, ...]:
        """Return what ``applies_to`` names, a document named twice with its amounts added."""
        value = self.text("applies_to")
        if not value:
            return ()
        if kind in KINDS and kind != "refund" and side_of(kind, amount_minor) > 0:
            self.refuse(
                "applies_to", "unknown_document", N_("A document of this kind is not applied to others.")
            )
            return ()
        found: dict[str, int | None] = {}
        for part in filter(None, (part.strip() for part in value.split(";"))):
            number, minor = self._target(part, currency)
            before = found.get(number, 0)
            found[number] = None if minor is None or before is None else before + minor
        return tuple(Target(number, minor) for number, minor in found.items())

    def _target(self, part: str, currency: str) -> tuple[str, int | None]:
        number, colon, amount = part.rpartition(":")
        if not colon or not _LIKE_AMOUNT.fullmatch(amount):
            return part, None
        reader = RowReader(self.no, {"applies_to": amount.strip() or "0"})
        minor = reader.amount("applies_to", currency)
        self.problems += reader.problems
        return number.strip(), minor


def read_row(no: int, cells: Mapping[str, str]) -> DocumentRow | list[Problem]:
    """Read one row of the standard format.

    Args:
        no: Line in the file.
        cells: Cells by standard column (and ``country`` where a profile gives it).

    Returns:
        The typed row, or every problem of it.
    """
    reader = RowReader(no, cells)
    kind, currency = reader.required("kind"), reader.required("currency")
    if kind and kind not in KINDS:
        reader.refuse("kind", "unknown_kind", N_("“%(text)s” is not a kind of document."), text=kind[:40])
    if currency and currency not in CURRENCY_DIGITS:
        reader.refuse(
            "currency", "unknown_currency", N_("“%(text)s” is not a currency code."), text=currency[:40]
        )
    document_no, customer_no = reader.required("document_no"), reader.number("customer_no")
    reader.required("document_date")
    reader.required("amount")
    document_on = reader.day("document_date")
    amount = reader.amount("amount", currency, signed=kind in SIGNED_KINDS) or 0
    settled_on = reader.day("settled_date")
    if settled_on and kind in KINDS and (kind == "refund" or side_of(kind, amount) < 0):
        reader.refuse("settled_date", "bad_date", N_("Only what a customer owes is settled by a receipt."))
    tax = reader.amount("tax_amount", currency, zero=True)
    row = DocumentRow(
        no, reader.text("entity"), kind, document_no, customer_no, currency, document_on or date.min, amount,
        reader.text("customer_name"), reader.day("due_date"), reader.text("reference"), reader.text("description"),
        reader.targets(kind, amount, currency), reader.choice("disputed"), settled_on, tax,
        reader.text("tax_invoice_no"), reader.text("order_no"), reader.rate(), reader.text("department"),
        reader.text("project"), reader.text("method"), reader.text("item"), reader.decimal("quantity"),
        reader.decimal("unit_price"), reader.text("tax_rate"), reader.text("country"),
    )  # fmt: skip
    return reader.problems or row
