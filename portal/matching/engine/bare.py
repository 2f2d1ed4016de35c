"""Stages without a reference: the payer's items by amount, by sum, by explainable difference, in parts, anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from portal.matching.engine.amounts import NEAR_RATE, in_full, in_part, is_share, shortfall
from portal.matching.engine.naming import is_alike
from portal.matching.engine.state import AHEAD, Found, Line, State
from portal.matching.engine.subsets import chance_of, find_sum
from portal.matching.engine.text import speaks_of_credit, speaks_of_part

#: Customers among whom an amount is looked for when a name is shared.
MOST_CUSTOMERS = 12
MOST_SEARCHED = 4
MOST_PARTS = 40
MOST_ANYWHERE = 8


def one_amount(state: State, line: Line, *, twins: bool = False) -> Found | None:
    """Return the open item of exactly this amount of those who may have paid; of twins, when asked for, the oldest."""
    fits: list[tuple[int, list[int]]] = []
    book, amount = state.book, line.receipt.amount_minor
    for customer in line.who[:MOST_CUSTOMERS]:
        pool = book.pool(customer, line.receipt.currency)
        open_ = [
            item
            for item in pool.of_amount(book, amount)
            if state.left[item] == amount and book.items.doc_on[item] <= line.day + AHEAD
        ]
        if open_ and (twins or len(open_) == 1):
            fits.append((customer, open_))
    if not fits:
        return None
    customer, items = fits[0]
    found = in_full(state, line, items[:1], rule="amount")
    if found:
        size = len(state.live(customer, line.receipt.currency, line.day))
        found.chance = chance_of(size, amount, _round(amount))
        found.is_ambiguous = len(fits) > 1
        found.others = tuple((items[0],) for _, items in fits[1:6])
        if len(items) > 1:
            found.rule = "twin"
    return found


def twin_or_nearly(state: State, line: Line) -> Found | None:
    """Return the oldest of twins, or one item with a small difference: together, in the order of dates."""
    return one_amount(state, line, twins=True) or nearly(state, line)


def _round(amount: int) -> int:
    """Return the step that a single amount seems to come in."""
    step = 1
    while amount % (step * 10) == 0 and step < 1_000_000:
        step *= 10
    return step


def rest_of_part(state: State, line: Line) -> Found | None:
    """Return an item of which exactly this much is left after earlier parts."""
    fits = [
        item
        for customer in line.who[:MOST_SEARCHED]
        for item in state.live(customer, line.receipt.currency, line.day)
        if state.left[item] == line.receipt.amount_minor and not state.is_open(item)
    ]
    if not fits:
        return None
    found = in_full(state, line, fits[:1], rule="rest")
    if found:
        found.is_ambiguous = len(fits) > 1
    return found


def sums(state: State, line: Line) -> Found | None:
    """Return several items of one customer that make the amount."""
    fits = []
    for customer in line.who[:MOST_SEARCHED]:
        live = [
            item for item in state.live(customer, line.receipt.currency, line.day) if state.left[item] > 0
        ]
        made = find_sum(live, [state.left[item] for item in live], line.receipt.amount_minor)
        if made:
            fits.append(made)
    if not fits:
        return _all_less(state, line)
    best = min(fits, key=lambda made: made.chance)
    found = in_full(state, line, best.items, rule=best.shape)
    if found:
        found.chance = best.chance
        found.is_ambiguous = best.solutions > 1 or len(fits) > 1
        found.others = (*best.others, *(made.items for made in fits if made is not best))[:5]
    return found


def _all_less(state: State, line: Line) -> Found | None:
    """Return everything that is open less a fee, a discount or a rounding."""
    if len(line.who) != 1:
        return None
    live = state.live(line.who[0], line.receipt.currency, line.day)
    found = in_full(state, line, live, rule="all") if 2 <= len(live) <= 40 else None
    if found:
        found.chance = -2
    return found


def less_credit(state: State, line: Line) -> Found | None:
    """Return one item, or all of them, less a credit note."""
    fits: list[tuple[int, ...]] = []
    amount = line.receipt.amount_minor
    for customer in line.who[:MOST_SEARCHED]:
        live = state.live(customer, line.receipt.currency, line.day)
        notes = [item for item in live if state.left[item] < 0][:20]
        if not notes:
            continue
        if sum(state.left[item] for item in live) == amount:
            return in_full(state, line, live, rule="all-credit")
        by_amount: defaultdict[int, list[int]] = defaultdict(list)
        for item in live:
            by_amount[state.left[item]].append(item)
        for note in notes:
            fits.extend((item, note) for item in by_amount.get(amount - state.left[note], ())[:2])
            if len(live) <= 40:
                fits.extend(_pair_less(state, live, amount - state.left[note], note))
    if not fits:
        return None
    found = in_full(state, line, fits[0], rule="credit" if len(fits[0]) == 2 else "credit-pair")
    if found:
        found.is_ambiguous, found.others = len(fits) > 1, tuple(fits[1:6])
        found.flags = "c" if speaks_of_credit(line.text) else ""
    return found


def _pair_less(state: State, live: Sequence[int], target: int, note: int) -> list[tuple[int, ...]]:
    made = find_sum(
        [item for item in live if 0 < state.left[item] < target],
        [state.left[item] for item in live if 0 < state.left[item] < target],
        target,
    )
    return [(*made.items, note)] if made and made.shape == "pair" and made.solutions == 1 else []


def nearly(state: State, line: Line) -> Found | None:
    """Return one item less a fee, a discount or a rounding; or one in another currency near the day's rate."""
    amount, book = line.receipt.amount_minor, state.book
    fits: list[int] = []
    size = 0
    for customer in line.who[:MOST_SEARCHED]:
        tolerance = state.tolerances.of(book.customers[customer].id, line.receipt.currency)
        most = max(tolerance.fee_minor, tolerance.rounding_minor, amount * tolerance.discount_bp // 9_000)
        live = state.live(customer, line.receipt.currency, line.day)
        size += len(live)
        fits.extend(
            item
            for item in live
            if 0 < state.left[item] - amount <= most and shortfall(state.left[item], amount, tolerance)
        )
    if not fits:
        return _near_rate(state, line)
    fits.sort(key=lambda item: state.left[item])
    found = in_full(state, line, fits[:1], rule="nearly")
    if found:
        window = 10 if found.rest_kind == "discount" else 500
        found.chance = chance_of(size * 10, amount, window)
        found.is_ambiguous = len({state.left[item] for item in fits}) > 1
        found.flags = "t" if len(fits) > 1 else ""
        found.others = tuple((item,) for item in fits[1:6])
    return found


def _near_rate(state: State, line: Line) -> Found | None:
    fits: list[Found] = []
    for customer in line.who[:MOST_SEARCHED]:
        for currency in state.book.currencies(customer):
            if currency == line.receipt.currency:
                continue
            for item in state.live(customer, currency, line.day):
                if state.left[item] > 0:
                    found = in_full(state, line, [item], rule="nearly", tolerance_bp=NEAR_RATE)
                    if found:
                        fits.append(found)
    if not fits:
        return None
    fits.sort(key=lambda found: abs(found.rest))
    best = fits[0]
    twins = {state.left[found.items[0]] for found in fits}
    best.is_ambiguous = len(twins) > 1 and abs(fits[1].rest) < 3 * abs(best.rest) + 200
    best.others = tuple(found.items for found in fits[1:6])
    return best


def round_share(state: State, line: Line) -> Found | None:
    """Return the one item of which this is a round share; in doubt only when the words speak of a part."""
    amount = line.receipt.amount_minor
    if len(line.who) != 1:
        return None
    live = [
        item
        for item in state.live(line.who[0], line.receipt.currency, line.day)
        if state.left[item] > amount and state.is_open(item)
    ]
    speaks = speaks_of_part(line.text)
    fits = [item for item in live if is_share(amount, state.left[item])]
    if not fits and len(live) == 1 and speaks:
        fits = live
    if not fits:
        return None
    found = in_part(state, line, fits[:1], rule="part" if speaks else "share")
    if found:
        found.is_ambiguous, found.others = (
            len({state.left[item] for item in fits}) > 1,
            tuple((i,) for i in fits[1:6]),
        )
        found.chance = chance_of(len(live) * 40, amount, _round(amount))
        found.flags = "t" if len(fits) > 1 else ""
    return found


def in_parts(state: State, lines: Iterable[Line]) -> list[tuple[list[Line], int]]:
    """Return groups of receipts of one payer that together pay one open item to the cent, with the item."""
    groups: defaultdict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        if len(line.who) == 1:
            groups[line.who[0], line.receipt.currency].append(line)
    found: list[tuple[list[Line], int]] = []
    for (customer, currency), some in groups.items():
        if not 2 <= len(some) <= MOST_PARTS:
            continue
        last = max(line.day for line in some)
        amounts: defaultdict[int, list[int]] = defaultdict(list)
        for item in state.live(customer, currency, last):
            if state.left[item] > 0:
                amounts[state.left[item]].append(item)
        for size in (2, 3):
            for chosen in combinations(some, size):
                items = amounts.get(sum(line.receipt.amount_minor for line in chosen))
                if items and all(line.found is None for line in chosen) and state.left[items[0]] > 0:
                    found.append((list(chosen), items[0]))
    return found


def anywhere(state: State, line: Line, by_amount: Mapping[tuple[str, int], Sequence[int]]) -> Found | None:
    """Return the only open item of exactly this amount in the whole book, whoever paid."""
    key = (line.receipt.currency, line.receipt.amount_minor)
    fits = [
        item
        for item in by_amount.get(key, ())
        if state.left[item] == key[1] and state.book.items.doc_on[item] <= line.day + AHEAD
    ]
    if not fits or len(fits) > MOST_ANYWHERE:
        return None
    alike = [item for item in fits if is_alike(state.book, line, item)]
    chosen = alike or fits
    found = in_full(state, line, chosen[:1], rule="anywhere-number" if alike else "anywhere")
    if found:
        found.is_ambiguous, found.others = len(chosen) > 1, tuple((item,) for item in chosen[1:6])
        found.named = len(alike)
        found.chance = chance_of(state.book.size, key[1], _round(key[1]))
    return found


def by_tail(state: State, line: Line, by_tail: Mapping[str, Sequence[int]]) -> Found | None:
    """Return the only open item that ends with digits of the narrative and that this pays less a small difference."""
    ends = {str(line.receipt.amount_minor // 100), str(line.receipt.amount_minor)}
    fits = {
        item: found
        for _, _, digits in line.runs
        if digits not in ends
        for item in by_tail.get(digits, ())
        if state.left[item] > 0
        and state.book.items.doc_on[item] <= line.day + AHEAD
        and (found := in_full(state, line, [item], rule="anywhere-tail", named=1, tolerance_bp=NEAR_RATE))
    }
    if not fits:
        return None
    best = next(iter(fits.values()))
    best.is_ambiguous, best.others = len(fits) > 1, tuple((item,) for item in list(fits)[1:6])
    return best
