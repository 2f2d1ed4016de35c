"""QIF: records of bank, cash and card accounts; categories, securities and investments are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.connectors.amounts import decimal_mark, read_amount, to_minor
from portal.connectors.bank_facts import (
    Entry,
    Event,
    Events,
    Opened,
    Part,
    ReadOptions,
    Tally,
    left_out,
    refused,
    require_short,
    tidy,
    tidy_account,
)
from portal.connectors.dates import Order, date_order, read_date
from portal.connectors.encodings import find_text_encoding
from portal.connectors.rules import UnreadableFile
from portal.errors import N_, Invalid

_MONEY = frozenset({"bank", "cash", "ccard", "oth a", "oth l"})
_MAX_RECORD_LINES = 2000


@dataclass(slots=True)
class _Record:
    """Lines between two carets: code → text, splits in order."""

    line: int
    kind: str
    facts: dict[str, str] = field(default_factory=dict)
    splits: list[dict[str, str]] = field(default_factory=list)

    def add(self, code: str, text: str) -> None:
        if code == "S":
            self.splits.append({"S": text})
        elif code in "E$" and self.splits:
            self.splits[-1][code] = text
        else:
            self.facts.setdefault(code, text)


def read_qif(content: bytes, options: ReadOptions) -> Events:
    """Read a QIF file. It names neither currency nor, mostly, an account.

    Args:
        content: The file.
        options: The currency; without one, amounts are read with two decimals and none is named.

    Yields:
        Opened, entries, records left out or refused, Closed.

    Raises:
        UnreadableFile: No QIF.
    """
    text = content.decode(find_text_encoding(content), "replace")
    if not re.search(r"^!(?:type|account)", text, re.IGNORECASE | re.MULTILINE):
        raise UnreadableFile(N_("This file holds no QIF records."))
    order = date_order(
        line[1:].replace(" ", "") for line in text.splitlines()[:20_000] if line.startswith("D")
    )
    mark = decimal_mark(line[1:] for line in text.splitlines()[:20_000] if line.startswith(("T", "U")))
    currency = options.likely or "XXX"
    tally = Tally()
    account, opening, is_opened = "", None, False
    for record in _records(text):
        if record.kind == "account":
            account = account or tidy_account(record.facts.get("N", ""))
            continue
        if record.kind not in _MONEY:
            if record.kind == "invst":
                yield left_out(record.line, N_("An investment, not an entry of a bank account."))
            continue
        if not is_opened:
            account = account or _named(record)
            yield Opened(account, options.likely)
            is_opened = True
        for event in _entry(record, currency, order, mark):
            if isinstance(event, Entry):
                yield tally.add(event)
            elif isinstance(event, int):
                opening = event
                yield left_out(record.line, N_("The opening balance."), " ".join(record.facts.values()))
            else:
                tally.is_whole = False
                yield event
    if is_opened:
        yield tally.close(opening, None)


def _records(text: str) -> Iterator[_Record]:
    kind = ""
    record: _Record | None = None
    for no, raw in enumerate(text.splitlines(), 1):
        require_short(raw, no)
        line = raw.strip()
        if line.startswith("!"):
            if record and record.facts:
                yield record
            kind, record = line[1:].lower().removeprefix("type:").strip(), None
        elif line.startswith("^") and len(line) == 1:
            if record and record.facts:
                yield record
            record = None
        elif line and not line.startswith("#"):
            record = record or _Record(no, kind)
            if len(record.facts) + len(record.splits) < _MAX_RECORD_LINES:
                record.add(line[0], line[1:].strip())
    if record and record.facts:
        yield record


def _named(record: _Record) -> str:
    """Return the account that an opening balance is transferred from: itself, in brackets."""
    found = re.fullmatch(r"\[(.{1,60})\]", record.facts.get("L", ""))
    return tidy_account(found[1]) if found and _is_opening(record) else ""


def _is_opening(record: _Record) -> bool:
    return record.facts.get("P", "").casefold() == "opening balance"


def _entry(record: _Record, currency: str, order: Order, mark: str) -> Iterator[Event | int]:
    facts = record.facts
    column = "T"
    try:
        minor = _minor(facts.get("T") or facts.get("U") or "", currency, mark)
        if _is_opening(record):
            yield minor
            return
        column = "D"
        day = read_date(facts.get("D", "").replace(" ", ""), order=order)
        column = "$"
        parts = tuple(_part(split, currency, mark) for split in record.splits)
    except Invalid as refusal:
        yield refused(record.line, column, refusal, " ".join(facts.values()))
        return
    adds_up = sum(part.amount_minor for part in parts) == minor
    yield Entry(
        record.line, day, day, minor, currency if currency != "XXX" else "",
        kind="collective" if len(parts) > 1 and adds_up else "other", payer_name=tidy(facts.get("P", ""), 200),
        narrative=tidy(facts.get("M", "") or facts.get("L", "")), reference=tidy(facts.get("N", ""), 140),
        parts=parts if len(parts) > 1 and adds_up else (),
    )  # fmt: skip


def _part(split: dict[str, str], currency: str, mark: str) -> Part:
    narrative = tidy(" ".join(filter(None, (split.get("E"), split.get("S")))))
    return Part(_minor(split.get("$", ""), currency, mark), narrative=narrative)


def _minor(text: str, currency: str, mark: str) -> int:
    value = read_amount(text, decimal=mark).value
    return to_minor(value, "EUR" if currency == "XXX" else currency)
