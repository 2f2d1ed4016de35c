"""Compare two ledgers: match both ways in stages, judge every row, and bridge the two balances exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from portal.compare.engine import by_amount, by_number
from portal.compare.engine.alone import Lags, Lonely
from portal.compare.engine.causes import CAUSES
from portal.compare.engine.ledger import Comparison, Finding, Ledger, LedgerRow, Step, Words
from portal.compare.engine.pool import Match, Pool, Side
from portal.compare.engine.together import Verdict, judge_pair, tolerance_of
from portal.errors import N_

Progress = Callable[[int, int], None]

#: Stage → what brought rows together.
STAGE_WORDS = {
    "opening": N_("balance brought forward"),
    "number": N_("same number and amount"),
    "number-named": N_("a number in the text, and the same amount"),
    "number-digits": N_("same digits of the number, and the same amount"),
    "number-tail": N_("same end of the number, and the same amount"),
    "number-sum": N_("several rows of one number with the same sum"),
    "list": N_("one row names all the others, and the sum is the same"),
    "number-amount": N_("same number"),
    "number-sign": N_("same number, opposite sign"),
    "slip": N_("same amount, and a number with a slip of the fingers"),
    "amount-day": N_("same amount on near days"),
    "amount-once": N_("an amount that each side has once"),
    "sum": N_("several rows with the same sum on near days"),
    "explained": N_("near days, and amounts that differ in a usual way"),
}


def compare_ledgers(
    ours: Ledger,
    theirs: Ledger,
    *,
    currency: str,
    as_of: date | None = None,
    we_sell: bool = True,
    on_progress: Progress | None = None,
) -> Comparison:
    """Compare two ledgers of one account; the order of rows does not matter.

    Args:
        ours: Our side, positive = the customer owes.
        theirs: Theirs, brought to the same signs.
        currency: ISO 4217 code of both.
        as_of: Cut-off day: rows after it are outside both balances; None = all rows count.
        we_sell: Whether ours are the seller's books; False mirrors what is "in transit".
        on_progress: Told the number of the finished stage and of all stages.

    Returns:
        Every row judged; agreed, or with exactly one cause; the bridge sums exactly.
    """
    pool = Pool(Side.of(ours.rows), Side.of(theirs.rows))
    _match(pool, currency, on_progress or _nothing)
    return _Judge(pool, currency=currency, as_of=as_of, we_sell=we_sell).comparison()


def _nothing(done: int, total: int) -> None:
    """Nobody listens."""


def _match(pool: Pool, currency: str, on_progress: Progress) -> None:
    """Run the stages, surest first."""
    stages: tuple[Callable[[], None], ...] = (
        lambda: _match_openings(pool),
        lambda: by_number.match_numbers(pool, "own", stage="number", confidence=0.999),
        lambda: by_number.match_numbers(pool, "named", stage="number-named", confidence=0.998),
        lambda: by_number.match_sums(pool, "own", stage="number-sum", confidence=0.996),
        lambda: by_number.match_lists(pool, stage="list", confidence=0.995),
        lambda: by_number.match_numbers(pool, "digits", stage="number-digits", confidence=0.997),
        lambda: by_number.match_numbers(pool, "tails", stage="number-tail", confidence=0.99),
        lambda: by_number.match_sums(pool, "named", stage="number-sum", confidence=0.99),
        lambda: by_number.match_other_amounts(pool, "own", stage="number-amount", confidence=0.985),
        lambda: by_number.match_other_amounts(
            pool, "digits", stage="number-amount", confidence=0.97, most=0.3
        ),
        lambda: by_amount.match_slips(pool, stage="slip", confidence=0.985),
        lambda: by_amount.match_amounts(pool, stage="amount-day", far_stage="amount-once"),
        lambda: by_number.match_other_amounts(
            pool, "named", stage="number-amount", confidence=0.97, most=0.1, days=10
        ),
        lambda: by_amount.match_runs(pool, stage="sum"),
        lambda: by_amount.match_groups(pool, stage="sum"),
        lambda: by_number.match_other_amounts(
            pool, "named", stage="number-amount", confidence=0.96, most=0.7
        ),
        lambda: by_number.match_other_amounts(
            pool, "own", stage="number-amount", confidence=0.93, most=0.95, days=400
        ),
        lambda: by_number.match_other_signs(pool, "own", stage="number-sign", confidence=0.95),
        lambda: by_amount.match_explained(pool, stage="explained", currency=currency),
    )
    for number, stage in enumerate(stages, start=1):
        stage()
        on_progress(number, len(stages))


def _match_openings(pool: Pool) -> None:
    """Bring the balances brought forward together, or one of them with the other side's rows before that day."""
    here = [place for place, row in enumerate(pool.ours.rows) if row.is_opening]
    there = [place for place, row in enumerate(pool.theirs.rows) if row.is_opening]
    if here and there:
        pool.take(here, there, "opening", 0.99)
    elif here:
        _match_history(pool.ours, pool.theirs, here, lambda rows: pool.take(here, rows, "opening", 0.99))
    elif there:
        _match_history(pool.theirs, pool.ours, there, lambda rows: pool.take(rows, there, "opening", 0.99))


def _match_history(
    side: Side, other: Side, opening: Sequence[int], take: Callable[[list[int]], None]
) -> None:
    begun = min((day for place, day in enumerate(side.days) if day and place not in opening), default=0)
    begun = max((side.days[place] for place in opening), default=0) or begun
    before = [place for place, day in enumerate(other.days) if 0 < day < begun]
    if before and other.sum_of(before) == side.sum_of(opening):
        take(before)


class _Judge:
    """Says of every row what is the matter with it."""

    def __init__(self, pool: Pool, *, currency: str, as_of: date | None, we_sell: bool) -> None:
        self._pool, self._currency, self._as_of = pool, currency, as_of
        self._limit = as_of.toordinal() if as_of else 0
        lags = Lags.of(pool)
        self._tolerance = tolerance_of([lag for found in lags.by_sign.values() for lag in found])
        period = self._period()
        self._ours = Lonely(pool, is_ours=True, lags=lags, period=period, we_sell=we_sell, currency=currency)
        self._theirs = Lonely(
            pool, is_ours=False, lags=lags, period=period, we_sell=we_sell, currency=currency
        )
        self._findings: list[Finding] = []
        self._statuses: Counter[str] = Counter()
        self._causes: Counter[str] = Counter()

    def comparison(self) -> Comparison:
        """Judge everything and draw the bridge."""
        alone = [*self._alone(self._pool.ours, self._ours), *self._alone(self._pool.theirs, self._theirs)]
        spare = Counter(difference for _, _, difference in alone)
        for match in self._pool.matches:
            self._judge_match(match, spare)
        for row, verdict, difference in alone:
            is_ours = verdict.status.endswith("ours")
            numbers = (row.no, None) if is_ours else (None, row.no)
            self._add([numbers], verdict, difference, 0.9 if verdict.cause != "timing" else 0.8)
        findings = tuple(sorted(self._findings, key=_by_row))
        ours, theirs = self._balance(self._pool.ours), self._balance(self._pool.theirs)
        return Comparison(
            findings, _bridge(findings, ours, theirs), ours, theirs, self._as_of, dict(self._statuses),
            dict(self._causes), self._tolerance,
        )  # fmt: skip

    def _period(self) -> tuple[int, int]:
        days = [day for side in (self._pool.ours, self._pool.theirs) for day in side.days if day]
        if not days:
            return 0, self._limit
        return min(days), self._limit or max(days)

    def _counts(self, day: int) -> bool:
        return not self._limit or day <= self._limit

    def _within(self, side: Side, places: Sequence[int]) -> int:
        return sum(side.minors[place] for place in places if self._counts(side.days[place]))

    def _balance(self, side: Side) -> int:
        return self._within(side, range(len(side.rows)))

    def _alone(self, side: Side, judge: Lonely) -> list[tuple[LedgerRow, Verdict, int]]:
        sign = 1 if side is self._pool.ours else -1
        return [
            (side.rows[place], judge.judge(place), sign * self._within(side, [place]))
            for place in side.all_free()
        ]

    def _judge_match(self, match: Match, spare: Counter[int]) -> None:
        pool = self._pool
        ours = [pool.ours.rows[place] for place in match.ours]
        theirs = [pool.theirs.rows[place] for place in match.theirs]
        difference = self._within(pool.ours, match.ours) - self._within(pool.theirs, match.theirs)
        verdict = judge_pair(
            ours, theirs, difference=difference, tolerance=self._tolerance, currency=self._currency
        )
        if match.stage == "opening" and difference:
            verdict = _opening_verdict(difference, spare)
        words: Words = (STAGE_WORDS[match.stage], {})
        numbers = [(ours[0].no, row.no) for row in theirs] + [(row.no, theirs[0].no) for row in ours[1:]]
        self._add(
            numbers, verdict._replace(words=(*verdict.words, words)), difference, round(match.confidence, 4)
        )

    def _add(
        self,
        numbers: Sequence[tuple[int | None, int | None]],
        verdict: Verdict,
        difference: int,
        confidence: float,
    ) -> None:
        self._statuses[verdict.status] += 1
        if verdict.cause:
            self._causes[verdict.cause] += 1
        group = self._statuses.total()
        for place, (our, their) in enumerate(numbers):
            self._findings.append(
                Finding(
                    our, their, verdict.status, 0 if place else difference, verdict.cause, verdict.words, confidence,
                    group,
                )
            )  # fmt: skip


def _opening_verdict(difference: int, spare: Counter[int]) -> Verdict:
    if spare[-difference]:
        words: Words = (N_("one side has booked it already before this period"), {})
        return Verdict("amount_differs", "timing", (words,))
    cause = "omitted_theirs" if difference > 0 else "omitted_ours"
    return Verdict("amount_differs", cause, ((N_("the difference is older than these files"), {}),))


def _by_row(finding: Finding) -> tuple[bool, int, int]:
    return finding.ours is None, finding.ours or 0, finding.theirs or 0


def _bridge(findings: Sequence[Finding], ours: int, theirs: int) -> tuple[Step, ...]:
    order = {cause: place for place, cause in enumerate(CAUSES)}
    differing = [finding for finding in findings if finding.difference_minor]
    differing.sort(key=lambda finding: (order[finding.cause], _by_row(finding)))
    return (
        Step("opening_ours", "", None, None, ours),
        *(Step("difference", one.cause, one.ours, one.theirs, -one.difference_minor) for one in differing),
        Step("closing_theirs", "", None, None, theirs),
    )
