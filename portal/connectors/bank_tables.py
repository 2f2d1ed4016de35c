"""Bank files that are tables (CSV, XLSX, XLS): rows to entries by a layout; every row is one, left out, or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from portal.connectors.amounts import NO_AMOUNT, ReadAmount, read_amount, to_minor
from portal.connectors.bank_columns import read_currency
from portal.connectors.bank_facts import (
    Closed,
    Entry,
    Event,
    Events,
    Opened,
    Problem,
    ReadOptions,
    Tally,
    left_out,
    refused,
    tidy,
    tidy_account,
)
from portal.connectors.bank_layouts import Layout, find_layout
from portal.connectors.bank_table_rows import Chain, gist_of, is_credit, kind_of
from portal.connectors.dates import BadDate, read_date
from portal.connectors.rules import SourceRow, UnreadableFile
from portal.connectors.tables import Table, is_total_row, read_tables
from portal.errors import N_, Invalid
from portal.money import BadAmount, currency_digits

_IN = re.compile(r"^(?:收入?|贷|cr|c|h|credit|in|bij|\+|haben|入账|转入|存入)(?![a-z])", re.IGNORECASE)
_OUT = re.compile(r"^(?:支出?|付|借|dr|d|s|debit|out|af|-|soll|出账|转出|支取)(?![a-z])", re.IGNORECASE)
_CLOSED = re.compile(
    r"交易关闭|已关闭|支付失败|还款失败|对方已退还|已撤销|cancel|failed|declined|reverted", re.IGNORECASE
)
_REFUND = re.compile(r"退款|refund", re.IGNORECASE)
_OPENING = re.compile(
    r"期初余额|上期余额|上月余额|承前页|年初余额|opening balance|balance brought forward|previous balance|anfangssaldo"
    r"|solde initial",
    re.IGNORECASE,
)
_NONE = frozenset({"", "/", "-", "--", "无", "null", "none"})


def read_table(content: bytes, options: ReadOptions) -> Events:
    """Read every table of a file.

    Args:
        content: The file.
        options: Currency and learned layout.

    Yields:
        For each table Opened, its entries, rows left out or refused, Closed.

    Raises:
        UnreadableFile: No text or workbook, or no table in it has dates and amounts.
    """
    refusal: UnreadableFile | None = None
    before: list[tuple[str, ...]] | None = None
    for table in read_tables(content):
        try:
            layout = find_layout(table, options.layout)
        except UnreadableFile as error:
            refusal = refusal or error
            continue
        body = [gist_of(row, layout) for row in table.head if row.no > layout.header_line]
        if before == body:
            yield left_out(None, N_("Sheet “%(sheet)s” repeats the one before it."), sheet=table.sheet)
            continue
        before = body
        yield from _Sheet(table, layout, options).read()
    if before is None:
        raise refusal or UnreadableFile


class _Sheet:
    """One table while its rows pass by."""

    def __init__(self, table: Table, layout: Layout, options: ReadOptions) -> None:
        self._table = table
        self._layout = layout
        self._currency = layout.currency or options.currency or layout.likely_currency or options.fallback
        self._account = layout.account
        self._tally = Tally()
        self._chain = Chain()
        self._opening: int | None = None
        self._last: Entry | None = None
        self._opened = False

    def read(self) -> Iterator[Event]:
        """Walk the rows; an entry is handed over when the next begins, since text may go on below it."""
        for row in self._table:
            if row.no > self._layout.header_line:
                yield from self._row(row)
        yield from self._flush()
        yield from self._open(None)
        yield self._close()

    def _row(self, row: SourceRow) -> Iterator[Event]:
        if not row.is_readable:
            yield from self._flush()
            self._tally.is_whole = False
            yield refused(
                row.no, "", UnreadableFile(N_("This row cannot be read as text.")), " ".join(row.cells)
            )
            return
        try:
            found = self._read(row)
        except Invalid as refusal:
            yield from self._flush()
            self._tally.is_whole = False
            yield refused(row.no, self._name(refusal.field or ""), refusal, " | ".join(row.cells))
            return
        if isinstance(found, Entry):
            yield from self._flush()
            yield from self._open(row)
            self._last = found
        else:
            if found.message != _CONTINUES:
                yield from self._flush()
            yield found

    def _open(self, row: SourceRow | None) -> Iterator[Event]:
        if self._opened:
            return
        self._opened = True
        own = tidy_account(self._cell(row, "account")) if row else ""
        currency = self._currency
        if row and (code := read_currency(self._cell(row, "currency"))):
            currency = code
        self._account = own or self._account
        yield Opened(self._account, currency)

    def _flush(self) -> Iterator[Event]:
        if self._last:
            entry, self._last = self._last, None
            self._chain.add(entry)
            yield self._tally.add(entry)

    def _close(self) -> Closed:
        opening, closing, is_chain = self._chain.ends()
        closed = self._tally.close(self._opening if opening is None else opening, closing)
        return (
            replace(closed, is_balanced=is_chain and self._tally.is_whole) if is_chain is not None else closed
        )

    def _read(self, row: SourceRow) -> Entry | Problem:
        text = " | ".join(row.cells)
        if is_total_row(row.cells):
            return left_out(row.no, N_("A total or a rule, no entry."), text)
        booked_text = self._cell(row, "booked")
        amount = self._amount(row) if booked_text or self._has_amount(row) else None
        if _OPENING.search(text) and not (amount and amount.value):
            self._take_opening(row)
            return left_out(row.no, N_("The opening balance."), text)
        if not booked_text and amount is None:
            return self._continue(row, text)
        if not booked_text or not re.search(r"\d", booked_text):
            if len([cell for cell in row.cells if cell]) <= 3 and amount is None:
                return left_out(row.no, N_("A remark below the table."), text)
            raise BadDate(N_("“%(text)s” is not a date we can read."), field="booked", text=booked_text[:40])
        if amount is None:
            if self._cell(row, "balance") and not self._has_amount(row):
                return left_out(row.no, N_("A balance, no movement."), text)
            raise BadAmount(N_("This row has no amount."), field="amount")
        status = f"{self._cell(row, 'status')}"
        if _CLOSED.search(status):
            return left_out(row.no, N_("Not carried out: %(state)s."), text, state=tidy(status, 60))
        return self._entry(row, amount, text)

    def _entry(self, row: SourceRow, amount: ReadAmount, text: str) -> Entry | Problem:
        booked = self._day(row, "booked")
        currency = read_currency(self._cell(row, "currency")) or self._currency
        if named := self._cell(row, "currency"):
            self._require_currency(named, currency)
        sign = self._sign(row, amount)
        if sign is None:
            return left_out(row.no, N_("Neither money in nor money out: between own accounts."), text)
        try:
            minor = to_minor(amount.value, currency or "EUR") * sign
        except BadAmount as refusal:
            raise BadAmount(refusal.message, field="amount", **refusal.params) from None
        texts = [
            self._plain(row.cells[p]) for p in self._layout.roles.get("narrative", ()) if p < len(row.cells)
        ]
        narrative = tidy(" · ".join(dict.fromkeys(filter(None, texts))))
        name, account = self._other_side(row)
        return Entry(
            row.no, booked, self._day(row, "value", booked), minor, currency, kind=kind_of(narrative), payer_name=name,
            payer_account=account, narrative=narrative, reference=tidy(self._plain(self._cell(row, "reference")), 140),
            bank_ref=tidy(self._plain(self._cell(row, "bank_ref")), 140),
            is_reversal="冲正" in narrative or "reversal" in narrative.casefold(),
            balance_minor=self._balance(row, currency),
        )  # fmt: skip

    def _other_side(self, row: SourceRow) -> tuple[str, str]:
        name, account = (self._plain(self._cell(row, role)) for role in ("payer_name", "payer_account"))
        if not account and (found := re.fullmatch(r"(.*?\D)\s?(\d{8,32})", name)):
            name, account = found[1], found[2]  # 张三 66666666666666
        return tidy(name, 200), tidy_account(account)

    def _sign(self, row: SourceRow, amount: ReadAmount) -> int | None:
        """Return +1 for money in as the figure stands, -1 to turn it; None where the row is neither."""
        turn = -1 if self._layout.is_inverted else 1
        side = self._cell(row, "side")
        if "side" not in self._layout.roles:
            return turn * (-1 if amount.side == "debit" and amount.value > 0 else 1)
        if _IN.match(side):
            return turn
        if _OUT.match(side):
            return -turn if amount.value >= 0 else turn
        if _REFUND.search(self._cell(row, "status") + " ".join(row.cells[:4])):
            return turn
        return None

    def _amount(self, row: SourceRow) -> ReadAmount | None:
        roles = self._layout.roles
        if "amount" in roles:
            text = self._cell(row, "amount")
            return None if text in NO_AMOUNT else self._read_amount(text, "amount")
        paid_in, paid_out = (self._one_side(row, role) for role in ("paid_in", "paid_out"))
        if paid_in and paid_out and paid_in.value and paid_out.value:
            raise BadAmount(N_("This row has an amount on both sides."), field="paid_out")
        if paid_out and (paid_out.value or not paid_in):
            return ReadAmount(-abs(paid_out.value) if not is_credit(paid_out) else paid_out.value)
        return ReadAmount(paid_in.value) if paid_in else None

    def _one_side(self, row: SourceRow, role: str) -> ReadAmount | None:
        text = self._cell(row, role)
        return None if text in NO_AMOUNT else self._read_amount(text, role)

    def _read_amount(self, text: str, role: str) -> ReadAmount:
        try:
            return read_amount(text, decimal=self._layout.decimal)
        except BadAmount as refusal:
            raise BadAmount(refusal.message, field=role, **refusal.params) from None

    def _has_amount(self, row: SourceRow) -> bool:
        return any(self._cell(row, role) not in NO_AMOUNT for role in ("amount", "paid_in", "paid_out"))

    def _balance(self, row: SourceRow, currency: str) -> int | None:
        text = self._cell(row, "balance")
        if text in NO_AMOUNT:
            return None
        try:
            return to_minor(read_amount(text, decimal=self._layout.decimal).value, currency or "EUR")
        except BadAmount:
            return None

    def _take_opening(self, row: SourceRow) -> None:
        self._opening = self._balance(row, self._currency) if self._opening is None else self._opening

    def _continue(self, row: SourceRow, text: str) -> Problem:
        """Take a row without date and amount as more text of the entry above it."""
        if self._last is None:
            return left_out(row.no, N_("No date and no amount."), text)
        more = " ".join(filter(None, row.cells))
        self._last = replace(self._last, narrative=tidy(f"{self._last.narrative} {more}"))
        return left_out(row.no, _CONTINUES, text)

    def _day(self, row: SourceRow, role: str, otherwise: date | None = None) -> date:
        text = self._cell(row, role)
        if otherwise and not re.search(r"\d", text):
            return otherwise
        try:
            return read_date(text, order=self._layout.order, serials=True)
        except BadDate as refusal:
            if otherwise:
                return otherwise
            raise BadDate(refusal.message, field=role, **refusal.params) from None

    def _require_currency(self, named: str, currency: str) -> None:
        if not read_currency(named):
            raise BadAmount(
                N_("“%(currency)s” is not a currency code."), field="currency", currency=named[:20]
            )
        currency_digits(currency)

    def _cell(self, row: SourceRow | None, role: str) -> str:
        place = self._layout.roles.get(role, (None,))[0]
        if row is None or place is None or place >= len(row.cells):
            return ""
        return row.cells[place]

    def _name(self, role: str) -> str:
        places = self._layout.roles.get(role, ())
        return self._layout.names[places[0]] if places else role

    @staticmethod
    def _plain(text: str) -> str:
        bare = text.strip(" \t'\"")
        return "" if bare.casefold() in _NONE else bare


_CONTINUES = N_("Goes on from the row above.")
