"""What pages see of a dispute: frozen values; a customer's view is made without anything internal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.adjustments import AdjustmentView
from portal.attachments import FileView
from portal.disputes.reasons import Reason
from portal.disputes.rules import RESOLUTIONS, Resolution, verdict_of
from portal.errors import N_
from portal.money import Money


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One point of the timeline.

    Attributes:
        kind: message, note, state, offer or posting.
        verb: What was done: a verb of ``rules.TRANSITIONS``.
        side: customer, staff or system.
        money: Of an offer or a posting.
        files: What came with it.
        is_moved: Whether the state changed.
    """

    kind: str
    verb: str
    side: str
    who: str
    at: datetime
    text: str
    money: Money | None
    files: tuple[FileView, ...]
    is_internal: bool
    is_moved: bool
    to_state: str


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact as the customer gave it; ``value`` is text, a date or Money."""

    key: str
    label: str
    value: str | date | Money


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is compared of a document.

    Attributes:
        goods: The lines' items, or the description.
        open: What is still open of it.
    """

    public_id: str
    document_no: str
    kind: str
    document_on: date
    order_no: str
    reference: str
    goods: str
    amount: Money
    tax: Money | None
    open: Money


@dataclass(frozen=True, slots=True)
class TwinFact:
    """One fact of two documents side by side."""

    label: str
    left: str | date | Money
    right: str | date | Money
    is_same: bool


@dataclass(frozen=True, slots=True)
class SimilarDocuments:
    """A document and those that may bill the same goods.

    Attributes:
        others: The most similar first.
        twins: The first of them beside this one, fact by fact.
    """

    this: DocumentFacts
    others: tuple[DocumentFacts, ...]
    twins: tuple[TwinFact, ...]

    @property
    def best(self) -> DocumentFacts | None:
        """The one to suggest as the same bill: at least amount and one more fact are equal."""
        return self.others[0] if sum(fact.is_same for fact in self.twins) >= 2 else None


@dataclass(frozen=True, slots=True)
class Offer:
    """Our proposal, or the customer's counter-offer, as it stands.

    Attributes:
        approved: The amount named.
        resolution: How it would end; the customer's counter-offer keeps ours.
        today: The line or document as it stands.
        after: What would be left of it.
    """

    approved: Money
    resolution: Resolution
    text: str
    on: date
    by: str
    side: str
    today: Money
    after: Money


@dataclass(frozen=True, slots=True)
class WaitingView:
    """How long each side has had the turn, in business days, and since when the present one."""

    ours: int
    theirs: int
    since_on: date


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One row of a list.

    Attributes:
        subject: Number of the disputed document; empty = a statement.
        month: First day of the statement's month, where one is named.
        owner: Name; empty for customers.
    """

    id: int
    public_id: str
    number: str
    reason: Reason
    subject: str
    month: date | None
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    disputed: Money
    approved: Money | None
    state: str
    turn: str
    due_on: date
    is_late: bool
    opened_at: datetime
    opened_on: date
    owner: str
    department: str


@dataclass(frozen=True, slots=True)
class DisputeView:
    """One dispute with all its facts in sight.

    Attributes:
        whole: The line or document as issued (positive), of which ``disputed`` is the disputed part.
        root_cause, owner_public_id, adjustments: Empty for customers.
        twin_facts: The two documents fact by fact; empty when the other one is not known here.
        verbs: What the rules allow in its state; the verbs themselves check roles again.
    """

    row: DisputeRow
    document: DocumentFacts | None
    other: DocumentFacts | None
    twin_facts: tuple[TwinFact, ...]
    whole: Money
    facts: tuple[FactView, ...]
    parts: tuple[tuple[Reason, Money], ...]
    entries: tuple[TimelineEntry, ...]
    offer: Offer | None
    waiting: WaitingView
    statement_public_id: str
    statement_version: int
    line_no: int | None
    opened_by: str
    is_on_behalf: bool
    resolved_on: date | None
    resolution: str
    root_cause: str
    owner_public_id: str
    adjustments: tuple[AdjustmentView, ...]
    verbs: frozenset[str]
    row_version: int

    @property
    def same_count(self) -> int:
        """How many facts of the two documents are the same."""
        return sum(1 for fact in self.twin_facts if fact.is_same)

    @property
    def verdict(self) -> str:
        """``valid``, ``partly_valid`` or ``invalid``; empty while nothing was agreed."""
        if self.row.approved is None or not self.resolution:
            return ""
        return verdict_of(self.row.disputed.minor, self.row.approved.minor)

    @property
    def outcome(self) -> Resolution | None:
        """How it ended or would end."""
        return RESOLUTIONS.get(self.resolution)

    @property
    def customer_entries(self) -> tuple[TimelineEntry, ...]:
        """Exactly what the customer sees of the timeline."""
        return tuple(entry for entry in self.entries if not entry.is_internal)


def twin_facts(left: DocumentFacts, right: DocumentFacts) -> tuple[TwinFact, ...]:
    """Compare two documents fact by fact; facts neither of them has are left out.

    Returns:
        Facts in the order of a document; ``left`` is the other one, ``right`` the disputed one.
    """
    pairs: list[tuple[str, str | date | Money, str | date | Money]] = [
        (N_("Document date"), left.document_on, right.document_on),
        (N_("Order"), left.order_no, right.order_no),
        (N_("Reference"), left.reference, right.reference),
        (N_("Goods"), left.goods, right.goods),
        (N_("Amount incl. VAT"), left.amount, right.amount),
    ]
    if left.tax is not None and right.tax is not None:
        pairs.append((N_("VAT"), left.tax, right.tax))
    return tuple(TwinFact(label, a, b, a == b) for label, a, b in pairs if a or b)
