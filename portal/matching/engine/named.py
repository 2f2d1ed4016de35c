"""Stages that start from named items: paid exactly, with others, with a difference, in part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from portal.matching.engine.amounts import in_full, in_part, shortfall
from portal.matching.engine.completing import complete
from portal.matching.engine.naming import Names, is_alike, named_inside
from portal.matching.engine.state import Found, Line, State

MOST_PRODUCTS = 2_000
#: How far a payment with a reference may be from the day's rate, in parts of ten thousand.
NAMED_RATE_BP = 250


def whole_numbers(state: State, lines: Iterable[Line], names: dict[int, Names]) -> None:
    """Take what is named by whole numbers only and paid to the cent, oldest receipt first."""
    for line in lines:
        found_names = names.get(line.at)
        if found_names is None or found_names.maybe or not found_names.sure:
            continue
        sure = found_names.sure
        if len(sure) == 1 and state.left[sure[0]] != line.receipt.amount_minor:
            continue
        found = in_full(state, line, sure, rule="reference", named=len(sure))
        if found and not found.rest_kind:
            state.take(line, found)


def read_inside(state: State, line: Line, names: dict[int, Names]) -> list[Names]:
    """Return what a receipt names of the customer found by number, or of those who may have paid."""
    known = names.get(line.at)
    if known is not None:
        if not known.is_listed:
            named_inside(state, line, known)
        return [known]
    if not line.runs:
        return []
    read = []
    for customer in line.who[:4]:
        one = Names(customer)
        named_inside(state, line, one)
        if one.sure or one.maybe or one.unknown:
            read.append(one)
    return read


def named(state: State, line: Line, read: Sequence[Names]) -> Found | None:
    """Return the best explanation of a receipt by what it names."""
    for explain in (_exact, _nearly, _slipped, _with_credits, _completed, _different):
        found = [one for names in read if (one := explain(state, line, names))]
        if found:
            best = found[0]
            if len(found) > 1:
                best.is_ambiguous = True
                best.others = tuple(one.items for one in found[1:])
            return best
    return None


def _open(state: State, items: Iterable[int]) -> list[int]:
    return [item for item in dict.fromkeys(items) if state.left[item]]


def _choices(state: State, names: Names) -> tuple[list[int], list[list[int]], str]:
    """Return what is sure, what each further number may mean, and how the weakest was read."""
    sure = _open(state, names.sure)
    ways, choices = [], []
    for way, items in names.maybe:
        still = [item for item in _open(state, items) if item not in sure]
        if still:
            ways.append(way)
            choices.append(still)
    for weakest in ("tail", "cut", "typo", "order", "whole"):
        if weakest in ways:
            return sure, choices, weakest
    return sure, choices, "list" if names.is_listed else "reference"


def _exact(state: State, line: Line, names: Names) -> Found | None:
    sure, choices, way = _choices(state, names)
    plain = "list" if names.is_listed else "reference"
    found = in_full(state, line, sure, rule=plain, named=len(sure)) if sure else None
    if found and not found.rest_kind:
        return found
    if not choices:
        return None
    sets = _matching_products(state, line, sure, choices)
    if not sets:
        sets = _matching_products(state, line, sure, [[*choice, -1] for choice in choices])
    if not sets and any(len(choice) > 1 for choice in choices):
        sets = _groups(state, line, sure, choices)
    if not sets:
        return None
    best = in_full(state, line, sets[0], rule=way, named=len(sets[0]))
    if best:
        best.is_ambiguous = len(sets) > 1 and not _twins(state, sets)
        best.others = tuple(sets[1:6])
    return best


def _matching_products(
    state: State, line: Line, sure: Sequence[int], choices: Sequence[Sequence[int]]
) -> list[tuple[int, ...]]:
    """Return the sets of one item for each number (−1 = the number means nothing) that are paid to the cent."""
    if prod(len(choice) for choice in choices) > MOST_PRODUCTS:
        return []
    left, target = state.left, line.receipt.amount_minor - sum(state.left[item] for item in sure)
    found: list[tuple[int, ...]] = []
    for chosen in product(*choices):
        kept = [item for item in chosen if item >= 0]
        if len(set(kept)) == len(kept) and kept and sum(left[item] for item in kept) == target:
            one = (*sure, *sorted(kept))
            if one not in found and _one_currency(state, line, one):
                found.append(one)
    return found


def _groups(
    state: State, line: Line, sure: Sequence[int], choices: Sequence[Sequence[int]]
) -> list[tuple[int, ...]]:
    """Try each number as the name of all its items (an order with several invoices)."""
    every = list(dict.fromkeys([*sure, *(item for choice in choices for item in choice)]))
    if len(every) > 1 and sum(state.left[item] for item in every) == line.receipt.amount_minor:
        return [tuple(every)] if _one_currency(state, line, every) else []
    return []


def _one_currency(state: State, line: Line, items: Sequence[int]) -> bool:
    return all(state.book.items.currency[item] == line.receipt.currency for item in items)


def _twins(state: State, sets: Sequence[Sequence[int]]) -> bool:
    """Tell whether the sets differ only in items of the same amount, of which the oldest is paid first."""
    sizes = {tuple(sorted(state.left[item] for item in one)) for one in sets}
    return len(sizes) == 1


def _nearly(state: State, line: Line, names: Names) -> Found | None:
    """Exactly what is named by whole numbers, less a fee, a discount or a rounding."""
    sure, choices, way = _choices(state, names)
    if not sure or choices or not _one_currency(state, line, sure):
        return None
    return in_full(state, line, sure, rule=way, named=len(sure))


def _slipped(state: State, line: Line, names: Names) -> Found | None:
    """Another item that this amount pays, whose number is one slip away: the number typed belongs to a wrong item."""
    fits = [
        item
        for customer in dict.fromkeys([names.customer, *line.who[:4]])
        for item in _payable(state, line, customer)
        if is_alike(state.book, line, item)
    ]
    if not fits:
        return None
    fits.sort(key=lambda item: abs(state.left[item] - line.receipt.amount_minor))
    found = in_full(state, line, fits[:1], rule="slip", named=1)
    if found:
        same = [item for item in fits if state.left[item] == state.left[fits[0]]]
        found.is_ambiguous, found.others = len(same) > 1, tuple((item,) for item in same[1:6])
    return found


def _payable(state: State, line: Line, customer: int) -> list[int]:
    """Return the items of a customer that this receipt pays exactly or less a small difference."""
    amount, book = line.receipt.amount_minor, state.book
    exact = book.pool(customer, line.receipt.currency).of_amount(book, amount)
    tolerance = state.tolerances.of(book.customers[customer].id, line.receipt.currency)
    most = max(tolerance.fee_minor, tolerance.rounding_minor, amount * tolerance.discount_bp // 9_000)
    return [item for item in exact if state.left[item] == amount] or [
        item
        for item in state.live(customer, line.receipt.currency, line.day)
        if 0 < state.left[item] - amount <= most and shortfall(state.left[item], amount, tolerance)
    ]


def _with_credits(state: State, line: Line, names: Names) -> Found | None:
    """Named items less one or two credit notes that are not named."""
    sure, choices, _ = _choices(state, names)
    items = _open(state, [*sure, *(choice[0] for choice in choices if len(choice) == 1)])
    if not items or not _one_currency(state, line, items):
        return None
    over = sum(state.left[item] for item in items) - line.receipt.amount_minor
    live = state.live(names.customer, line.receipt.currency, line.day)
    notes = [item for item in live if state.left[item] < 0 and item not in items]
    if over <= 0 or not notes:
        return None
    fits: list[tuple[int, ...]] = [(note,) for note in notes if state.left[note] == -over]
    fits += [
        (one, other)
        for at, one in enumerate(notes[:30])
        for other in notes[at + 1 : 30]
        if state.left[one] + state.left[other] == -over
    ]
    if not fits:
        return None
    found = in_full(state, line, [*items, *fits[0]], rule="reference-credit", named=len(items))
    if found:
        found.is_ambiguous = len(fits) > 1
        found.others = tuple((*items, *one) for one in fits[1:6])
    return found


def _completed(state: State, line: Line, names: Names) -> Found | None:
    sure, choices, _ = _choices(state, names)
    items = _open(state, [*sure, *(choice[0] for choice in choices if len(choice) == 1)]) or sure
    if not items or not _one_currency(state, line, items):
        return None
    return complete(state, line, names.customer, items)


def _different(state: State, line: Line, names: Names) -> Found | None:
    """Named items with a fee, a discount, a rounding, or in another currency."""
    sure, choices, way = _choices(state, names)
    unique = [choice[0] for choice in choices if len(choice) == 1]
    for items, rule in (([*sure, *unique], way), (sure, "list" if names.is_listed else "reference")):
        chosen = list(dict.fromkeys(items))
        if chosen and (
            found := in_full(state, line, chosen, rule=rule, named=len(chosen), tolerance_bp=NAMED_RATE_BP)
        ):
            return found
    fits = [
        found
        for choice in choices
        if not sure
        for item in choice
        if (found := in_full(state, line, [item], rule=way, named=1, tolerance_bp=NAMED_RATE_BP))
    ]
    if fits:
        fits[0].is_ambiguous = len(fits) > 1
        fits[0].others = tuple(found.items for found in fits[1:6])
        return fits[0]
    return None


def named_in_part(state: State, line: Line, read: Sequence[Names]) -> Found | None:
    """Return a receipt as part payment or overpayment of what it names."""
    for names in read:
        sure, choices, way = _choices(state, names)
        unique = [choice[0] for choice in choices if len(choice) == 1]
        items = list(dict.fromkeys([*sure, *unique])) if sure or len(unique) == 1 else []
        if items and (found := in_part(state, line, items, rule=way, named=len(items))):
            return found
    return None
