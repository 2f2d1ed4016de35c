"""What pages show of comparisons: heads, findings with what became of them, causes summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.compare.engine import Words
from portal.compare.layout import Guess
from portal.compare.rules import Proposal
from portal.money import Money


@dataclass(frozen=True, slots=True)
class CauseSum:
    """Differences of one cause: how many, and their sum as a step of the bridge (theirs − ours)."""

    cause: str
    root: str
    count: int
    step: Money


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A comparison as a whole.

    Attributes:
        month: First day of the month its statement covers; None without a statement.
        steps: Differences by cause, in the order of the bridge.
        debit: Control sum of the file's debit side, by its own signs.
        closing: Sum of the file's rows in our signs once compared, before that by its own.
        stated: Closing balance written in the file; None where there is none.
        counts: Number of groups by status.
        agreed_lines: Lines of the statement that can be confirmed now.
    """

    id: int
    public_id: str
    state: str
    file_name: str
    size_bytes: int
    customer_id: int
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    currency: str
    as_of: date
    begin_on: date | None
    basis: str
    statement_public_id: str
    statement_hash: str
    month: date | None
    ours: Money
    theirs: Money
    debit: Money
    credit: Money
    stated: Money | None
    given_opening: Money | None
    row_count: int
    left_out: Sequence[Sequence[str]]
    is_mirrored: bool
    error: str
    error_params: Mapping[str, object]
    job_id: str | None
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    guess: Guess
    sign: str
    counts: Mapping[str, int]
    steps: tuple[CauseSum, ...]
    agreed_lines: tuple[int, ...]
    agreed_sum: Money

    @property
    def difference(self) -> Money:
        """Theirs − ours: what the steps of the bridge sum to."""
        return self.theirs - self.ours

    @property
    def unexplained(self) -> Money:
        """What the steps leave open: zero, and worked out to be shown as such."""
        total = sum(step.step.minor for step in self.steps)
        return Money(self.difference.minor - total, self.currency)

    @property
    def difference_count(self) -> int:
        """How many differences have a cause."""
        return sum(count for status, count in self.counts.items() if status != "agreed")

    def name_in(self, language: str) -> str:
        """The customer's name in a language."""
        return (
            self.customer_name_en or self.customer_name
            if language == "en"
            else self.customer_name or self.customer_name_en
        )


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding with both rows and what became of it.

    Attributes:
        difference: Ours − theirs.
        state: ``agreed``, ``confirmed``, ``disputed``, ``asked``, ``waits`` (clears by itself) or ``open``.
        proposal: The dispute we would fill in; None where there is nothing to dispute.
        line_no: Line of the statement, where our document stands on it.
    """

    no: int
    group: int
    status: str
    cause: str
    reasons: tuple[Words, ...]
    difference: Money
    confidence_permille: int
    document_public_id: str
    our_on: date | None
    our_number: str
    our_text: str
    our_kind: str
    ours: Money | None
    their_label: str
    their_on: date | None
    their_number: str
    their_text: str
    theirs: Money | None
    state: str
    dispute_public_id: str
    proposal: Proposal | None
    may_ask: bool
    line_no: int | None


@dataclass(frozen=True, slots=True)
class ComparisonRowView:
    """One line of the list of comparisons."""

    public_id: str
    file_name: str
    state: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    currency: str
    as_of: date
    ours: Money
    theirs: Money
    difference: Money
    differences: int
    started_by: str
    started_at: datetime

    def name_in(self, language: str) -> str:
        """The customer's name in a language."""
        return (
            self.customer_name_en or self.customer_name
            if language == "en"
            else self.customer_name or self.customer_name_en
        )
