"""Status and cause of rows that belong together: agreed, another amount, another day, across the cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from portal.compare.engine.causes import SAID_SO
from portal.compare.engine.explain import MAX_FEE, explain_difference
from portal.compare.engine.ledger import LedgerRow, Words
from portal.compare.engine.words import kind_of, said_causes
from portal.errors import N_
from portal.money import currency_digits, format_minor

#: Days between two bookings that count as the same day where a comparison has too few pairs to learn from.
DATE_TOLERANCE = 5
MAX_DATE_TOLERANCE = 7
#: Causes whose words on a row settle why two amounts differ.
_SETTLING = ("bank_fee", "discount", "rounding", "exchange", "policy_or_tax", "part_payment")


class Verdict(NamedTuple):
    """What is said of rows that belong together, or of one that stands alone."""

    status: str
    cause: str
    words: tuple[Words, ...]


def tolerance_of(lags: Sequence[int]) -> int:
    """Return how many days between two bookings are usual here: 19 of 20 pairs lie within, and a day more.

    Where nearly all pairs have the same day, every other day is worth a word.

    Args:
        lags: Days between the two bookings of pairs that belong together beyond doubt.
    """
    if len(lags) < 20:
        return DATE_TOLERANCE
    ordered = sorted(abs(lag) for lag in lags)
    usual = ordered[len(ordered) * 95 // 100]
    return min(usual + 1, MAX_DATE_TOLERANCE) if usual else 0


def judge_pair(
    ours: Sequence[LedgerRow],
    theirs: Sequence[LedgerRow],
    *,
    difference: int,
    tolerance: int,
    currency: str,
) -> Verdict:
    """Return status, cause and words of rows that belong together.

    Args:
        ours: Our rows, at least one.
        theirs: Theirs, at least one.
        difference: Ours − theirs of what lies within the cut-off.
        tolerance: Days between two bookings that are usual here.
        currency: ISO 4217 code.
    """
    here, there = sum(row.minor for row in ours), sum(row.minor for row in theirs)
    if here == there:
        if difference:
            return Verdict("timing", "timing", (_across(ours, theirs),))
        return _same_amount(ours, theirs, tolerance)
    if difference != here - there:
        return Verdict("timing", "timing", (_across(ours, theirs), _gap(here - there, currency)))
    cause, words = _why(ours, theirs, here, there, currency)
    return Verdict("amount_differs", cause, (words, _gap(here - there, currency)))


def _gap(minor: int, currency: str) -> Words:
    return (N_("the amounts differ by %(amount)s"), {"amount": format_minor(abs(minor), currency)})


def _across(ours: Sequence[LedgerRow], theirs: Sequence[LedgerRow]) -> Words:
    here, there = _day(ours), _day(theirs)
    if here is None or there is None:
        return (N_("booked on the two sides of the cut-off day"), {})
    return (
        N_("in transit: our books %(ours)s, your books %(theirs)s"),
        {"ours": here, "theirs": there},
    )


def _day(rows: Sequence[LedgerRow]) -> date | None:
    days = [row.day for row in rows if row.day]
    return max(days) if days else None


def _same_amount(ours: Sequence[LedgerRow], theirs: Sequence[LedgerRow], tolerance: int) -> Verdict:
    agreed = Verdict("agreed", "", ())
    here, there = _day(ours), _day(theirs)
    if here is None or there is None or ours[0].is_opening or theirs[0].is_opening:
        return agreed
    days = abs((there - here).days)
    if days <= tolerance:
        return agreed
    words: Words = (N_("days between the two bookings: %(days)s"), {"days": days})
    if here.day == there.month and here.month == there.day:
        return Verdict("date_differs", "entry_error", ((N_("day and month are swapped"), {}), words))
    if days > 300 and (here.day, here.month) == (there.day, there.month):
        return Verdict("date_differs", "entry_error", ((N_("the year is another"), {}), words))
    return Verdict("date_differs", "timing", (words,))


def _why(
    ours: Sequence[LedgerRow], theirs: Sequence[LedgerRow], here: int, there: int, currency: str
) -> tuple[str, Words]:
    known = explain_difference(here, there, currency=currency)
    if known is not None and known.strength >= 0.9:
        return known.cause, known.words
    said = [cause for row in (*ours, *theirs) for cause in said_causes(row) if cause in _SETTLING]
    is_part = abs(here - there) * 3 > max(abs(here), abs(there))
    for cause in said:
        if (cause == "part_payment") == is_part and (cause != "bank_fee" or here < 0):
            return cause, (SAID_SO, {})
    if known is not None:
        return known.cause, known.words
    return _by_kind(ours[0], here, there, currency)


def _by_kind(row: LedgerRow, here: int, there: int, currency: str) -> tuple[str, Words]:
    if kind_of(row) != "payment":
        return "entry_error", (N_("the two documents show different amounts"), {})
    gap, whole = abs(here - there), max(abs(here), abs(there))
    if gap * 20 > whole:
        return "part_payment", (N_("only a part of the payment is booked on one side"), {})
    if gap <= MAX_FEE * 10 ** currency_digits(currency):
        return "bank_fee", (N_("the bank kept %(amount)s"), {"amount": format_minor(gap, currency)})
    return "exchange", (N_("the two sides used different rates"), {})
