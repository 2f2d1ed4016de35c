"""One statement as its readers see it: page, PDF, XLSX, CSV and JSON are all made from this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from portal.ledger import EntityView
from portal.money import Money
from portal.receivables import Ageing
from portal.statements.facts import BUCKETS, FIGURES, answers_hash, frozen_content
from portal.statements.rules import (
    ANSWERABLE,
    SIGNED,
    Progress,
    has_answer,
    needs_answer,
    short_hash,
)


class LineView(NamedTuple):
    """One line with its answer; amounts in minor units of ``currency``, positive raises what is owed.

    A tuple, because a statement may have thousands of them.
    """

    no: int
    document_public_id: str | None
    document_no: str
    kind: str
    document_on: date | None
    due_on: date | None
    text: str
    order_no: str
    currency: str
    amount_minor: int
    open_minor: int
    is_overdue: bool
    answer: str = "none"
    disputed_minor: int = 0
    dispute_public_id: str | None = None
    dispute_number: str = ""
    dispute_reason: str = ""
    dispute_state: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    note: str = ""
    act: str = ""
    is_carried: bool = False

    @property
    def amount(self) -> Money:
        """What the line moves."""
        return Money(self.amount_minor, self.currency)

    @property
    def open(self) -> Money:
        """What was open of it at the end of the period."""
        return Money(self.open_minor, self.currency)

    @property
    def disputed(self) -> Money:
        """The disputed part, with the sign of the line."""
        return Money(self.disputed_minor, self.currency)

    @property
    def agreed(self) -> Money:
        """What is left of a disputed line."""
        return Money(self.amount_minor - self.disputed_minor, self.currency)

    @property
    def has_answer(self) -> bool:
        """Whether it is confirmed or disputed."""
        return has_answer(self)

    @property
    def needs_answer(self) -> bool:
        """Whether it must be answered before signing."""
        return needs_answer(self)

    @property
    def is_part_disputed(self) -> bool:
        """Whether only a part is disputed."""
        return self.answer == "disputed" and self.disputed_minor != self.amount_minor


@dataclass(frozen=True, slots=True)
class CustomerHead:
    """The customer as a statement names it."""

    id: int
    public_id: str
    number: str
    name: str
    name_en: str
    tax_no: str
    street_address: str
    language: str

    def name_in(self, language: str) -> str:
        """The name in a language, the other one's where there is none."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)


@dataclass(frozen=True, slots=True)
class Figures:
    """The sum strip: opening + invoiced − received − credited = closing; all as of the end of the period."""

    opening: Money
    invoiced: Money
    received: Money
    credited: Money
    closing: Money
    due_now: Money
    overdue: Money


@dataclass(frozen=True, slots=True)
class VersionLink:
    """One version of the same statement."""

    public_id: str
    version: int
    state: str
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthLink:
    """The statement of another month."""

    public_id: str
    period_from: date
    state: str
    closing: Money


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """A month-end balance and whether it was signed: ``signed``, ``except``, ``open``, or ``none`` (no statement)."""

    month: date
    balance: Money
    mark: str
    public_id: str | None


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Lines 1..n of one answer. Subtotals of all groups add up to the movement of the period.

    Attributes:
        key: ``unanswered`` (questions too), ``disputed`` or ``confirmed``.
        subtotal: Of the confirmed group with the agreed parts of part-disputed lines.
    """

    key: str
    lines: tuple[LineView, ...]
    subtotal: Money

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self.lines)


@dataclass(frozen=True)
class StatementPage:
    """Everything about one version of a statement. ``lines`` are 1..n; line 0 is ``opening``."""

    id: int
    public_id: str
    version: int
    kind: str
    state: str
    currency: str
    entity: EntityView
    customer: CustomerHead
    period_from: date
    period_until: date
    figures: Figures
    ageing: Ageing
    opening: LineView
    lines: tuple[LineView, ...]
    content_hash: str
    answer_by_on: date | None
    prepared_at: datetime
    issued_at: datetime | None
    first_viewed_at: datetime | None
    progress: Progress
    versions: tuple[VersionLink, ...]
    previous: MonthLink | None
    history: tuple[HistoryPoint, ...]
    confirmation_public_id: str | None

    @property
    def as_of(self) -> date:
        """The last day of the period: every figure is as of this day."""
        return self.period_until - timedelta(days=1)

    @property
    def all_lines(self) -> tuple[LineView, ...]:
        """Lines 0..n; their amounts sum to the closing balance."""
        return (self.opening, *self.lines)

    @property
    def movement(self) -> Money:
        """Closing less opening balance."""
        return self.figures.closing - self.figures.opening

    @property
    def hash_short(self) -> str:
        """The twelve characters people compare."""
        return short_hash(self.content_hash)

    @property
    def answers_hash(self) -> str:
        """Hash of the answers as shown: a signature names it."""
        return answers_hash((line.no, line.answer, line.disputed_minor) for line in self.all_lines)

    @property
    def is_issued(self) -> bool:
        """Whether the customer sees it."""
        return self.issued_at is not None

    @property
    def is_answerable(self) -> bool:
        """Whether lines can be answered and the balance signed."""
        return self.state in ANSWERABLE

    @property
    def is_signed(self) -> bool:
        """Whether this version carries a signature."""
        return self.state in SIGNED or self.confirmation_public_id is not None

    @property
    def newer(self) -> VersionLink | None:
        """The issued version that replaced this one."""
        later = [link for link in self.versions if link.version > self.version and link.issued_at]
        return later[-1] if later else None

    @property
    def is_newest(self) -> bool:
        """Whether no later version was issued."""
        return self.newer is None

    @property
    def split_lines(self) -> tuple[LineView, ...]:
        """Lines of which only a part is disputed; the rest counts as confirmed."""
        return tuple(line for line in self.lines if line.is_part_disputed)

    @property
    def groups(self) -> tuple[AnswerGroup, ...]:
        """Lines by answer: unanswered, disputed, confirmed; each with its subtotal."""
        sorted_out: dict[str, list[LineView]] = {"unanswered": [], "disputed": [], "confirmed": []}
        sums = dict.fromkeys(sorted_out, 0)
        for line in self.lines:
            key = line.answer if has_answer(line) else "unanswered"
            sorted_out[key].append(line)
            disputed = line.disputed_minor if key == "disputed" else 0
            sums["disputed"] += disputed
            sums["confirmed" if key == "disputed" else key] += line.amount_minor - disputed
        return tuple(
            AnswerGroup(key, tuple(lines), Money(sums[key], self.currency))
            for key, lines in sorted_out.items()
        )

    def entity_name(self, language: str) -> str:
        """The seller's full name in a language."""
        return self.entity.name_in(language)

    def customer_name(self, language: str) -> str:
        """The customer's name in a language."""
        return self.customer.name_in(language)


def statement_facts(page: StatementPage) -> dict[str, Any]:
    """Return the Statement JSON: frozen content, public id, version, answers and hash.

    Amounts are decimal text with all decimals of the currency, positive = the customer owes; ``period.until`` is
    the day after the last; ``answer`` is one of confirmed, disputed, question, none.
    """
    minor = {key: getattr(page.figures, key).minor for key in FIGURES}
    minor |= {key: getattr(page.ageing, key).minor for key in BUCKETS}
    content = frozen_content(
        entity=page.entity.code, customer_no=page.customer.number, currency=page.currency, kind=page.kind,
        period=(page.period_from, page.period_until), minor=minor,
        lines=[
            (line.no, line.document_no, line.kind, line.document_on, line.due_on, line.amount_minor, line.open_minor)
            for line in page.all_lines
        ],
    )  # fmt: skip
    for row, line in zip(content["lines"], page.all_lines, strict=True):
        row["answer"] = line.answer
    return {"public_id": page.public_id, "version": page.version, **content, "hash": page.content_hash}
