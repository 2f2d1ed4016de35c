"""OFX 1 (SGML) and OFX 2 (XML) with one reader: bank, card and investment-cash statements of several accounts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from portal.connectors.amounts import to_minor
from portal.connectors.bank_facts import (
    Entry,
    Event,
    Events,
    Opened,
    ReadOptions,
    Tally,
    left_out,
    refused,
    require_short,
    tidy,
    tidy_account,
)
from portal.connectors.dates import read_date
from portal.connectors.encodings import find_text_encoding
from portal.connectors.rules import UnreadableFile
from portal.errors import N_, Invalid
from portal.money import BadAmount, currency_digits

_TOKEN = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9._]{0,40})[^<>]{0,200}>([^<]*)(?:<!\[CDATA\[(.{0,4000}?)\]\]>)?", re.DOTALL
)
_AMOUNT = re.compile(r"[-+]?(\d{1,20})(?:[.,](\d{0,10}))?", re.ASCII)
_STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
_GROUPS = frozenset({
    "BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "BANKACCTTO", "CCACCTTO", "LEDGERBAL", "AVAILBAL", "CURRENCY",
    "ORIGCURRENCY", "PAYEE", "STMTTRN", "FI",
})  # fmt: skip
_KINDS = {
    "FEE": "fee", "SRVCHG": "fee", "INT": "interest", "ATM": "cash", "CASH": "cash", "CHECK": "cheque", "POS": "card",
    "XFER": "transfer", "DIRECTDEP": "transfer", "DIRECTDEBIT": "debit", "PAYMENT": "transfer", "DEP": "transfer",
}  # fmt: skip


def read_ofx(content: bytes, options: ReadOptions) -> Events:
    """Read an OFX or QFX file.

    Args:
        content: The file.
        options: Currency where the file names none.

    Yields:
        For each statement Opened, its entries and refused entries, Closed.

    Raises:
        UnreadableFile: No OFX, one with a DOCTYPE, or cut off.
    """
    text = content.decode(find_text_encoding(content), "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFile(N_("This XML file has a DOCTYPE. Such files are not read."))
    if not re.search(r"<OFX\b", text, re.IGNORECASE):
        raise UnreadableFile(N_("This file holds no OFX statement."))
    if not re.search(r"</OFX\s*>\s*\Z", text[-2000:], re.IGNORECASE):
        raise UnreadableFile(N_("This file is cut off: its end is missing. Nothing was taken in."))
    statement: _Statement | None = None
    for name, is_end, value, line in _tokens(text):
        if name in _STATEMENTS and not is_end:
            statement = _Statement(options)
        elif statement is None:
            continue
        elif name in _STATEMENTS:
            yield from statement.finish()
            statement = None
        else:
            yield from statement.take(name, value, line, is_end=is_end)
    if statement:
        yield from statement.finish()


def _tokens(text: str) -> Iterator[tuple[str, bool, str, int]]:
    line, seen = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", seen, token.start())
        seen = token.start()
        require_short(token[3], line)
        value = token[4] if token[4] is not None else html.unescape(token[3])
        yield token[2].upper(), bool(token[1]), value.strip(), line


class _Statement:
    """One statement while its elements pass by; an SGML element ends where the next begins."""

    def __init__(self, options: ReadOptions) -> None:
        self._currency = options.likely
        self._account = ""
        self._bank = ""
        self._closing: tuple[str, str, int] | None = None
        self._days: list[date] = []
        self._groups: list[str] = []
        self._entry: dict[str, str] = {}
        self._line = 0
        self._opened = False
        self._tally = Tally()
        self._balance: dict[str, str] = {}

    def take(self, name: str, value: str, line: int, *, is_end: bool) -> Iterator[Event]:
        """Read one tag."""
        if name in _GROUPS:
            if is_end:
                if name in self._groups:
                    del self._groups[self._groups.index(name) :]
                if name == "STMTTRN":
                    yield from self._finish_entry()
            else:
                self._groups.append(name)
                if name == "STMTTRN":
                    self._entry, self._line = {}, line
                    self._groups = ["STMTTRN"]
            return
        if not is_end and value:
            self._keep(name, value, line)

    def _keep(self, name: str, value: str, line: int) -> None:
        group = self._groups[-1] if self._groups else ""
        if "STMTTRN" in self._groups:
            self._entry[f"{group}.{name}" if group != "STMTTRN" else name] = value
        elif name == "CURDEF":
            self._currency = value.upper()[:3]
        elif name in {"ACCTID", "BANKID", "BROKERID"} and group.endswith("FROM"):
            self._account = tidy_account(value) if name == "ACCTID" else self._account
            self._bank = tidy(value, 60) if name != "ACCTID" else self._bank
        elif group == "LEDGERBAL" and name == "BALAMT":
            self._closing = (value, "", line)
        elif name in {"DTSTART", "DTEND"} and re.match(r"\d{8}", value):
            self._days.append(_day(value))

    def finish(self) -> Iterator[Event]:
        """Close the statement; OFX states the closing balance only."""
        yield from self._open()
        closing = None
        if self._closing and self._currency:
            try:
                closing = to_minor(_exact(self._closing[0], self._currency)[0], self._currency)
            except Invalid as refusal:
                yield refused(self._closing[2], "BALAMT", refusal, self._closing[0])
        days = sorted(self._days)
        yield self._tally.close(
            None, closing, from_on=days[0] if days else None, until_on=days[-1] if days else None
        )

    def _open(self) -> Iterator[Event]:
        if not self._opened:
            self._opened = True
            yield Opened(self._account, self._currency, bank=self._bank)

    def _finish_entry(self) -> Iterator[Event]:
        yield from self._open()
        column = "DTPOSTED"
        facts = self._entry
        try:
            column = "TRNAMT"
            currency = facts.get("CURRENCY.CURSYM", self._currency).upper()
            if not currency:
                raise UnreadableFile(N_("The statement names no currency."))
            amount, is_rounded = _exact(facts.get("TRNAMT", ""), currency)
            column = "DTPOSTED"
            entry = _entry(facts, self._line, to_minor(amount, currency), currency)
        except Invalid as refusal:
            self._tally.is_whole = False
            yield refused(self._line, column, refusal, " ".join(facts.values()))
            return
        yield self._tally.add(entry)
        if is_rounded:
            yield left_out(
                self._line, N_("The file states %(stated)s; rounded to %(used)s."), stated=facts["TRNAMT"],
                used=str(amount),
            )  # fmt: skip


def _entry(facts: dict[str, str], line: int, minor: int, currency: str) -> Entry:
    booked = _day(facts.get("DTPOSTED", ""))
    name = facts.get("NAME") or facts.get("PAYEE.NAME") or ""
    memo = facts.get("MEMO", "")
    check = facts.get("CHECKNUM", "").strip("0")
    return Entry(
        line, booked, _day(facts["DTAVAIL"]) if facts.get("DTAVAIL") else booked, minor, currency,
        kind=_KINDS.get(facts.get("TRNTYPE", "").upper(), "other"), payer_name=tidy(name, 200),
        payer_account=tidy_account(facts.get("BANKACCTTO.ACCTID") or facts.get("CCACCTTO.ACCTID") or ""),
        narrative=tidy(memo or name), reference=tidy(facts.get("REFNUM") or check, 140),
        bank_ref=tidy(facts.get("FITID", ""), 140),
    )  # fmt: skip


def _exact(text: str, currency: str) -> tuple[Decimal, bool]:
    """Return the amount with the currency's decimals, and whether more were stated (investment cash has four)."""
    found = _AMOUNT.fullmatch(text.replace(" ", ""))
    if found is None or len(found[1].lstrip("0")) > 15:
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=tidy(text, 40))
    stated = Decimal(text.replace(" ", "").replace(",", "."))
    amount = stated.quantize(Decimal(1).scaleb(-currency_digits(currency)), ROUND_HALF_UP)
    return amount, amount != stated


def _day(text: str) -> date:
    return read_date(text.strip()[:8] if re.match(r"\s*\d{8}", text) else text)
