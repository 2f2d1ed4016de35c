"""Named items and others of the same customer that were cut off or only counted."""

from __future__ import annotations

from collections.abc import Sequence

from portal.matching.engine.amounts import in_full
from portal.matching.engine.state import Found, Line, State
from portal.matching.engine.subsets import find_sum
from portal.matching.engine.text import count_in, speaks_of_credit


def complete(state: State, line: Line, customer: int, items: Sequence[int]) -> Found | None:
    """Return named items with others of the customer that were cut off or only counted (等3张), less a credit note."""
    rest = line.receipt.amount_minor - sum(state.left[item] for item in items)
    live = [item for item in state.live(customer, line.receipt.currency, line.day) if item not in items]
    if rest > 0 and (found := _with_others(state, line, items, live=live, rest=rest)):
        return found
    if speaks_of_credit(line.text):
        for note in [item for item in live if state.left[item] < 0][:10]:
            more = rest - state.left[note]
            if more > 0 and (found := _with_others(state, line, [*items, note], live=live, rest=more)):
                return found
    return None


def _with_others(
    state: State, line: Line, items: Sequence[int], *, live: Sequence[int], rest: int
) -> Found | None:
    """Add to named items those others that make up the rest of the receipt."""
    missing = count_in(line.text) - len(items)
    if missing < 1 and count_in(line.text):
        return None
    dated = state.book.items.doc_on
    first = min(dated[item] for item in items)
    others = [item for item in live if 0 < state.left[item] <= rest]
    later = [item for item in others if dated[item] >= first]
    if missing in {1, -len(items)}:
        single = [item for some in (later, others) for item in some if state.left[item] == rest]
        if single:
            found = in_full(state, line, [*items, single[0]], rule="reference-more", named=len(items))
            if found:
                found.chance = -3 if missing == 1 or len(items) > 1 else -2
                found.flags = "t" if len(set(single)) > 1 else ""
            return found
    for some in (later, others):
        made = find_sum(some, [state.left[item] for item in some], rest)
        if made and missing in {len(made.items), -len(items)}:
            found = in_full(state, line, [*items, *made.items], rule="reference-more", named=len(items))
            if found:
                found.chance, found.is_ambiguous = made.chance - (2 if missing > 0 else 0), made.solutions > 1
                found.others = tuple((*items, *one) for one in made.others)
                found.flags = "t" if _have_twins(state, made.items, others) else ""
            return found
    return _counted(state, line, items, others=live) if missing == 1 else None


def _have_twins(state: State, chosen: Sequence[int], others: Sequence[int]) -> bool:
    sizes = {state.left[item] for item in chosen}
    return sum(state.left[item] in sizes for item in others) > len(chosen)


def _counted(state: State, line: Line, items: Sequence[int], *, others: Sequence[int]) -> Found | None:
    """One more item is said to be paid, and only one fits with a fee, a discount or a rounding."""
    fits = [
        found
        for item in others
        if state.left[item] > 0
        and (found := in_full(state, line, [*items, item], rule="reference-more", named=len(items)))
    ]
    if len(fits) != 1:
        return None
    fits[0].chance = -1
    return fits[0]
