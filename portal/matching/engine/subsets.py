"""Sets of open items that make an exact sum, counted: two sets that fit are no answer but a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, gcd

MOST_FOR_RUNS = 1500
MOST_FOR_PAIRS = 400
MOST_FOR_TRIPLES = 60
MOST_FOR_FOURS = 30
MOST_FOR_MORE = 18


@dataclass(frozen=True, slots=True)
class Sum:
    """Items that make the sum.

    Attributes:
        items: The items.
        shape: ``all``, ``run``, ``pair``, ``triple``, ``many``.
        solutions: How many sets of this shape fit (counting stops at six).
        chance: Decimal logarithm of how many sets fit by chance, rounded: −4 is safe, 0 is a coin.
        others: Other sets that fit.
    """

    items: tuple[int, ...]
    shape: str
    solutions: int
    chance: int
    others: tuple[tuple[int, ...], ...] = ()


def chance_of(tried: int, target: int, grain: int) -> int:
    """Return the decimal logarithm of the sets that fit by chance when ``tried`` are tried, between −5 and 1."""
    expected = tried * grain / max(target, 1)
    level = -5
    while level < 1 and expected > 10.0**level:
        level += 1
    return level


def find_sum(items: Sequence[int], amounts: Sequence[int], target: int) -> Sum | None:
    """Find two or more items whose amounts make the target: all, a run, a pair, three, up to six of few.

    Args:
        items: Open items of one customer in one currency, oldest first.
        amounts: Their amounts, positive, in the same order.
        target: The sum looked for.
    """
    size = len(items)
    if size < 2 or size > MOST_FOR_RUNS:
        return None
    grain = _grain(amounts, target)
    if sum(amounts) == target:
        return Sum(tuple(items), "all", 1, -5)
    if target % gcd(*amounts):
        return None
    runs = _runs(amounts, target)
    if runs:
        chance = chance_of(size * 3, target, grain)
        return _as_sum(items, runs, "run", chance)
    small = [at for at in range(size) if amounts[at] < target]
    if len(small) < 2 or sum(amounts[at] for at in small) < target:
        return None
    return _scattered(items, amounts, small=small, target=target, grain=grain)


def _scattered(
    items: Sequence[int], amounts: Sequence[int], *, small: Sequence[int], target: int, grain: int
) -> Sum | None:
    size = len(small)
    values = [amounts[at] for at in small]
    rising = sorted(values)
    for count, most, find in _SEARCHES:
        if size < count or size > most or sum(rising[:count]) > target or sum(rising[-count:]) < target:
            continue
        if found := find(values, target):
            shape = {2: "pair", 3: "triple"}.get(count, "many")
            return _as_sum(items, _back(found, small), shape, chance_of(comb(size, count), target, grain))
    return None


def _back(found: list[tuple[int, ...]], small: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(small[at] for at in one) for one in found]


def _as_sum(items: Sequence[int], found: list[tuple[int, ...]], shape: str, chance: int) -> Sum:
    sets = [tuple(items[at] for at in one) for one in found]
    return Sum(sets[0], shape, len(sets), chance, tuple(sets[1:6]))


def _grain(amounts: Sequence[int], target: int) -> int:
    """Return the step in which these amounts come (1 for odd cents, 100 for whole units …)."""
    step = target
    for amount in amounts[:40]:
        step = gcd(step, amount)
    return max(step, 1)


def _runs(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    seen, total, found = {0: 0}, 0, []
    for at, amount in enumerate(amounts, 1):
        total += amount
        start = seen.get(total - target)
        if start is not None and at - start >= 2:
            found.append(tuple(range(start, at)))
            if len(found) > 5:
                break
        seen[total] = at
    return found


def _pairs(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    seen: dict[int, list[int]] = {}
    found: list[tuple[int, ...]] = []
    for at, amount in enumerate(amounts):
        found.extend((other, at) for other in seen.get(target - amount, ()))
        if len(found) > 5:
            break
        seen.setdefault(amount, []).append(at)
    return found[:6]


def _triples(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    places: dict[int, list[int]] = {}
    for at, amount in enumerate(amounts):
        places.setdefault(amount, []).append(at)
    size = len(amounts)
    for first in range(size):
        rest = target - amounts[first]
        if rest <= 0:
            continue
        for second in range(first + 1, size):
            for third in places.get(rest - amounts[second], ()):
                if third > second:
                    found.append((first, second, third))
                    if len(found) > 5:
                        return found
    return found


def _pair_sums(amounts: Sequence[int]) -> dict[int, list[tuple[int, ...]]]:
    sums: dict[int, list[tuple[int, ...]]] = {}
    for first, amount in enumerate(amounts):
        for second in range(first + 1, len(amounts)):
            sums.setdefault(amount + amounts[second], []).append((first, second))
    return sums


def _fours(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    sums = _pair_sums(amounts)
    found = {
        tuple(sorted({*one, *other}))
        for total, some in sums.items()
        if 2 * total <= target and target - total in sums
        for one in some
        for other in sums[target - total]
        if one[0] not in other and one[1] not in other
    }
    return sorted(found)[:6]


def _fives(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    sums = _pair_sums(amounts)
    found = {
        tuple(sorted({first, second, third, *pair}))
        for first, second, third in combinations(range(len(amounts)), 3)
        for pair in sums.get(target - amounts[first] - amounts[second] - amounts[third], ())
        if first not in pair and second not in pair and third not in pair
    }
    return sorted(found)[:6]


def _sixes(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    kept: dict[int, list[tuple[int, int, int]]] = {}
    found: set[tuple[int, ...]] = set()
    for one in combinations(range(len(amounts)), 3):
        total = amounts[one[0]] + amounts[one[1]] + amounts[one[2]]
        for other in kept.get(target - total, ()):
            if len({*one, *other}) == 6:
                found.add(tuple(sorted({*one, *other})))
        kept.setdefault(total, []).append(one)
    return sorted(found)[:6]


#: How many items, among how many at most, by which search.
_SEARCHES = (
    (2, MOST_FOR_PAIRS, _pairs),
    (3, MOST_FOR_TRIPLES, _triples),
    (4, MOST_FOR_FOURS, _fours),
    (5, MOST_FOR_MORE, _fives),
    (6, MOST_FOR_MORE, _sixes),
)
