"""Bring rows together that name no common number: by amount and day, by sums of a few rows, by a known difference."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, combinations

from portal.compare.engine.explain import explain_difference
from portal.compare.engine.keys import is_similar, shape_of
from portal.compare.engine.pool import NO_DAY, Match, Pool, Side

#: Days within which two bookings of one amount are taken for the same thing, and those for an amount seen once.
NEAR_DAYS = 12
FAR_DAYS = 62
#: Rows around a day that are tried for sums, sizes of sums, and days around.
MAX_RUN = 40
MAX_SUM_POOL = 26
MAX_SUM_SIZE = 5
SUM_DAYS = 10
DIFFERENT_DAYS = 7
SLIP_DAYS = 5


def names_another(pool: Pool, our: int, their: int) -> bool:
    """Say whether two rows carry numbers of one series that are not the same and not a slip of the fingers."""
    one, other = pool.ours.rows[our].reference, pool.theirs.rows[their].reference
    if not one or not other:
        return False
    mine, yours = pool.ours.keys[our].own, pool.theirs.keys[their].own
    if not mine or not yours or set(mine) & set(yours):
        return False
    return shape_of(one) == shape_of(other) and not is_similar(mine[0], yours[0])


def _is_slip(pool: Pool, our: int, their: int) -> bool:
    mine, yours = pool.ours.keys[our].named, pool.theirs.keys[their].named
    return any(is_similar(one, other) for one in mine[:6] for other in yours[:6])


def match_slips(pool: Pool, *, stage: str, confidence: float) -> None:
    """Pair rows of one amount on usual days whose numbers differ by a slip of the fingers."""
    usual = usual_lags(pool)
    for here, there in _amounts(pool):
        first, last = usual[pool.ours.minors[here[0]] > 0]
        found = [
            (our, their)
            for our in here
            for their in there
            if first - SLIP_DAYS <= pool.lag(our, their) <= last + SLIP_DAYS and _is_slip(pool, our, their)
        ]
        for our, their in sorted(found, key=lambda pair: (abs(pool.lag(*pair)), sum(pair))):
            if pool.ours.free[our] and pool.theirs.free[their]:
                pool.take([our], [their], stage, confidence)


def match_amounts(pool: Pool, *, stage: str, far_stage: str) -> None:
    """Pair rows of one amount on days that are near; further apart only where the amount is seen once on each side.

    Which days are near is learned from the pairs found so far, by the sign of the amount.
    """
    usual = usual_lags(pool)
    seen_here, seen_there = Counter(pool.ours.minors), Counter(pool.theirs.minors)
    for here, there in _amounts(pool):
        amount = pool.ours.minors[here[0]]
        first, last = usual[amount > 0]
        offers = sorted(
            (max(first - lag, lag - last, 0), abs(2 * lag - first - last), our + their, our, their)
            for our in here
            for their in there
            for lag in [pool.lag(our, their)]
            if not names_another(pool, our, their)
        )
        for beyond, _, _, our, their in offers:
            if not (pool.ours.free[our] and pool.theirs.free[their]):
                continue
            if beyond <= NEAR_DAYS:
                rivals = sum(
                    1 for one in offers if (one[3] == our) != (one[4] == their) and one[0] <= max(beyond, 1)
                )
                pool.take([our], [their], stage, (0.86 if rivals else 0.99) - 0.006 * beyond)
            elif beyond <= FAR_DAYS and seen_here[amount] == seen_there[amount] == 1:
                pool.take([our], [their], far_stage, 0.93)


def usual_lags(pool: Pool) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first and last usual number of days from our booking to theirs, for payments and for invoices."""
    found: tuple[list[int], list[int]] = ([], [])
    for match in pool.matches:
        if len(match.ours) == len(match.theirs) == 1 and match.confidence > 0.98:
            our, their = match.ours[0], match.theirs[0]
            if pool.ours.days[our] and pool.theirs.days[their]:
                found[pool.ours.minors[our] > 0].append(pool.lag(our, their))
    return _range(found[0]), _range(found[1])


def _range(lags: list[int]) -> tuple[int, int]:
    if len(lags) < 20:
        return 0, 0
    lags.sort()
    return lags[len(lags) * 3 // 100], lags[len(lags) * 97 // 100]


def _amounts(pool: Pool) -> Iterator[tuple[list[int], list[int]]]:
    ours, theirs = _free_by_amount(pool.ours), _free_by_amount(pool.theirs)
    for amount in sorted(ours.keys() & theirs.keys()):
        here, there = pool.ours.still_free(ours[amount]), pool.theirs.still_free(theirs[amount])
        if here and there and amount:
            yield here[:200], there[:200]


def _free_by_amount(side: Side) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place in side.all_free():
        found[side.minors[place]].append(place)
    return found


def match_runs(pool: Pool, *, stage: str) -> None:
    """Bring one row together with neighbouring rows of the other side that sum to it: a collective entry."""
    found = [*_runs(pool, is_ours=True), *_runs(pool, is_ours=False)]
    found.sort(key=lambda match: (-match.confidence, _content(pool, match)))
    _take_all(pool, found, stage)


def _take_all(pool: Pool, found: Sequence[Match], stage: str) -> None:
    """Take matches in order, as far as their rows are still free."""
    for match in found:
        is_free = all(pool.ours.free[place] for place in match.ours)
        if is_free and all(pool.theirs.free[place] for place in match.theirs):
            pool.take(match.ours, match.theirs, stage, match.confidence)


def _runs(pool: Pool, *, is_ours: bool) -> Iterator[Match]:
    side, other = (pool.ours, pool.theirs) if is_ours else (pool.theirs, pool.ours)
    for sign in (1, -1):
        free = [one for one in other.all_free() if other.minors[one] * sign > 0]
        free.sort(key=lambda one: (other.days[one], other.rows[one].reference, one))
        days, by_sum = [other.days[one] for one in free], _by_start(other, free)
        for place in side.all_free():
            day, amount = side.days[place], side.minors[place]
            if day == NO_DAY or amount * sign <= 0:
                continue
            first, last = bisect_left(days, day - SUM_DAYS), bisect_right(days, day + SUM_DAYS)
            runs = [run for start in range(first, last) if (run := by_sum(start, amount))]
            if len(runs) == 1 and 1 < len(runs[0]) <= MAX_RUN:
                sure = 0.99 if other.days[runs[0][0]] == other.days[runs[0][-1]] else 0.965
                one, many = (place,), tuple(sorted(runs[0]))
                yield Match(one, many, "", sure) if is_ours else Match(many, one, "", sure)


def _by_start(side: Side, places: Sequence[int]) -> Callable[[int, int], list[int]]:
    """Return what finds the run of neighbours from one start that sums to an amount."""
    totals = [0, *accumulate(abs(side.minors[place]) for place in places)]

    def run(start: int, amount: int) -> list[int]:
        wanted = totals[start] + abs(amount)
        end = bisect_left(totals, wanted, start + 1)
        is_hit = end < len(totals) and totals[end] == wanted
        return list(places[start:end]) if is_hit and end - start > 1 else []

    return run


# --- sums of a few rows -----------------------------------------------------------------------------------------------


def match_groups(pool: Pool, *, stage: str) -> None:
    """Bring one row together with two to five of the other side that sum to it; not where several sets fit.

    Both directions are looked at before anything is taken; sets that meet are taken smallest and nearest first.
    """
    found = [*_sums(pool, is_ours=True), *_sums(pool, is_ours=False)]
    found.sort(key=lambda match: (-match.confidence, _content(pool, match)))
    _take_all(pool, found, stage)


def _content(pool: Pool, match: Match) -> tuple[int, int, int, int]:
    days = [pool.ours.days[place] for place in match.ours] + [
        pool.theirs.days[place] for place in match.theirs
    ]
    places = sum(match.ours) + sum(match.theirs)
    return max(days) - min(days), min(days), abs(pool.ours.sum_of(match.ours)), places


def _sums(pool: Pool, *, is_ours: bool) -> Iterator[Match]:
    side, other = (pool.ours, pool.theirs) if is_ours else (pool.theirs, pool.ours)
    free = other.all_free()
    days = [other.days[place] for place in free]
    for place in side.all_free():
        day, amount = side.days[place], side.minors[place]
        if day == NO_DAY or not amount:
            continue
        first, last = bisect_left(days, day - SUM_DAYS), bisect_right(days, day + SUM_DAYS)
        near = [
            one for one in free[first:last] if 0 < other.minors[one] * (1 if amount > 0 else -1) < abs(amount)
        ]
        near.sort(key=lambda one: (abs(other.days[one] - day), one))
        chosen = _the_set(other, near[:MAX_SUM_POOL], amount)
        if chosen and not _is_far_crumb(other, chosen, amount):
            sure = {2: 0.97, 3: 0.955, 4: 0.93}.get(len(chosen), 0.9) - 0.002 * len(near)
            ours, theirs = ((place,), chosen) if is_ours else (chosen, (place,))
            yield Match(ours, theirs, "", sure)


def _is_far_crumb(side: Side, places: Sequence[int], amount: int) -> bool:
    """Say whether a set holds a small amount of another day: it fills a gap by chance."""
    days = [side.days[place] for place in places]
    return max(days) - min(days) > 1 and any(abs(side.minors[place]) * 50 < abs(amount) for place in places)


def _the_set(side: Side, places: Sequence[int], amount: int) -> tuple[int, ...] | None:
    """Return the one smallest set of rows that sums to an amount; None when there is none or more than one."""
    minors = side.minors
    for size in range(2, min(MAX_SUM_SIZE, len(places)) + 1):
        found = _sets(places, minors, amount, size)
        if found:
            alike = {tuple(sorted(minors[place] for place in one)) for one in found}
            if len(found) == 1:
                return found[0]
            if (
                len(alike) == 1
            ):  # the same amounts on other days: the nearest, as places are ordered by distance
                return found[0]
            return None
    return None


def _sets(places: Sequence[int], minors: Sequence[int], amount: int, size: int) -> list[tuple[int, ...]]:
    """Return at most a few sets of one size, by meeting halfway: pairs are kept by their sum."""
    last: dict[int, list[int]] = defaultdict(list)
    for order, place in enumerate(places):
        last[minors[place]].append(order)
    found: list[tuple[int, ...]] = []
    limit = len(places) if size < 4 else min(len(places), 18 if size == 4 else 13)
    for head in combinations(range(limit), size - 1):
        rest = amount - sum(minors[places[order]] for order in head)
        for order in last.get(rest, ()):
            if order > head[-1]:
                found.append(tuple(sorted(places[one] for one in (*head, order))))
                if len(found) > 6:
                    return found
    return found


# --- amounts that differ in a known way -------------------------------------------------------------------------------


def match_explained(pool: Pool, *, stage: str, currency: str) -> None:
    """Pair rows of one sign on near days whose amounts differ in a way that has a name; the only such pair counts."""
    offers: list[tuple[float, int, int, int]] = []
    free = pool.theirs.all_free()
    days = [pool.theirs.days[place] for place in free]
    for our in pool.ours.all_free():
        day, amount = pool.ours.days[our], pool.ours.minors[our]
        if day == NO_DAY or not amount:
            continue
        for their in free[bisect_left(days, day - DIFFERENT_DAYS) : bisect_right(days, day + DIFFERENT_DAYS)]:
            other = pool.theirs.minors[their]
            if other * amount <= 0 or not _may_be_named(abs(amount), abs(other)):
                continue
            if names_another(pool, our, their):
                continue
            known = explain_difference(amount, other, currency=currency)
            if known is not None and known.strength >= 0.5:
                lag = abs(pool.lag(our, their))
                offers.append((known.strength - 0.02 * lag, lag, our, their))
    rivals_here, rivals_there = Counter(one[2] for one in offers), Counter(one[3] for one in offers)
    for strength, _, our, their in sorted(offers, key=lambda one: (-one[0], one[1], one[2] + one[3])):
        if pool.ours.free[our] and pool.theirs.free[their]:
            is_only = rivals_here[our] == rivals_there[their] == 1
            sure = (0.9 if is_only else 0.75) + 0.05 * strength
            pool.take([our], [their], stage, sure)


def _may_be_named(one: int, other: int) -> bool:
    """Say whether two amounts are near enough, or ten or a hundred times apart, for a difference with a name."""
    small, large = (one, other) if one < other else (other, one)
    return large * 10 <= small * 13 or large in {small * 10, small * 100}
