"""Read a ledger file by its layout: movements and the opening, what was left out and why, and control sums."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from portal.compare.engine import LedgerRow
from portal.compare.layout.roles import CREDIT_SIDE, LOWERING_KIND, RAISING_KIND
from portal.compare.layout.rules import Layout, LayoutRefused, LeftOut, ReadLedger
from portal.compare.layout.sheet import Entry, Found, SheetReader, currency_in
from portal.connectors.tables import Table
from portal.errors import N_
from portal.money import currency_digits

#: Rows of a second and further sheet are numbered from here on, so that numbers are unique in a file.
SHEET_STEP = 1_000_000
#: Number of the opening row that only a running balance implies; no row of a file has it.
DERIVED_ROW = 0
_OTHER_CURRENCY = N_("another currency")


def read_ledger(
    tables: Sequence[Table], layout: Layout, *, currency: str = "", default_currency: str = "CNY"
) -> ReadLedger:
    """Read the rows of a file.

    Args:
        tables: Its sheets.
        layout: What its columns are.
        currency: Rows in another one are left out; empty = the one of all rows.
        default_currency: Where the file names none.

    Returns:
        Movements by the file's own signs: debit − credit, or the one column as it is.

    Raises:
        LayoutRefused: The layout has no amounts, or the file holds several currencies and none was chosen.
        UnknownCurrency: The currency is not known.
    """
    layout.require_usable()
    wanted = [table for table in tables if not layout.sheets or table.sheet in layout.sheets] or list(tables)
    found = Found()
    named = currency_in(" ".join(layout.names))
    for place, table in enumerate(wanted):
        SheetReader(table, layout, found, place * SHEET_STEP).read()
    chosen = currency or _only_currency(found, named) or default_currency
    return _finished(found, layout, chosen, named)


def _only_currency(found: Found, named: str) -> str:
    there = sorted({entry.currency for entry in found.entries if entry.currency})
    if len(there) > 1:
        raise LayoutRefused(
            N_("This file holds several currencies (%(codes)s). Choose one."),
            field="currency",
            codes=", ".join(there[:8]),
        )
    return there[0] if there else named


def _finished(found: Found, layout: Layout, currency: str, named: str) -> ReadLedger:
    digits = currency_digits(currency)
    entries = []
    for entry in found.entries:
        if (entry.currency or named or currency) == currency:
            entries.append(entry)
        else:
            found.left_out.append(LeftOut(entry.no, _OTHER_CURRENCY, entry.cells.get("number", "")))
    _sign_by_kind(entries, layout)
    balance_sign = _balance_sign(entries)
    rows = tuple(_row(entry, digits, balance_sign) for entry in entries)
    movements = [entry for entry in entries if not entry.is_opening]
    before = _before(entries, balance_sign)
    if before:
        found.labels[DERIVED_ROW] = "0"
        opening = LedgerRow(DERIVED_ROW, entries[0].day, _minor(before, digits), is_opening=True)
        rows = (opening, *rows)
    last = movements[-1].balance if movements else None
    written = found.stated if found.stated is not None else last
    stated = None if written is None else _minor(written * balance_sign, digits)
    return ReadLedger(
        rows, currency, sum(_minor(entry.debit, digits) for entry in movements),
        sum(_minor(entry.credit, digits) for entry in movements), stated, tuple(found.left_out), found.labels,
    )  # fmt: skip


def _sign_by_kind(entries: Sequence[Entry], layout: Layout) -> None:
    """Give one-column amounts without any minus their signs by the words of the type of entry, where it tells."""
    if layout.place("amount") is None or any(entry.debit < 0 or entry.credit for entry in entries):
        return
    for role in ("kind", "text"):
        lowering = [entry for entry in entries if LOWERING_KIND.search(entry.cells.get(role, ""))]
        raising = [entry for entry in entries if RAISING_KIND.search(entry.cells.get(role, ""))]
        both = {entry.no for entry in lowering} & {entry.no for entry in raising}
        told = len(lowering) + len(raising) - 2 * len(both)
        if role == "text" and told < 0.9 * len(entries):
            return
        if lowering and raising:
            for entry in lowering:
                if entry.no not in both or role == "kind":
                    entry.debit, entry.credit = Decimal(0), entry.debit
            return


def _balance_sign(entries: Sequence[Entry]) -> int:
    """Return 1 where a running balance grows with debits, -1 where it grows with credits."""
    votes = 0
    for before, entry in pairwise(entries):
        if before.balance is None or entry.balance is None or entry.is_opening:
            continue
        moved, amount = entry.balance - before.balance, entry.debit - entry.credit
        votes += (moved == amount) - (moved == -amount)
    return -1 if votes < 0 else 1


def _before(entries: Sequence[Entry], balance_sign: int) -> Decimal:
    """Return the balance before the first row that a running balance implies; zero where there is none to rely on."""
    if not entries or entries[0].is_opening or entries[0].balance is None or len(entries) < 4:
        return Decimal(0)
    steps = [
        entry.balance * balance_sign - before.balance * balance_sign == entry.debit - entry.credit
        for before, entry in pairwise(entries)
        if before.balance is not None and entry.balance is not None
    ]
    if len(steps) < len(entries) - 1 or sum(steps) * 10 < len(steps) * 9:
        return Decimal(0)
    first = entries[0]
    return (first.balance or Decimal(0)) * balance_sign - (first.debit - first.credit)


def _row(entry: Entry, digits: int, balance_sign: int) -> LedgerRow:
    value = entry.debit - entry.credit
    if entry.is_opening and not value and entry.balance is not None:
        is_credit = bool(CREDIT_SIDE.match(entry.cells.get("side", "")))
        value = -entry.balance if is_credit else entry.balance * balance_sign
    cells = entry.cells
    return LedgerRow(
        entry.no, entry.day, _minor(value, digits), cells.get("number", ""), cells.get("text", ""), entry.others,
        cells.get("party", ""), cells.get("kind", ""), entry.is_opening,
    )  # fmt: skip


def _minor(value: Decimal, digits: int) -> int:
    """Return minor units; more decimals than the currency has are rounded half up."""
    return int(value.scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))
