"""Which lines of a file are known already: equal lines of a day are counted, notices find their statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bank.models import BankLine, BankStatement
from portal.bank.rules import Span, chained, line_base, line_key
from portal.connectors.bank_facts import Entry

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class KeyedEntry:
    """An entry with its account, its statement in the file and its identity."""

    entry: Entry
    account_id: int
    statement: int
    base: str
    key: str


def base_of(entry: Entry) -> str:
    """Return what tells the entry from others of its account."""
    return line_base(
        booked_on=entry.booked_on, amount_minor=entry.amount_minor, currency=entry.currency, bank_ref=entry.bank_ref,
        texts=(entry.payer_name, entry.payer_account, entry.narrative, entry.reference),
    )  # fmt: skip


class Counting:
    """Numbers the equal lines of an account on a day, over all statements of a file.

    Two statements of one file hold different lines. A statement that follows one in the books without a gap in the
    balances holds other lines than that one, so its numbers go on from there.
    """

    def __init__(self) -> None:
        self._seen: Counter[tuple[int, str]] = Counter()
        self._offsets: Counter[tuple[int, str]] = Counter()

    def begin(self, neighbours: Counter[tuple[int, str]]) -> None:
        """Begin a statement, given the equal lines in statements of the books that it follows or precedes."""
        for place, count in neighbours.items():
            if place not in self._seen:
                self._offsets[place] = max(self._offsets[place], count)

    def number(self, account_id: int, entry: Entry) -> tuple[str, str]:
        """Return base and key of the next entry."""
        base = base_of(entry)
        place = (account_id, base)
        self._seen[place] += 1
        return base, line_key(account_id, base, self._seen[place] + self._offsets[place])


def neighbours_of(
    session: Session, *, account_id: int, own: Span, without: Sequence[str]
) -> Counter[tuple[int, str]]:
    """Count the lines, by what tells them apart, of the statements in the books that follow or precede this one.

    Args:
        session: Any session.
        account_id: The account.
        own: The statement.
        without: Keys of statements in the same file, which are counted there.
    """
    found: Counter[tuple[int, str]] = Counter()
    if not own.moves or own.from_on is None or own.until_on is None:
        return found
    rows = session.execute(
        select(
            BankStatement.id, BankStatement.opening_minor, BankStatement.closing_minor, BankStatement.from_on,
            BankStatement.until_on,
        ).where(
            BankStatement.account_id == account_id, BankStatement.statement_key.not_in(list(without)[:500]),
            BankStatement.until_on >= own.from_on, BankStatement.from_on <= own.until_on,
            BankStatement.currency == own.currency,
        )
    ).all()  # fmt: skip
    ids = chained(own, [Span(*row, own.currency) for row in rows])
    if not ids:
        return found
    lines = session.scalars(
        select(BankLine).where(
            BankLine.statement_id.in_(ids),
            BankLine.booked_on >= own.from_on,
            BankLine.booked_on <= own.until_on,
        )
    )
    for line in lines:
        base = line_base(
            booked_on=line.booked_on, amount_minor=line.amount_minor, currency=line.currency, bank_ref=line.bank_ref,
            texts=(line.payer_name, line.payer_account, line.narrative, line.reference),
        )  # fmt: skip
        found[account_id, base] += 1
    return found


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line in the books: which, in which file it was seen first, whether it was only notified so far."""

    id: int
    file_id: int
    is_notice: bool


def known_lines(session: Session, keys: Sequence[str]) -> dict[str, KnownLine]:
    """Return the lines in the books by their keys."""
    found: dict[str, KnownLine] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = session.execute(
            select(BankLine.line_key, BankLine.id, BankLine.file_id, BankLine.is_notice).where(
                BankLine.line_key.in_(keys[start : start + _AT_ONCE])
            )
        )
        found.update((key, KnownLine(line, file, notice)) for key, line, file, notice in rows)
    return found


class Notices:
    """Lines known from notifications only, and the statement entries that turn out to be the same money."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._has: dict[int, bool] = {}  # account → whether it has lines of the other kind at all

    def same_money(self, session: Session, item: KeyedEntry, *, is_notice: bool) -> int:
        """Return the line that this entry is, seen from the other kind of file; 0 = none.

        Account, day and amount must be equal, and the references of the bank where both have one. Each line is taken
        once a file.
        """
        if item.account_id not in self._has:
            other = BankLine.is_notice.is_(not is_notice)
            if not is_notice:
                found = session.scalar(
                    select(BankLine.id).where(BankLine.account_id == item.account_id, other).limit(1)
                )
                self._has[item.account_id] = found is not None
            else:
                self._has[item.account_id] = True
        if not self._has[item.account_id]:
            return 0
        entry = item.entry
        rows = session.execute(
            select(BankLine.id, BankLine.bank_ref)
            .where(
                BankLine.account_id == item.account_id,
                BankLine.booked_on == entry.booked_on,
                BankLine.amount_minor == entry.amount_minor,
                BankLine.currency == entry.currency,
                BankLine.is_notice.is_(not is_notice),
            )
            .order_by(BankLine.id)
        ).all()
        for line_id, bank_ref in rows:
            fits = not bank_ref or not entry.bank_ref or bank_ref == entry.bank_ref
            if fits and line_id not in self._taken:
                return int(line_id)
        return 0

    def take(self, line_id: int) -> None:
        """Count a line as found."""
        self._taken.add(line_id)
