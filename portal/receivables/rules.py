"""Rules of receivables: kinds of document, which way each moves the balance, how open items age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.errors import N_, Conflict, Invalid
from portal.money import Money

KINDS = (
    "invoice", "debit_note", "credit_note", "receipt", "refund", "adjustment", "write_off", "opening_balance",
)  # fmt: skip

#: Sign of a kind's effect on what the customer owes; adjustment and opening balance carry their own sign.
SIDES = {
    "invoice": 1, "debit_note": 1, "credit_note": -1, "receipt": -1, "refund": 1, "adjustment": 1, "write_off": -1,
    "opening_balance": 1,
}  # fmt: skip
SIGNED_KINDS = frozenset({"adjustment", "opening_balance"})

#: Column of the statement's sum strip that a kind moves: closing = opening + invoiced − received − credited.
COLUMNS = {
    "invoice": "invoiced", "debit_note": "invoiced", "opening_balance": "invoiced", "receipt": "received",
    "refund": "received", "credit_note": "credited", "write_off": "credited", "adjustment": "credited",
}  # fmt: skip

#: Where the part of a document that is not applied yet stands in the books: money before the sale is an advance.
HOLDING = {kind: "advance" if kind in {"receipt", "refund"} else "receivable" for kind in KINDS}

#: Kinds that come with evidence from outside; the others, entered by hand, need a second person.
EVIDENCED_KINDS = frozenset({"invoice", "debit_note", "receipt"})

#: What undoes a document of a kind.
OPPOSITES = {
    "invoice": "credit_note", "debit_note": "credit_note", "credit_note": "debit_note", "receipt": "refund",
    "refund": "receipt", "write_off": "adjustment", "adjustment": "adjustment", "opening_balance": "adjustment",
}  # fmt: skip

#: Keys of the ageing table, youngest first.
BUCKETS = ("not_due", "d1_30", "d31_60", "d61_90", "d91_120", "d120_plus", "unapplied")


class OverApplied(Invalid):
    """More was to be applied than is open."""

    code = "over_applied"
    default_message = N_("Only %(open)s of %(number)s is open; %(amount)s cannot be applied to it.")


class DuplicateDocument(Conflict):
    """Entity, kind and number of a document exist already."""

    code = "duplicate"
    default_message = N_("There is a document with the number %(number)s of this kind already.")


# --- ageing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """What is open of one document: signed minor units, positive = the customer owes it.

    Attributes:
        due_on: Due date; None = due at the document date (queries fill in the customer's terms).
    """

    due_on: date | None
    document_on: date
    open_minor: int


@dataclass(frozen=True, slots=True)
class AgeingTable:
    """Minor units by bucket, youngest first; unapplied credits are zero or negative. All sum to the balance.

    Attributes:
        due_today_minor: Part of ``not_due_minor`` that is due on the as-of day itself.
    """

    not_due_minor: int = 0
    d1_30_minor: int = 0
    d31_60_minor: int = 0
    d61_90_minor: int = 0
    d91_120_minor: int = 0
    d120_plus_minor: int = 0
    unapplied_minor: int = 0
    due_today_minor: int = 0

    @property
    def overdue_minor(self) -> int:
        """What was due before the as-of day."""
        return (
            self.d1_30_minor
            + self.d31_60_minor
            + self.d61_90_minor
            + self.d91_120_minor
            + self.d120_plus_minor
        )

    @property
    def due_now_minor(self) -> int:
        """What is due on or before the as-of day."""
        return self.overdue_minor + self.due_today_minor

    @property
    def balance_minor(self) -> int:
        """The sum of all buckets."""
        return self.not_due_minor + self.overdue_minor + self.unapplied_minor


def age_open_items(items: Iterable[OpenAmount], *, as_of: date) -> AgeingTable:
    """Sort one customer's open items of one currency into buckets by days past due.

    Args:
        items: Open amounts of one currency; positive raises what is owed.
        as_of: Last day counted (inclusive), a business date of the seller. Due on this day = not due.

    Returns:
        The buckets; their sum equals the sum of the items.

    Source: domain.md, ageing bucket and I4.
    """
    buckets = dict.fromkeys(BUCKETS, 0)
    due_today = 0
    for item in items:
        days = (as_of - (item.due_on or item.document_on)).days
        buckets["unapplied" if item.open_minor < 0 else bucket_of(days)] += item.open_minor
        if days == 0 and item.open_minor > 0:
            due_today += item.open_minor
    return AgeingTable(
        **{f"{bucket}_minor": minor for bucket, minor in buckets.items()}, due_today_minor=due_today
    )


def bucket_of(overdue_days: int) -> str:
    """Return the bucket of an item by days past due; zero or less = not due."""
    for limit, bucket in ((0, "not_due"), (30, "d1_30"), (60, "d31_60"), (90, "d61_90"), (120, "d91_120")):
        if overdue_days <= limit:
            return bucket
    return "d120_plus"


@dataclass(frozen=True, slots=True)
class Ageing:
    """An ageing table as money, for pages and documents."""

    table: AgeingTable
    currency: str

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def not_due(self) -> Money:
        """Not due yet, the as-of day itself included."""
        return self._money(self.table.not_due_minor)

    @property
    def d1_30(self) -> Money:
        """1 to 30 days past due."""
        return self._money(self.table.d1_30_minor)

    @property
    def d31_60(self) -> Money:
        """31 to 60 days past due."""
        return self._money(self.table.d31_60_minor)

    @property
    def d61_90(self) -> Money:
        """61 to 90 days past due."""
        return self._money(self.table.d61_90_minor)

    @property
    def d91_120(self) -> Money:
        """91 to 120 days past due."""
        return self._money(self.table.d91_120_minor)

    @property
    def d120_plus(self) -> Money:
        """More than 120 days past due."""
        return self._money(self.table.d120_plus_minor)

    @property
    def unapplied(self) -> Money:
        """Credits not applied to anything yet; zero or negative."""
        return self._money(self.table.unapplied_minor)

    @property
    def overdue(self) -> Money:
        """Due before the as-of day."""
        return self._money(self.table.overdue_minor)

    @property
    def due_now(self) -> Money:
        """Due on or before the as-of day."""
        return self._money(self.table.due_now_minor)

    @property
    def balance(self) -> Money:
        """The sum of all buckets."""
        return self._money(self.table.balance_minor)

    @property
    def buckets(self) -> tuple[tuple[str, Money], ...]:
        """(key, money) youngest first, unapplied credits last; keys as in the statement's JSON."""
        return tuple((key, self._money(getattr(self.table, f"{key}_minor"))) for key in BUCKETS)
