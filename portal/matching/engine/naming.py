"""Which items a narrative names: whole numbers anywhere; lists, ranges, tails and slips inside a customer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from portal.matching.engine.book import Book, Pool, prefix_of
from portal.matching.engine.state import Line, State
from portal.matching.engine.text import LONGEST_NUMBER, is_list, is_range, key_of, keys_of_number

_LETTERS = re.compile(r"[A-Z]{1,5}(?=[-/_.# ]{0,2}$)")
MOST_NAMED = 60
MOST_TAILS = 12


@dataclass(slots=True)
class Names:
    """What a narrative names of one customer.

    Attributes:
        sure: Items named by a whole number, a list or a range.
        maybe: For each further number the items it may mean, with the way it was read.
        unknown: Whether a number looks like one of ours and is none that is open.
    """

    customer: int
    sure: list[int] = field(default_factory=list)
    maybe: list[tuple[str, list[int]]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    unknown: bool = False
    is_listed: bool = False


def named_anywhere(state: State, line: Line, hits: Mapping[str, Sequence[int]]) -> Names | None:
    """Return what whole numbers in the narrative name, of the customer named most often; None for nothing."""
    found: list[tuple[int, int, Sequence[int]]] = []
    free = 0
    for key, first, last in line.windows:
        if first < free:
            continue
        items = hits.get(key)
        if items:
            items = _plausible(state.book, line, items, first)
        if items:
            found.append((first, last, items))
            free = last + 1
    if not found:
        return None
    if len(found) == 1 and len(found[0][2]) == 1:
        first, last, items = found[0]
        return Names(state.book.items.owner[items[0]], [items[0]], used=set(range(first, last + 1)))
    votes = Counter(
        owner for _, _, items in found for owner in {state.book.items.owner[item] for item in items}
    )
    best = max(votes.values())
    leaders = [owner for owner, count in votes.items() if count == best]
    if len(leaders) > 1:
        leaders = (
            [owner for owner in line.who if owner in leaders]
            or _paid_to_the_cent(state, line, found)
            or leaders
        )
    names = Names(min(leaders))
    for first, last, items in found:
        _keep(names, first, last, [item for item in items if state.book.items.owner[item] == names.customer])
    return names


def _keep(names: Names, first: int, last: int, mine: list[int]) -> None:
    """Note what some runs name of the customer."""
    if not mine:
        return
    names.used.update(range(first, last + 1))
    if len(mine) > 1:
        names.maybe.append(("order", mine))
    elif mine[0] not in names.sure:
        names.sure.append(mine[0])


def _paid_to_the_cent(state: State, line: Line, found: Sequence[tuple[int, int, Sequence[int]]]) -> list[int]:
    """Return the owners of named items that have exactly the amount of the receipt."""
    book = state.book.items
    return [
        book.owner[item]
        for _, _, items in found
        for item in items
        if book.open[item] == line.receipt.amount_minor
    ]


def _plausible(book: Book, line: Line, items: Sequence[int], first: int) -> list[int]:
    """Leave out items that the letters before the number contradict; of several take the invoice numbers."""
    before = _LETTERS.search(line.text, max(0, line.runs[first][0] - 8), line.runs[first][0])
    doc, po = book.items.doc, book.items.po
    digits = {key for key, start, _ in line.windows if start == first}
    if before:
        letters = before[0]
        agree = [item for item in items if letters in {prefix_of(doc[item]), prefix_of(po[item])}]
        if letters in book.prefixes():
            return [
                item for item in agree if letters == prefix_of(doc[item]) and key_of(doc[item]) in digits
            ] or [item for item in agree if letters == prefix_of(po[item]) and key_of(po[item]) in digits]
        if agree:
            return agree
    if len(items) == 1:
        return list(items)
    ours = [item for item in items if key_of(doc[item]) in digits]
    return ours or list(items)


def named_inside(state: State, line: Line, names: Names) -> None:
    """Add what the rest of the numbers may name among the customer's own items: lists, ranges, tails, typos."""
    pool = state.book.pool(names.customer, _currency(state, line, names))
    numbers = pool.numbers(state.book)
    if not numbers:
        return
    _lists(state, line, names, pool)
    ends = {str(line.receipt.amount_minor // 100), str(line.receipt.amount_minor)}
    for at, (_, _, digits) in enumerate(line.runs):
        if at in names.used or digits in ends or len(digits) < 3:
            continue
        if len(digits) > LONGEST_NUMBER and (blocks := _blocks(digits, pool, numbers)):
            names.used.add(at)
            names.is_listed = True
            names.sure.extend(item for item in blocks if item not in names.sure)
            continue
        if found := _near(line, at, pool, numbers):
            names.maybe.append(found)
            names.used.add(at)
        elif len(digits) >= 3 and len(digits) <= 8 and (tails := _tails(digits, pool, numbers)):
            names.maybe.append(("tail", tails))
        elif _looks_like_ours(_widest(line, at), pool):
            names.unknown = True


def _currency(state: State, line: Line, names: Names) -> str:
    if names.sure:
        return state.book.items.currency[names.sure[0]]
    own = state.book.currencies(names.customer)
    return line.receipt.currency if line.receipt.currency in own or not own else own[0]


def _lists(state: State, line: Line, names: Names, pool: Pool) -> None:
    """Read …123/124/130 and …123~130 after a named number: the short ones change the end of the one before."""
    numbers = pool.numbers(state.book)
    anchor = ""
    for at, (start, _end, digits) in enumerate(line.runs):
        if at in names.used:
            anchor = _anchor(line, at, names, numbers) or anchor
            continue
        previous = line.runs[at - 1][1] if at else 0
        if not anchor or not at or len(digits) > len(anchor):
            continue
        whole = anchor[: -len(digits)] + digits
        if is_range(line.text, previous, start):
            found = _between(anchor, whole, pool, state)
            if len(found) > 1 or (found and previous + 1 != start):
                names.used.add(at)
                names.is_listed = True
                names.sure.extend(item for item in found if item not in names.sure)
                anchor = whole
                continue
        if is_list(line.text, previous, start) and whole in numbers:
            names.used.add(at)
            names.is_listed = True
            names.sure.extend(item for item in numbers[whole][:1] if item not in names.sure)
            anchor = whole


def _anchor(line: Line, at: int, names: Names, numbers: Mapping[str, Sequence[int]]) -> str:
    """Return the digits of the number that ends with this run."""
    digits = ""
    for run in range(at, max(at - 4, -1), -1):
        if run not in names.used:
            break
        digits = line.runs[run][2] + digits
        if digits in numbers:
            return digits
        for key in keys_of_number(digits):
            if key in numbers:
                return key
    return ""


def _between(first: str, last: str, pool: Pool, state: State) -> list[int]:
    if len(first) != len(last) or not 0 < int(last) - int(first) <= 200:
        return []
    numbers = pool.numbers(state.book)
    whole = [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    if whole[-1] not in numbers:
        return []
    return [item for number in whole for item in numbers.get(number, ())[:1]][:MOST_NAMED]


def _widest(line: Line, at: int) -> str:
    """Return the longest number without a gap of words that starts at a run."""
    found = [key for key, first, _ in line.windows if first == at]
    return max(found, key=len, default=line.runs[at][2])


def _blocks(digits: str, pool: Pool, numbers: Mapping[str, Sequence[int]]) -> list[int]:
    """Return the items of numbers of one length that were written without anything between them."""
    for size in sorted(pool.lengths):
        if size >= 6 and len(digits) % size == 0:
            parts = [digits[at : at + size] for at in range(0, len(digits), size)]
            if all(part in numbers for part in parts):
                return [numbers[part][0] for part in parts]
    return []


def _near(
    line: Line, at: int, pool: Pool, numbers: Mapping[str, Sequence[int]]
) -> tuple[str, list[int]] | None:
    """Return items whose number is whole, cut off or one slip away from a number that starts at a run."""
    windows = [key for key, first, _ in line.windows if first == at]
    for key in windows:
        if key in numbers:
            return "whole", list(numbers[key])
    is_last = at >= len(line.runs) - 3 and len(line.text) >= 12 and line.runs[-1][1] == len(line.text)
    for key in windows:
        size = len(key)
        if size < 6:
            continue
        if is_last and f"|{key}" in pool.joined:
            cut = [item for number, items in numbers.items() if number.startswith(key) for item in items]
            if len(cut) <= 4 * MOST_TAILS:
                return "cut", cut
        if pool.lengths.isdisjoint((size - 1, size, size + 1)):
            continue
        close = process.extract(
            key, numbers.keys(), scorer=OSA.distance, score_cutoff=1, limit=MOST_TAILS + 1
        )
        slips = [item for number, _, _ in close for item in numbers[number]]
        if slips and len(slips) <= MOST_TAILS:
            return "typo", slips
    return None


def _tails(digits: str, pool: Pool, numbers: Mapping[str, Sequence[int]]) -> list[int]:
    """Return the items with a number that ends with these digits."""
    tail, joined = f"{digits}|", pool.joined
    found: list[int] = []
    at = joined.find(tail)
    while at >= 0:
        start = joined.rfind("|", 0, at + 1) + 1
        found += numbers[joined[start : at + len(digits)]]
        at = joined.find(tail, at + 1)
    return found if len(found) <= MOST_TAILS else []


def _looks_like_ours(number: str, pool: Pool) -> bool:
    """Tell whether a number has the length and the beginning of one of the customer's."""
    size = len(number)
    return size >= 6 and size in pool.lengths and f"|{number[: max(4, size - 5)]}" in pool.joined


def is_alike(book: Book, line: Line, item: int) -> bool:
    """Tell whether a number of the text is a tail of one of the item's numbers, or one slip away from it."""
    ends = {str(line.receipt.amount_minor // 100), str(line.receipt.amount_minor)}
    for number in book.digits(item):
        if len(number) < 4:
            continue
        key = number.lstrip("0")
        for window, _, _ in line.windows:
            if (
                len(window) >= 6
                and abs(len(window) - len(key)) <= 1
                and OSA.distance(window, key, score_cutoff=1) <= 1
            ):
                return True
        for _, _, digits in line.runs:
            if 3 <= len(digits) <= 8 and digits not in ends and number.endswith(digits):
                return True
    return False
