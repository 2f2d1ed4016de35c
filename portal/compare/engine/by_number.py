"""Bring rows together by the numbers on them: with the same amount, by the sum of a number, with another amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from portal.compare.engine.pool import Pool

MAX_GROUP = 40
#: Above this many rows with one number and amount, order by day decides instead of looking at every pair.
MANY = 40


def match_numbers(pool: Pool, form: str, *, stage: str, confidence: float) -> None:
    """Pair free rows that share a number in one form and have the same amount, nearest days first.

    Args:
        pool: Both sides.
        form: Field of ``Keys``.
        stage: Name of the stage.
        confidence: Of such a pair.
    """
    ours, theirs = pool.ours.index(form), pool.theirs.index(form)
    for key in sorted(ours.keys() & theirs.keys()):
        here, there = pool.ours.still_free(ours[key]), pool.theirs.still_free(theirs[key])
        if not here or not there:
            continue
        if len(here) == len(there) == 1:
            if pool.ours.minors[here[0]] == pool.theirs.minors[there[0]]:
                pool.take(here, there, stage, confidence)
            continue
        for mine, yours in _same_amounts(pool, here, there):
            for our, their in nearest(pool, mine, yours):
                pool.take([our], [their], stage, confidence)


def _same_amounts(pool: Pool, here: Sequence[int], there: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    by_amount: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place in here:
        by_amount[pool.ours.minors[place]][0].append(place)
    for place in there:
        by_amount[pool.theirs.minors[place]][1].append(place)
    return [pair for _, pair in sorted(by_amount.items()) if pair[0] and pair[1]]


def nearest(pool: Pool, here: Sequence[int], there: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of rows that are alike but for their days: by nearest day, each row once."""
    if len(here) > MANY or len(there) > MANY:
        return list(zip(here, there, strict=False))
    found = sorted((abs(pool.lag(our, their)), our + their, our, their) for our in here for their in there)
    pairs, used_here, used_there = [], set(), set()
    for _, _, our, their in found:
        if our not in used_here and their not in used_there:
            pairs.append((our, their))
            used_here.add(our)
            used_there.add(their)
    return pairs


def match_sums(pool: Pool, form: str, *, stage: str, confidence: float) -> None:
    """Bring all free rows of a number together where both sides sum to the same: split lines, instalments."""
    ours, theirs = pool.ours.index(form), pool.theirs.index(form)
    for key in sorted(ours.keys() & theirs.keys()):
        here, there = pool.ours.still_free(ours[key]), pool.theirs.still_free(theirs[key])
        if not here or not there or not 2 < len(here) + len(there) <= MAX_GROUP:
            continue
        for sign in (1, -1):
            mine = [place for place in here if pool.ours.minors[place] * sign > 0]
            yours = [place for place in there if pool.theirs.minors[place] * sign > 0]
            if mine and yours and pool.ours.sum_of(mine) == pool.theirs.sum_of(yours):
                pool.take(mine, yours, stage, confidence)
        here, there = pool.ours.still_free(here), pool.theirs.still_free(there)
        if here and there and pool.ours.sum_of(here) == pool.theirs.sum_of(there):
            pool.take(here, there, stage, confidence)


def match_lists(pool: Pool, *, stage: str, confidence: float) -> None:
    """Bring one row together with all rows it names, where their sum is its amount: a payment of many invoices."""
    found = [*_lists_one_way(pool, is_ours=True), *_lists_one_way(pool, is_ours=False)]
    found.sort(key=lambda pair: (len(pair[0]) + len(pair[1]), sum(pair[0]) + sum(pair[1])))
    for ours, theirs in found:
        is_free = all(pool.ours.free[one] for one in ours) and all(pool.theirs.free[one] for one in theirs)
        if is_free:
            pool.take(ours, theirs, stage, confidence)


def _lists_one_way(pool: Pool, *, is_ours: bool) -> Iterator[tuple[list[int], list[int]]]:
    side, other = (pool.ours, pool.theirs) if is_ours else (pool.theirs, pool.ours)
    named_there = other.index("named")
    for place in side.all_free():
        names = side.keys[place].named
        if len(names) < 3:
            continue
        sign = 1 if side.minors[place] > 0 else -1
        found = {one for name in names for one in named_there.get(name, ())}
        rows = [one for one in sorted(found) if other.free[one] and other.minors[one] * sign > 0]
        if 1 < len(rows) <= MAX_GROUP and other.sum_of(rows) == side.minors[place]:
            yield ([place], rows) if is_ours else (rows, [place])


def match_other_amounts(
    pool: Pool, form: str, *, stage: str, confidence: float, most: float = 0.5, days: int = 45
) -> None:
    """Pair free rows of one number and sign whose amounts differ: the nearest amounts first.

    Args:
        pool: Both sides.
        form: Field of ``Keys``.
        stage: Name of the stage.
        confidence: Of a pair that is the only one of its number.
        most: Largest difference as a share of the larger amount.
        days: Most days between the two bookings.
    """
    ours, theirs = pool.ours.index(form), pool.theirs.index(form)
    for key in sorted(ours.keys() & theirs.keys()):
        here, there = pool.ours.still_free(ours[key]), pool.theirs.still_free(theirs[key])
        if not here or not there or len(here) * len(there) > MANY * MANY:
            continue
        found = sorted(
            (_distance(pool.ours.minors[our], pool.theirs.minors[their]), abs(pool.lag(our, their)), our + their, our,
             their)
            for our in here
            for their in there
            if pool.ours.minors[our] * pool.theirs.minors[their] > 0
        )  # fmt: skip
        is_alone = len(here) == len(there) == 1
        for distance, lag, _, our, their in found:
            if distance <= most and lag <= days and pool.ours.free[our] and pool.theirs.free[their]:
                pool.take(
                    [our], [their], stage, (confidence if is_alone else confidence - 0.03) - 0.04 * distance
                )


def match_other_signs(pool: Pool, form: str, *, stage: str, confidence: float) -> None:
    """Pair free rows of one number whose amounts differ only by the sign: booked on the wrong side."""
    ours, theirs = pool.ours.index(form), pool.theirs.index(form)
    for key in sorted(ours.keys() & theirs.keys()):
        here, there = pool.ours.still_free(ours[key]), pool.theirs.still_free(theirs[key])
        if len(here) == len(there) == 1 and pool.ours.minors[here[0]] == -pool.theirs.minors[there[0]]:
            pool.take(here, there, stage, confidence)


def _distance(one: int, other: int) -> float:
    return abs(one - other) / max(abs(one), abs(other))
