"""BAI2: continuations, several records on a line, funds types, and the control sums and counts of all three levels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.connectors.bank_facts import (
    Entry,
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
from portal.connectors.dates import read_date
from portal.connectors.encodings import find_text_encoding
from portal.connectors.rules import UnreadableFile
from portal.errors import N_, Invalid
from portal.money import BadAmount, currency_digits

_CODES = "01|02|03|16|49|88|98|99"
_SEVERAL = re.compile(rf"/\s*(?=(?:{_CODES}),)")
_STARTS = re.compile(rf"(?:{_CODES}),")
_AMOUNT = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_KINDS = {
    range(140, 170): "transfer", range(190, 200): "transfer", range(100, 140): "other", range(170, 190): "cheque",
    range(450, 470): "debit", range(470, 480): "cheque", range(490, 500): "transfer", range(550, 560): "return",
    range(690, 700): "fee",
}  # fmt: skip
_INTEREST = frozenset({354, 355, 654})


@dataclass(slots=True)
class _Record:
    """A logical record: its fields with those of its continuations."""

    line: int
    code: str
    fields: list[str]
    text: str = ""  # of continuations, behind the fields of a transaction
    count: int = 1  # physical records


@dataclass(slots=True)
class _Level:
    """Control sums while they add up: of the account, of the group, of the file."""

    total: int = 0
    records: int = 0
    members: int = 0


@dataclass(slots=True)
class _Account:
    """The account whose records pass by."""

    number: str
    currency: str
    balances: dict[str, int] = field(default_factory=dict)
    level: _Level = field(default_factory=_Level)
    tally: Tally = field(default_factory=Tally)


def read_bai2(content: bytes, options: ReadOptions) -> Events:
    """Read a BAI2 file.

    Args:
        content: The file.
        options: Currency where neither group nor account names one; the format's own default is USD.

    Yields:
        For each account of each group Opened, its entries and refused records, Closed.

    Raises:
        UnreadableFile: No BAI2, or cut off.
        WrongControlSum: A trailer's sum or count is not what stands before it.
    """
    text = content.decode(find_text_encoding(content), "replace")
    if not text.lstrip("\ufeff \r\n").startswith("01,"):
        raise UnreadableFile(N_("This file holds no BAI2 records."))
    reader = _Reader(options.currency)
    for record in _records(text):
        yield from reader.take(record)
    reader.require_end()


def _records(text: str) -> Iterator[_Record]:
    record: _Record | None = None
    for no, piece in _pieces(text):
        if not _STARTS.match(piece):
            if record:  # a text that was broken over lines without its 88
                record.text += " " + piece.rstrip("/ ")
            continue
        code, _, rest = piece.partition(",")
        rest = rest.rstrip()
        rest = rest.removesuffix("/")
        if code == "88" and record:
            record.count += 1
            if record.code == "16":
                record.text += " " + rest
            elif len(record.fields) < 5000:
                record.fields += rest.split(",")
            continue
        if record:
            yield record
        record = _Record(no, code, rest.split(","))
    if record:
        yield record


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    for no, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        require_short(line, no)
        for piece in _SEVERAL.split(line):
            if piece.strip():
                yield no, piece.strip() if piece is line else f"{piece.strip().removesuffix('/')}/"


class _Reader:
    """The three levels of the file while its records pass by."""

    def __init__(self, currency: str) -> None:
        self._default = currency or "USD"
        self._currency = self._default
        self._day: date | None = None
        self._file, self._group = _Level(records=0), _Level()
        self._account: _Account | None = None
        self._number = ""
        self._ended = False

    def take(self, record: _Record) -> Iterator[Event]:
        """Read one record."""
        self._file.records += record.count
        self._group.records += record.count
        match record.code:
            case "02":
                self._group = _Level(records=record.count)
                self._open_group(record)
            case "03":
                yield self._open_account(record)
            case "16":
                yield from self._take_entry(record)
            case "49":
                yield self._close_account(record)
            case "98":
                self._check(record, self._group)
                self._file.total += _amount(record, 0)
                self._file.members += 1
            case "99":
                self._check(record, self._file)
                self._ended = True

    def require_end(self) -> None:
        """Refuse a file whose trailer is missing."""
        if not self._ended:
            raise UnreadableFile(N_("This file is cut off: its end is missing. Nothing was taken in."))

    def _open_group(self, record: _Record) -> None:
        fields = [*record.fields, "", "", "", "", "", ""]
        self._currency = fields[5].strip().upper() or self._default
        currency_digits(self._currency)
        self._day = read_date(f"20{fields[3].strip()}" if len(fields[3].strip()) == 6 else fields[3])

    def _open_account(self, record: _Record) -> Event:
        fields = record.fields
        currency = (fields[1].strip().upper() if len(fields) > 1 else "") or self._currency
        currency_digits(currency)
        account = _Account(tidy_account(fields[0]), currency)
        account.level.records = record.count
        place = 2
        while place < len(fields):
            code = fields[place].strip()
            if place + 1 < len(fields) and (text := fields[place + 1].strip()):
                minor = _minor(text)
                account.level.total += minor
                account.balances.setdefault(code, minor)
            place += 4  # type, amount, count, funds type
            place += _extra(fields, place)
        self._account = account
        return Opened(account.number, currency)

    def _take_entry(self, record: _Record) -> Iterator[Event]:
        account = self._account
        if account is None or self._day is None:
            raise UnreadableFile(
                N_("Line %(line)s: a transaction outside of an account."),
                row_no=record.line,
                line=record.line,
            )
        account.level.records += record.count
        text = ",".join(record.fields) + record.text
        try:
            code = int(record.fields[0])
            minor = _minor(record.fields[1].strip() or "0")
        except (ValueError, IndexError):
            account.tally.is_whole = False
            yield refused(
                record.line, "16", UnreadableFile(N_("This transaction record cannot be read.")), text
            )
            return
        account.level.total += minor
        if not 100 <= code < 700:
            yield left_out(record.line, N_("No movement of money (type %(code)s)."), text, code=str(code))
            return
        try:
            yield account.tally.add(self._entry(record, code, minor, account.currency))
        except Invalid as refusal:
            account.tally.is_whole = False
            yield refused(record.line, "16", refusal, text)

    def _entry(self, record: _Record, code: int, minor: int, currency: str) -> Entry:
        assert self._day is not None
        fields = record.fields
        extra = _extra(fields, 3)
        value_on = self._day
        if len(fields) > 3 and fields[2].strip() == "V" and fields[3].strip():
            value_on = read_date(f"20{fields[3].strip()}")
        bank, own, *rest = [*fields[3 + extra :], "", ""]
        narrative = tidy(",".join(filter(None, rest)) + record.text)
        kind = (
            "interest"
            if code in _INTEREST
            else next((k for codes, k in _KINDS.items() if code in codes), "other")
        )
        return Entry(
            record.line, self._day, value_on, minor if code < 400 else -minor, currency, kind=kind,
            narrative=narrative, reference=tidy(own, 140), bank_ref=tidy(bank, 140),
        )  # fmt: skip

    def _close_account(self, record: _Record) -> Event:
        account = self._account
        if account is None:
            raise UnreadableFile(
                N_("Line %(line)s: a transaction outside of an account."),
                row_no=record.line,
                line=record.line,
            )
        account.level.records += record.count
        self._check(record, account.level)
        self._group.total += _amount(record, 0)
        self._group.members += 1
        self._account = None
        return account.tally.close(
            account.balances.get("010"), account.balances.get("015"), from_on=self._day, until_on=self._day
        )

    def _check(self, record: _Record, level: _Level) -> None:
        stated = _amount(record, 0)
        counts = [field.strip() for field in record.fields[1:] if field.strip().isdigit()]
        found = [level.records] if record.code == "49" else [level.members, level.records]
        if stated != level.total or any(
            int(count) != real for count, real in zip(counts, found, strict=False)
        ):
            raise WrongControlSum(
                N_("Line %(line)s: the control sum %(stated)s does not fit what stands before it (%(found)s)."),
                row_no=record.line, line=record.line, stated=",".join(record.fields), found=f"{level.total},{found}",
            )  # fmt: skip


def _extra(fields: list[str], place: int) -> int:
    """Return how many more fields the funds type before ``place`` brings."""
    kind = fields[place - 1].strip().upper() if 0 < place - 1 < len(fields) else ""
    if kind == "S":
        return 3
    if kind == "V":
        return 2
    if kind == "D" and place < len(fields) and fields[place].strip().isdigit():
        return 1 + 2 * min(int(fields[place]), 50)
    return 0


def _amount(record: _Record, place: int) -> int:
    return _minor(record.fields[place].strip() or "0")


def _minor(text: str) -> int:
    if not _AMOUNT.fullmatch(text):
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=tidy(text, 40))
    return int(text)
