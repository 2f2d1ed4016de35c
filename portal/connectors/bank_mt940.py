"""MT940 and MT942: the fields by the ``mt-940`` library, the frame around them and the banks' habits here.

Fields are handed to the library's own tag classes one by one, so that a bad line costs one line, its place is known,
and a file of any length needs the memory of one statement line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import mt940

from portal.connectors.bank_facts import (
    Event,
    Events,
    Opened,
    ReadOptions,
    Tally,
    WrongControlSum,
    left_out,
    refused,
    require_short,
    tidy,
    tidy_account,
)
from portal.connectors.bank_mt940_details import read_details
from portal.connectors.bank_mt940_lines import day_of, entry_of, minor_of, read_line
from portal.connectors.encodings import find_text_encoding
from portal.connectors.rules import UnreadableFile
from portal.errors import N_, Invalid

logging.getLogger("mt940").setLevel(logging.CRITICAL)  # it logs every field it cannot read; we answer instead

_FIELD = re.compile(r":(\d{2}[A-Z]?|NS):(.*)")
_END = re.compile(r"-(?:\}.*|XXX)?\W*$")
_FRAMING = bytes(range(1, 9)) + b"\x0b\x0c\x0e\x0f\x1a\x1c\x1d\x1e\x1f"
_OPTIONS = mt940.Options.all()
_BALANCE, _SUM = mt940.tags.FinalOpeningBalance(), mt940.tags.SumEntries()


@dataclass(slots=True)
class _Message:
    """One statement while its fields pass by."""

    account: str = ""
    number: str = ""
    currency: str = ""
    opening: int | None = None
    opening_on: date | None = None
    closing: int | None = None
    closing_on: date | None = None
    is_opened: bool = False
    is_frame: bool = True  # began with :20:; False for lines that stand behind the end
    tally: Tally = field(default_factory=Tally)
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_mt940(content: bytes, options: ReadOptions) -> Events:
    """Read an MT940 or MT942 file of any bank.

    Args:
        content: The file.
        options: Currency where the file states none.

    Yields:
        For each statement Opened, its entries and refused lines, Closed.

    Raises:
        UnreadableFile: No text, no statement in it, or cut off within a statement.
    """
    reader = _Reader(options.likely)
    for no, tag, value in _fields(content, find_text_encoding(content.translate(None, _FRAMING))):
        yield from reader.take(no, tag, value)
    yield from reader.finish()
    if not reader.found:
        raise UnreadableFile(N_("This file holds no MT940 statement."))


class _Reader:
    """The file while its fields pass by: the message open now, and the statement line that waits for its details."""

    def __init__(self, currency: str) -> None:
        self.found = False
        self._account, self._currency = "", currency
        self._message: _Message | None = None
        self._line: tuple[int, str] | None = None

    def take(self, no: int, tag: str, value: str) -> Iterator[Event]:
        """Read one field; the tag ``-`` ends the message."""
        had_line = self._line is not None
        yield from self._entry(value if tag == "86" else "")
        if tag == "86" and had_line:
            return
        if tag == "20":
            yield from self._close(no)
            self._message, self.found = _Message(currency=self._currency), True
        elif tag == "61":
            if self._message is None:
                self._message = _Message(self._account, currency=self._currency, is_frame=False)
            self.found, self._line = True, (no, value)
            yield from _open(self._message)
        elif tag == "-":
            yield from self._close(no)
        elif self._message:
            _take(self._message, no, tag, value)
            self._account = self._message.account or self._account
            self._currency = self._message.currency or self._currency

    def finish(self) -> Iterator[Event]:
        """End with what is open."""
        yield from self._entry("")
        yield from self._close(None)

    def _entry(self, details: str) -> Iterator[Event]:
        if self._line and self._message:
            yield from _entry(self._message, *self._line, details)
        self._line = None

    def _close(self, no: int | None) -> Iterator[Event]:
        if self._message:
            yield from _close(self._message, no)
        self._message = None


def _fields(content: bytes, encoding: str) -> Iterator[tuple[int, str, str]]:
    """Cut the file into (line, tag, value); the tag ``-`` is the end of a message."""
    tag, start = "", 0
    value: list[str] = []
    for no, raw in enumerate(BytesIO(content.translate(None, _FRAMING)), 1):
        require_short(raw, no)
        text = raw.decode(encoding, "replace").rstrip("\r\n").removeprefix("\ufeff")
        if head := _FIELD.match(text):
            if tag:
                yield start, tag, "\n".join(value)
            tag, start, value = head[1], no, [head[2]]
        elif tag and _END.fullmatch(text):
            yield start, tag, "\n".join(value)
            yield no, "-", ""
            tag = ""
        elif tag and len(value) < 400:
            value.append(text)
    if tag:
        yield start, tag, "\n".join(value)


def _take(message: _Message, no: int, tag: str, value: str) -> None:
    first = value.split("\n", 1)[0].strip()
    match tag:
        case "25" | "25P":
            message.account = _account(first)
        case "28" | "28C":
            message.number = tidy(first, 60)
        case "60F" | "60M" | "62F" | "62M" | "60" | "62":
            minor, currency, day = _balance(no, first)
            message.currency = currency
            if tag.startswith("60"):
                message.opening, message.opening_on = minor, day
            else:
                message.closing, message.closing_on = minor, day
        case "34F":
            message.currency = first[:3] if re.match(r"[A-Z]{3}", first) else message.currency
        case "90D" | "90C":
            message.sums[tag] = _sums(no, first)


def _account(text: str) -> str:
    """Return the account: the part behind the bank's own number, without a currency behind it."""
    account = tidy_account(re.sub(r'["\']', "", text))
    bank, _, rest = account.partition("/")
    if rest and not re.match(r"\d", rest) and re.match(r"[A-Z]{2}\d{2}", bank):
        return bank
    return re.sub(r"(?<=\d)(EUR|USD|CHF|GBP|PLN|CNY)$", "", account)


def _balance(no: int, text: str) -> tuple[int, str, date | None]:
    try:
        groups: dict[str, Any] = _BALANCE.parse(mt940.models.Transactions(), text)
    except RuntimeError:
        raise UnreadableFile(
            N_("Line %(line)s: this balance cannot be read: “%(text)s”."),
            row_no=no,
            line=no,
            text=tidy(text, 40),
        ) from None
    minor = minor_of(groups["amount"], groups["currency"].upper())
    day = day_of(groups["year"], groups["month"], groups["day"])
    return (-minor if "D" in groups["status"].upper() else minor), groups["currency"].upper(), day


def _sums(no: int, text: str) -> tuple[int, int]:
    try:
        groups: dict[str, Any] = _SUM.parse(mt940.models.Transactions(), text)
    except RuntimeError:
        raise UnreadableFile(
            N_("Line %(line)s: this total cannot be read: “%(text)s”."),
            row_no=no,
            line=no,
            text=tidy(text, 40),
        ) from None
    return int(groups["number"] or 0), minor_of(groups["amount"], groups["currency"].upper())


def _open(message: _Message) -> Iterator[Event]:
    if not message.is_opened:
        message.is_opened = True
        yield Opened(message.account, message.currency, message.number)


def _close(message: _Message, no: int | None) -> Iterator[Event]:
    if message.is_frame and message.opening is not None and message.closing is None:
        raise UnreadableFile(
            N_("This file is cut off: statement %(number)s has no closing balance. Nothing was taken in."),
            row_no=no, number=message.number or "?",
        )  # fmt: skip
    yield from _open(message)
    tally = message.tally
    for tag, (count, minor) in message.sums.items():
        found = (
            (tally.credit_count, tally.credits)
            if tag == "90C"
            else (tally.count - tally.credit_count, tally.debits)
        )
        if tally.is_whole and (count, minor) != found:
            raise WrongControlSum(
                N_("The file's control sum %(stated)s is not what its entries come to. Nothing was taken in."),
                row_no=no, stated=f"{tag} {count} {minor}",
            )  # fmt: skip
    yield tally.close(
        message.opening, message.closing, from_on=message.opening_on, until_on=message.closing_on
    )


def _entry(message: _Message, no: int, line: str, details: str) -> Iterator[Event]:
    try:
        groups = read_line(line, message.account)
        if not message.currency:
            raise UnreadableFile(N_("The statement names no currency."))
        entry = entry_of(message.currency, no, groups, read_details(details, groups))
    except Invalid as refusal:
        message.tally.is_whole = False
        yield refused(no, ":61:", refusal, line)
        return
    yield message.tally.add(entry)
    if groups["month"] == "02" and int(groups["day"]) > entry.value_on.day:
        yield left_out(
            no,
            N_("The file says %(day)s February; read as the last day of the month."),
            line,
            day=groups["day"],
        )
