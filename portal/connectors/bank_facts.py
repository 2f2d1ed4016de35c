"""What every reader of bank files hands over: accounts opened, entries, rows refused or left out, accounts closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from portal.connectors.rules import UnreadableFile
from portal.errors import N_

MAX_TEXT = 4000
MAX_LINES = 500_000
MAX_FIELD = 1 << 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")


class WrongControlSum(UnreadableFile):
    """A file whose own totals do not fit what is in it: altered, cut off or mixed up; nothing of it is taken."""

    code = "control_sum"


@dataclass(frozen=True, slots=True)
class Opened:
    """From here on the entries are of this account.

    Attributes:
        account: IBAN or number without blanks; empty when the file does not say.
        currency: ISO 4217; empty when the file does not say.
        number: Of the statement, as the bank counts.
        bank: Name or BIC of the bank.
        is_notice: Notification (camt.054, camt.052): a statement will bring the same entries again.
    """

    account: str = ""
    currency: str = ""
    number: str = ""
    bank: str = ""
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One payment inside a collective entry; amounts signed like the entry."""

    amount_minor: int
    payer_name: str = ""
    payer_account: str = ""
    narrative: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A booked entry.

    Attributes:
        row_no: Line in the file, or number of the entry where lines mean nothing (XML).
        amount_minor: Minor units of ``currency``; + = money in.
        reference: The payer's own, end to end.
        bank_ref: The bank's id of the entry; empty where the file has none that stays the same.
        balance_minor: Balance of the account after it, where the file shows one a row.
    """

    row_no: int
    booked_on: date
    value_on: date
    amount_minor: int
    currency: str
    kind: str = "other"
    payer_name: str = ""
    payer_account: str = ""
    narrative: str = ""
    reference: str = ""
    bank_ref: str = ""
    is_reversal: bool = False
    parts: tuple[Part, ...] = ()
    balance_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is no entry.

    Attributes:
        row_no: Line in the file; None = the file as a whole.
        column: Name of the column or field, where one is wrong.
        message: Message id.
        text: The row as it stands, shortened.
        is_refused: False where leaving it out is right: a total, a closed order, a balance.
    """

    row_no: int | None
    column: str
    code: str
    message: str
    params: dict[str, str]
    text: str = ""
    is_refused: bool = True


@dataclass(frozen=True, slots=True)
class Closed:
    """The statement ends.

    Attributes:
        opening_minor: None where the file states none.
        closing_minor: The same.
        sum_minor: Of the entries.
        is_balanced: Opening and entries give closing; None where one is not stated.
    """

    opening_minor: int | None = None
    closing_minor: int | None = None
    sum_minor: int = 0
    from_on: date | None = None
    until_on: date | None = None
    line_count: int = 0
    is_balanced: bool | None = None


Event: TypeAlias = Opened | Entry | Problem | Closed
Events: TypeAlias = Iterator[Event]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the file may leave out.

    Attributes:
        currency: Of the account that a person named; taken where neither file nor row names one.
        fallback: Of the books; taken where the format has no currency of its own either. Empty = unknown.
        layout: A learned layout of a table, see ``bank_layouts``; None = guessed.
    """

    currency: str = ""
    fallback: str = ""
    layout: dict[str, object] | None = None

    @property
    def likely(self) -> str:
        """The best guess at the currency of a file that names none; empty = unknown."""
        return self.currency or self.fallback


class Tally:
    """Counts what a statement's entries come to, while they pass."""

    def __init__(self) -> None:
        self.sum_minor = 0
        self.credits = 0
        self.count = 0
        self.credit_count = 0
        self.first: date | None = None
        self.last: date | None = None
        self.is_whole = True

    @property
    def debits(self) -> int:
        """What went out, positive."""
        return self.credits - self.sum_minor

    def add(self, entry: Entry) -> Entry:
        """Count an entry and hand it on.

        Raises:
            UnreadableFile: There are more than 500,000.
        """
        self.sum_minor += entry.amount_minor
        self.count += 1
        if entry.amount_minor >= 0:
            self.credits += entry.amount_minor
            self.credit_count += 1
        if self.count > MAX_LINES:
            raise UnreadableFile(
                N_("This file has more than %(count)s rows. Split it."), count=f"{MAX_LINES:,}"
            )
        self.first = min(self.first or entry.booked_on, entry.booked_on)
        self.last = max(self.last or entry.booked_on, entry.booked_on)
        return entry

    def close(
        self,
        opening: int | None,
        closing: int | None,
        *,
        from_on: date | None = None,
        until_on: date | None = None,
    ) -> Closed:
        """Compare with the balances that the file states."""
        balanced = None
        if opening is not None and closing is not None:
            balanced = opening + self.sum_minor == closing and self.is_whole
        first = min((day for day in (from_on, self.first) if day), default=None)
        last = max((day for day in (until_on, self.last) if day), default=None)
        return Closed(opening, closing, self.sum_minor, first, last, self.count, balanced)


def refused(row_no: int | None, column: str, refusal: Exception, text: str = "") -> Problem:
    """Return the problem that an exception of reading one row tells."""
    code = str(getattr(refusal, "code", "encoding"))
    message = str(getattr(refusal, "message", None) or refusal)
    params = {name: str(value) for name, value in getattr(refusal, "params", {}).items()}
    return Problem(row_no, column, code, message, params, tidy(text, 500))


def left_out(row_no: int | None, message: str, text: str = "", **params: str) -> Problem:
    """Return the problem of a row that is rightly no entry."""
    return Problem(row_no, "", "skipped", message, params, tidy(text, 500), is_refused=False)


def require_short(text: str | bytes, line: int) -> None:
    """Refuse a field that no bank writes.

    Raises:
        UnreadableFile: It is larger than 1 MB.
    """
    if len(text) > MAX_FIELD:
        raise UnreadableFile(
            N_("Line %(line)s holds a field larger than 1 MB. Nothing was taken in."), row_no=line, line=line
        )


def tidy(text: str, limit: int = MAX_TEXT) -> str:
    """Return text on one line without control characters, blanks folded, at most so long."""
    return " ".join(_CONTROL.sub(" ", text[: limit * 2]).split())[:limit]


def tidy_account(text: str) -> str:
    """Return an account number as it is compared: capitals, no blanks, at most 64 characters."""
    return re.sub(r"[\s\u00a0]+", "", _CONTROL.sub("", text)).upper()[:64]
