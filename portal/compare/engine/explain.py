"""Why two amounts of one thing differ: the shapes of a difference that have a name."""

from __future__ import annotations

from typing import NamedTuple

from portal.compare.engine.ledger import Words
from portal.errors import N_
from portal.money import currency_digits, format_minor

#: Percentages of discounts and of taxes, in thousandths.
DISCOUNTS = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100)
TAXES = (10, 30, 50, 60, 70, 81, 90, 100, 110, 130, 150, 160, 170, 190, 200, 210, 220, 250)
#: What banks keep of a transfer, in whole units of the currency.
FEES = frozenset((
    1, 2, 3, 5, 6, 8, 10, 12, 15, 18, 20, 22, 25, 28, 30, 35, 40, 45, 50, 55, 60, 65, 75, 80, 100, 120, 150, 200,
))  # fmt: skip
MAX_FEE = 200


class Known(NamedTuple):
    """A difference with a name.

    Attributes:
        cause: Key of ``CAUSES``.
        words: Why.
        strength: 0..1 how telling the shape is.
    """

    cause: str
    words: Words
    strength: float


def explain_difference(ours: int, theirs: int, *, currency: str) -> Known | None:
    """Return the named cause of two amounts that differ, or None where the figures alone do not tell.

    Args:
        ours: Minor units; negative = it lowers what is owed, as a payment does.
        theirs: The same thing on the other side.
        currency: ISO 4217 code: how many decimals there are.
    """
    if ours == theirs or not ours or not theirs:
        return None
    if ours == -theirs:
        return Known("entry_error", (N_("booked with the opposite sign"), {}), 0.6)
    unit: int = 10 ** currency_digits(currency)
    one, other = abs(ours), abs(theirs)
    gap = abs(one - other)
    amount = {"amount": format_minor(gap, currency)}
    if gap < unit or (
        gap < 10 * unit and min(one, other) % (10 * unit) == 0 and max(one, other) > 1000 * unit
    ):
        return Known("rounding", (N_("%(amount)s of rounding"), amount), 0.95)
    if is_swapped(one, other):
        return Known("entry_error", (N_("two digits are swapped"), {}), 0.9)
    return (
        _discount(one, other, gap, amount, unit=unit, is_payment=ours < 0)
        or _fee(ours, theirs, gap, unit, amount)
        or _tax(one, other, gap)
        or _slip(one, other)
    )


def _discount(
    one: int, other: int, gap: int, amount: dict[str, str], *, unit: int, is_payment: bool
) -> Known | None:
    whole = max(one, other)
    is_fee = is_payment and gap % unit == 0 and gap // unit in FEES and gap <= 50 * unit
    for rate in DISCOUNTS:
        if is_fee and rate not in {20, 30, 50}:
            continue
        if abs(gap - share_of(whole, rate)) <= 1:
            percent = f"{rate / 10:g}"
            words = (
                N_("%(amount)s is %(percent)s%% of the amount: a discount"),
                {**amount, "percent": percent},
            )
            return Known("discount", words, 0.85 if rate <= 30 else 0.6 if is_payment else 0.45)
    return None


def _fee(ours: int, theirs: int, gap: int, unit: int, amount: dict[str, str]) -> Known | None:
    is_paid_less = ours < 0 and theirs < 0 and gap * 10 < max(abs(ours), abs(theirs))
    if not is_paid_less or gap > MAX_FEE * unit:
        return None
    is_usual = gap % unit == 0 and gap // unit in FEES
    if abs(theirs) > abs(ours):
        return Known("bank_fee", (N_("the bank kept %(amount)s"), amount), 0.85 if is_usual else 0.6)
    return Known("bank_fee", (N_("the bank kept %(amount)s"), amount), 0.6) if is_usual else None


def _tax(one: int, other: int, gap: int) -> Known | None:
    net = min(one, other)
    for rate in TAXES:
        if abs(gap - share_of(net, rate)) <= 1:
            words = (N_("one side is without %(percent)s%% tax"), {"percent": f"{rate / 10:g}"})
            return Known("policy_or_tax", words, 0.8)
    return None


def _slip(one: int, other: int) -> Known | None:
    if max(one, other) in {min(one, other) * 10, min(one, other) * 100}:
        return Known("entry_error", (N_("the decimal point has moved"), {}), 0.85)
    mine, yours = str(one).rstrip("0"), str(other).rstrip("0")
    if (
        len(str(one)) == len(str(other))
        and sum(a != b for a, b in zip(str(one), str(other), strict=True)) == 1
    ):
        return Known(
            "entry_error", (N_("one digit is different"), {}), 0.55 if min(len(mine), len(yours)) > 2 else 0.3
        )
    if is_dropped(mine, yours) or is_dropped(yours, mine):
        return Known(
            "entry_error", (N_("a digit is missing"), {}), 0.6 if min(len(mine), len(yours)) > 2 else 0.3
        )
    return None


def share_of(minor: int, thousandths: int) -> int:
    """Return a share of an amount, rounded half up to the minor unit."""
    return (minor * thousandths + 500) // 1000


def is_swapped(one: int, other: int) -> bool:
    """Say whether two figures differ by two neighbouring digits that changed places."""
    mine, yours = str(one), str(other)
    if len(mine) != len(yours) or (one - other) % 9:
        return False
    places = [place for place, (a, b) in enumerate(zip(mine, yours, strict=True)) if a != b]
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and mine[places[0]] == yours[places[1]]
        and mine[places[1]] == yours[places[0]]
    )


def is_dropped(longer: str, shorter: str) -> bool:
    """Say whether one figure is the other without one digit."""
    return len(longer) == len(shorter) + 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )
