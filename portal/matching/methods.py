"""Allocation methods: how a receipt is spread over open items; exact to the minor unit, pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.errors import N_, Invalid

METHODS = ("reference", "fifo", "pro_rata", "largest", "specified")

METHOD_WORDS = {
    "reference": N_("By the numbers named"),
    "fifo": N_("Oldest due first"),
    "pro_rata": N_("In proportion to what is open"),
    "largest": N_("Largest first"),
    "specified": N_("As I say"),
}


@dataclass(frozen=True, slots=True)
class Payable:
    """An open item money can go to.

    Attributes:
        open_minor: What is open, above zero.
        due_on: Due date; None = the document date.
    """

    document_id: int
    number: str
    open_minor: int
    document_on: date
    due_on: date | None = None

    @property
    def age_key(self) -> tuple[date, date, int]:
        """Oldest due first, then oldest document, then order of posting."""
        return (self.due_on or self.document_on, self.document_on, self.document_id)


@dataclass(frozen=True, slots=True)
class Spread:
    """Where money goes: (document, minor units) in order, and what is left; together exactly the money."""

    parts: tuple[tuple[int, int], ...]
    rest_minor: int

    @property
    def total_minor(self) -> int:
        """Parts and rest: the money."""
        return sum(minor for _, minor in self.parts) + self.rest_minor


@dataclass(frozen=True, slots=True)
class Wish:
    """What the chooser says beyond the method.

    Attributes:
        numbers: For ``reference``: document numbers in the order in which they are paid.
        amounts: For ``specified``: document → minor units.
    """

    numbers: tuple[str, ...] = ()
    amounts: Mapping[int, int] = field(default_factory=dict)


def spread_money(
    money_minor: int, items: Sequence[Payable], *, method: str, wish: Wish | None = None
) -> Spread:
    """Spread money over open items by a method; what no item takes is the rest (an advance).

    Args:
        money_minor: Above zero.
        items: Open items of one customer and currency, in any order; the result does not depend on it.
        method: One of ``METHODS``. ``pro_rata`` rounds by largest remainder, ties to the older item.
        wish: Numbers or amounts, where the method needs them.

    Raises:
        Invalid: Unknown method, no money, an item is named twice or unknown, or a wish is above what is open or left.

    Source: requirement 3-5.
    """
    if money_minor <= 0:
        raise Invalid(N_("The amount must be above zero."), field="amount")
    if method not in _METHODS:
        raise Invalid(field="method")
    payable = sorted((item for item in items if item.open_minor > 0), key=lambda item: item.age_key)
    parts = tuple(part for part in _METHODS[method](money_minor, payable, wish or Wish()) if part[1])
    return Spread(parts, money_minor - sum(minor for _, minor in parts))


_Parts = list[tuple[int, int]]


def _in_turn(money_minor: int, items: Sequence[Payable]) -> _Parts:
    parts: _Parts = []
    for item in items:
        taken = min(money_minor, item.open_minor)
        parts.append((item.document_id, taken))
        money_minor -= taken
    return parts


def _fifo(money_minor: int, items: Sequence[Payable], _wish: Wish) -> _Parts:
    return _in_turn(money_minor, items)


def _largest(money_minor: int, items: Sequence[Payable], _wish: Wish) -> _Parts:
    return _in_turn(money_minor, sorted(items, key=lambda item: (-item.open_minor, item.age_key)))


def _pro_rata(money_minor: int, items: Sequence[Payable], _wish: Wish) -> _Parts:
    total = sum(item.open_minor for item in items)
    if money_minor >= total:
        return _in_turn(money_minor, items)
    shares = [divmod(money_minor * item.open_minor, total) for item in items]
    left = money_minor - sum(whole for whole, _ in shares)
    by_remainder = sorted(range(len(items)), key=lambda index: (-shares[index][1], index))
    topped = set(by_remainder[:left])
    return [
        (item.document_id, shares[index][0] + (1 if index in topped else 0))
        for index, item in enumerate(items)
    ]


def _by_reference(money_minor: int, items: Sequence[Payable], wish: Wish) -> _Parts:
    by_number = {item.number.casefold(): item for item in items}
    named = [number.strip().casefold() for number in wish.numbers if number.strip()]
    unknown = [number for number in named if number not in by_number]
    if unknown or not named:
        raise Invalid(N_("“%(number)s” is not open."), field="numbers", number=(unknown or [""])[0])
    if len(set(named)) != len(named):
        raise Invalid(N_("A document is named twice."), field="numbers")
    return _in_turn(money_minor, [by_number[number] for number in named])


def _specified(money_minor: int, items: Sequence[Payable], wish: Wish) -> _Parts:
    by_id = {item.document_id: item for item in items}
    for document_id, minor in wish.amounts.items():
        item = by_id.get(document_id)
        if item is None or minor < 0 or minor > item.open_minor:
            raise Invalid(N_("More is applied than is open, or the document is not open."), field="amounts")
    if sum(wish.amounts.values()) > money_minor:
        raise Invalid(N_("More is applied than was received."), field="amounts")
    return [(item.document_id, wish.amounts.get(item.document_id, 0)) for item in items]


_METHODS: dict[str, Callable[[int, Sequence[Payable], Wish], _Parts]] = {
    "reference": _by_reference,
    "fifo": _fifo,
    "pro_rata": _pro_rata,
    "largest": _largest,
    "specified": _specified,
}


@dataclass(frozen=True, slots=True)
class Netted:
    """Signed parts as allocations.

    Attributes:
        money: (debt, minor units) that the receipt settles.
        credits: (credit document, debt, minor units) that credit notes settle.
    """

    money: tuple[tuple[int, int], ...]
    credits: tuple[tuple[int, int, int], ...]


def net_credits(parts: Sequence[tuple[int, int]]) -> Netted:
    """Turn signed parts (debts positive, credits used negative) into who settles what; credits first, in order.

    Raises:
        Invalid: More credit is used than debt is settled.
    """
    debts = [[document_id, minor] for document_id, minor in parts if minor > 0]
    used: list[tuple[int, int, int]] = []
    for credit_id, minor in parts:
        left = -minor
        for debt in debts:
            if left <= 0:
                break
            taken = min(left, debt[1])
            if taken:
                used.append((credit_id, debt[0], taken))
                debt[1] -= taken
                left -= taken
        if left > 0:
            raise Invalid(N_("More credit is used than is owed by what it settles."), field="amounts")
    return Netted(tuple((debt[0], debt[1]) for debt in debts if debt[1]), tuple(used))
