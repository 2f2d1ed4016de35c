"""Status and cause of rows that have no partner: booked twice, in transit, a charge, or missing on the other side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from portal.compare.engine.causes import SAID_SO
from portal.compare.engine.explain import DISCOUNTS, TAXES, share_of
from portal.compare.engine.keys import is_similar
from portal.compare.engine.ledger import LedgerRow, Words
from portal.compare.engine.pool import NO_DAY, Pool, Side
from portal.compare.engine.together import Verdict
from portal.compare.engine.words import said_causes
from portal.errors import N_
from portal.money import currency_digits

#: Days before the cut-off in which a row is on its way where a comparison has too few pairs to learn from: in the
#: way goods and money take (our invoice to them, their payment to us), and against it.
USUAL_TRANSIT = 5
ODD_TRANSIT = 1
MAX_TRANSIT = 14
DUPLICATE_DAYS = 5
#: A text on more rows of a side than this says nothing about two of them being the same.
RARE_TEXT = 4
#: Causes that words alone settle where no partner is found, and those only small rows can have.
_BY_WORDS = ("wrong_party_or_allocation", "rounding", "exchange", "policy_or_tax", "part_payment", "timing")
_ONLY_SMALL = ("bank_fee", "discount")


@dataclass(slots=True)
class Lags:
    """How long after us they book, learned from the pairs of this very comparison, by the sign of the amount."""

    by_sign: dict[int, list[int]]

    @classmethod
    def of(cls, pool: Pool) -> Lags:
        """Learn from pairs of one row each."""
        found: dict[int, list[int]] = {1: [], -1: []}
        for match in pool.matches:
            if len(match.ours) == len(match.theirs) == 1 and match.confidence > 0.95:
                our, their = match.ours[0], match.theirs[0]
                if pool.ours.days[our] and pool.theirs.days[their]:
                    found[1 if pool.ours.minors[our] > 0 else -1].append(pool.lag(our, their))
        for lags in found.values():
            lags.sort()
        return cls(found)

    def transit(self, minor: int, *, is_ours: bool, we_sell: bool) -> int:
        """Return for how many days a row of ours (theirs) is usually not yet booked on the other side."""
        natural = (minor > 0) == (is_ours == we_sell)
        usual = USUAL_TRANSIT if natural else ODD_TRANSIT
        lags = self.by_sign[1 if minor > 0 else -1]
        if len(lags) < 10:
            return usual
        place = len(lags) * 97 // 100
        learned = lags[place] if is_ours else -lags[len(lags) - 1 - place]
        return min(max(learned, usual), MAX_TRANSIT)


class Lonely:
    """Judges the rows of one side that were left over."""

    def __init__(
        self, pool: Pool, *, is_ours: bool, lags: Lags, period: tuple[int, int], we_sell: bool, currency: str
    ):
        """Look at both sides once.

        Args:
            pool: Both sides after matching.
            is_ours: Which side is judged.
            lags: How long the other side usually takes.
            period: First day of the comparison and the cut-off day, as ordinals; 0 = unknown.
            we_sell: Whether ours are the seller's books.
            currency: ISO 4217 code.
        """
        self._side: Side = pool.ours if is_ours else pool.theirs
        self._is_ours, self._lags, self._period, self._we_sell = is_ours, lags, period, we_sell
        self._unit: int = 10 ** currency_digits(currency)
        self._by_amount: dict[int, list[int]] = defaultdict(list)
        for place, minor in enumerate(self._side.minors):
            self._by_amount[minor].append(place)
        sizes = sorted(abs(minor) for minor in self._side.minors if minor)
        self._median = sizes[len(sizes) // 2] if sizes else 0
        self._party = _usual_party(self._side.rows)
        self._texts = Counter(_bare(row.text) for row in self._side.rows)
        self._has_opening = any(row.is_opening for side in (pool.ours, pool.theirs) for row in side.rows)

    def judge(self, place: int) -> Verdict:
        """Return status, cause and words of a row without a partner."""
        row = self._side.rows[place]
        only = "only_ours" if self._is_ours else "only_theirs"
        if row.is_opening:
            return Verdict(only, self._omitted, ((N_("the other file has no balance brought forward"), {}),))
        said = said_causes(row)
        twin = self._twin(place)
        if twin is not None or "duplicate" in said:
            words: Words = (N_("the row says that it is a copy"), {})
            if twin is not None:
                other = self._side.rows[twin]
                words = (N_("a second telling of %(number)s"), {"number": other.reference or f"#{other.no}"})
            return Verdict("duplicate_ours" if self._is_ours else "duplicate_theirs", "duplicate", (words,))
        if self._is_other_party(row):
            words = (N_("the row names another account: %(party)s"), {"party": row.party[:60]})
            return Verdict(only, "wrong_party_or_allocation", (words,))
        return self._by_words(row, said, only) or self._by_figure(place, only) or self._by_day(place, only)

    @property
    def _omitted(self) -> str:
        return "omitted_theirs" if self._is_ours else "omitted_ours"

    def _is_other_party(self, row: LedgerRow) -> bool:
        return bool(self._party and row.party and row.party.casefold() != self._party)

    def _twin(self, place: int) -> int | None:
        """Return the row of the same side of which this one is a second telling."""
        side = self._side
        for other in self._by_amount[side.minors[place]]:
            if other == place or (side.free[other] and other > place):
                continue
            if self._is_twin(place, other):
                return other
        return None

    def _is_twin(self, place: int, other: int) -> bool:
        side = self._side
        one, two = side.rows[place], side.rows[other]
        mine, yours = side.keys[place], side.keys[other]
        gap = abs(side.days[place] - side.days[other]) if side.days[place] and side.days[other] else 0
        if set(mine.own) & set(yours.own):
            return gap <= 62
        if mine.own and yours.own and gap <= 31 and _is_copy_number(mine.own[0], yours.own[0]):
            return True
        if gap > DUPLICATE_DAYS:
            return False
        shared = set(mine.named) & set(yours.named)
        bare = _bare(one.text)
        is_same_text = bool(bare) and bare == _bare(two.text) and self._texts[bare] <= RARE_TEXT
        return bool(shared) or (is_same_text and not side.free[other]) or not (one.text or one.reference)

    def _by_words(self, row: LedgerRow, said: Sequence[str], only: str) -> Verdict | None:
        is_small = abs(row.minor) * 4 < self._median or abs(row.minor) <= 100 * self._unit
        for cause in said:
            if cause in _BY_WORDS or (cause in _ONLY_SMALL and is_small):
                return Verdict(only, cause, ((SAID_SO, {}),))
        if "entry_error" in said:
            return Verdict(only, "entry_error", ((N_("a correction that the other side does not have"), {}),))
        return None

    def _by_figure(self, place: int, only: str) -> Verdict | None:
        side, minor = self._side, self._side.minors[place]
        if 0 < abs(minor) < self._unit:
            return Verdict(only, "rounding", ((N_("less than one unit of the currency"), {}),))
        for other in self._by_amount.get(-minor, ()):
            if side.free[other] and set(side.keys[place].named) & set(side.keys[other].named):
                return Verdict(only, "entry_error", ((N_("booked and taken back"), {}),))
        for key in side.keys[place].named:
            for other in side.index("own").get(key, ()):
                whole = abs(side.minors[other])
                cause = _share_cause(abs(minor), whole) if other != place else ""
                if cause:
                    number = side.rows[other].reference
                    return Verdict(only, cause, ((N_("a usual share of %(number)s"), {"number": number}),))
        return None

    def _by_day(self, place: int, only: str) -> Verdict:
        side = self._side
        day, minor = side.days[place], side.minors[place]
        first, last = self._period
        if day != NO_DAY and last:
            days = self._lags.transit(minor, is_ours=self._is_ours, we_sell=self._we_sell)
            back = self._lags.transit(minor, is_ours=not self._is_ours, we_sell=self._we_sell)
            if last - day < days:
                words = (
                    N_("booked on %(day)s, shortly before the cut-off: on its way"),
                    {"day": side.rows[place].day},
                )
                return Verdict(only, "timing", (words,))
            if self._has_opening and day - first < min(back, 4) and back > ODD_TRANSIT:
                words = (
                    N_("booked on %(day)s, at the beginning: the other side has it before"),
                    {"day": side.rows[place].day},
                )
                return Verdict(only, "timing", (words,))
        words = (N_("nothing on the other side fits in number, amount or day"), {})
        return Verdict(only, self._omitted, (words,))


def _is_copy_number(one: str, other: str) -> bool:
    """Say whether a number is another one with something added, or with a letter or digit lost or doubled."""
    return one.startswith(other) or (is_similar(one, other) and len(one) != len(other))


def _usual_party(rows: Sequence[LedgerRow]) -> str:
    """Return the account nearly all rows name, folded; empty where there is none."""
    names = Counter(row.party.casefold() for row in rows if row.party)
    if not names:
        return ""
    name, count = names.most_common(1)[0]
    return name if count * 10 >= names.total() * 8 else ""


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha())


def _share_cause(part: int, whole: int) -> str:
    if part * 2 >= whole:
        return ""
    if any(abs(part - share_of(whole, rate)) <= 1 for rate in DISCOUNTS[:7]):
        return "discount"
    return "policy_or_tax" if any(abs(part - share_of(whole, rate)) <= 1 for rate in TAXES) else ""
