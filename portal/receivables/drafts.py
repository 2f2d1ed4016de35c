"""Documents to post as values: what may stand in one, and the side of its entry that is not the customer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.clock import is_usable_day
from portal.errors import N_, Invalid
from portal.ledger import CUSTOMER_ROLES
from portal.money import MAX_WHOLE_DIGITS, currency_digits
from portal.receivables.rules import KINDS, SIDES, SIGNED_KINDS


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line of a document to post; its amount has the sign of the document's amount."""

    item: str
    amount_minor: int
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    tax_rate: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """What a document to post is applied to; None = as much as is open on both sides."""

    document_id: int
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CounterPart:
    """One line of the side of a receipt's entry that is not the customer's: debit positive.

    Attributes:
        role: Account role, e.g. ``bank`` or ``financial_expense``.
        amount_minor: Minor units of the document's currency.
        book_minor: The same in book currency where it is known (money exchanged on the way); None = by the rate.
    """

    role: str
    amount_minor: int
    book_minor: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document to post.

    Attributes:
        amount_minor: As written on it, above zero; only adjustment and opening balance may be negative.
        due_on: As written on it; None = document date + the customer's terms of the day it is posted.
        posting_on: Day in the books; None = the document date.
        tax_minor: VAT within the amount, zero up to the amount.
        exchange_rate: Book currency for one unit, decimal text, when the document names it.
        lines: They sum to the amount, or there are none.
        applies_to: Documents of the same entity, customer and currency on the other side.
        reverses_id: The document this one undoes.
        counter: What a receipt or refund is made of besides the customer's side (bank, fee, discount, difference);
            empty = all of it through the bank. Sums to the opposite of ``balance_minor``.
        public_id: Chosen by the caller; None = drawn.
    """

    entity_id: int
    customer_id: int
    kind: str
    document_no: str
    currency: str
    amount_minor: int
    document_on: date
    due_on: date | None = None
    posting_on: date | None = None
    tax_minor: int | None = None
    tax_invoice_no: str = ""
    order_no: str = ""
    reference: str = ""
    description: str = ""
    method: str = ""
    exchange_rate: str | None = None
    department: str = ""
    project: str = ""
    was_disputed: bool = False
    public_id: str | None = None
    lines: tuple[LineDraft, ...] = ()
    applies_to: tuple[Application, ...] = ()
    reverses_id: int | None = None
    counter: tuple[CounterPart, ...] = ()

    @property
    def posted_on(self) -> date:
        """The day in the books."""
        return self.posting_on or self.document_on

    @property
    def balance_minor(self) -> int:
        """The amount with the sign of its effect: positive raises what the customer owes."""
        return SIDES[self.kind] * self.amount_minor

    @property
    def side(self) -> int:
        """1 raises what is owed, -1 lowers it."""
        return 1 if self.balance_minor > 0 else -1


def require_usable(draft: DocumentDraft) -> None:
    """Refuse a draft that no document can be.

    Raises:
        Invalid: ``field`` names what is wrong.
        UnknownCurrency: Not a currency.
    """
    if draft.kind not in KINDS:
        raise Invalid(N_("“%(kind)s” is not a kind of document."), field="kind", kind=draft.kind[:40])
    digits = currency_digits(draft.currency)
    number = draft.document_no
    if not number.strip() or len(number) > 80:
        raise Invalid(N_("Enter a document number of at most 80 characters."), field="document_no")
    amount = draft.amount_minor
    if amount == 0 or (amount < 0 and draft.kind not in SIGNED_KINDS):
        raise Invalid(N_("The amount must be above zero."), field="amount")
    if abs(amount) >= 10 ** (MAX_WHOLE_DIGITS + digits):
        raise Invalid(N_("The amount is too large."), field="amount")
    _require_usable_days(draft)
    if draft.tax_minor is not None and not 0 <= draft.tax_minor <= abs(amount):
        raise Invalid(N_("The tax lies between zero and the amount."), field="tax_amount")
    if draft.lines and sum(line.amount_minor for line in draft.lines) != amount:
        raise Invalid(N_("The lines do not sum to the amount of the document."), field="amount")
    _require_counter(draft)


def _require_counter(draft: DocumentDraft) -> None:
    parts = draft.counter
    if not parts:
        return
    adds_up = sum(part.amount_minor for part in parts) == -draft.balance_minor
    if not adds_up or draft.kind not in COUNTERED_KINDS or any(part.role in CUSTOMER_ROLES for part in parts):
        raise Invalid(
            N_("Money, fee, discount and difference do not sum to what is settled."), field="amount"
        )


def _require_usable_days(draft: DocumentDraft) -> None:
    days = {"document_on": draft.document_on, "due_on": draft.due_on, "posting_on": draft.posting_on}
    for field, day in days.items():
        if day is not None and not is_usable_day(day):
            raise Invalid(N_("This is not a date."), field=field)


# --- journal entries ------------------------------------------------------------------------------------------------

#: Kinds whose money may be made of several parts.
COUNTERED_KINDS = frozenset({"receipt", "refund"})

#: kind → (role, share) of the side that is not the customer's: ``net`` and ``tax`` of the amount, or all of it.
_COUNTER: dict[str, tuple[tuple[str, str], ...]] = {
    "invoice": (("income", "net"), ("output_vat", "tax")),
    "debit_note": (("income", "net"), ("output_vat", "tax")),
    "credit_note": (("income", "net"), ("output_vat", "tax")),
    "receipt": (("bank", "all"),),
    "refund": (("bank", "all"),),
    "write_off": (("allowance", "all"),),
    "opening_balance": (("opening", "all"),),
}


def counter_parts(draft: DocumentDraft) -> list[CounterPart]:
    """Return the side of a document's entry that is not the customer's: as drafted, else by its kind."""
    if draft.counter:
        return [part for part in draft.counter if part.amount_minor]
    return [CounterPart(role, amount) for role, amount in counter_amounts(draft)]


def counter_amounts(draft: DocumentDraft) -> list[tuple[str, int]]:
    """Return (role, amount) of the side of a document's entry that is not the customer's; debit positive.

    Their sum is the opposite of ``balance_minor``; zero amounts are left out.

    Source: domain.md, rows 1, 2, 4, 7-11 and 15 of the journal table.
    """
    balance = draft.balance_minor
    if draft.kind == "adjustment":
        return [("non_operating_income" if balance > 0 else "non_operating_expense", -balance)]
    tax = draft.side * (draft.tax_minor or 0)
    shares = {"all": -balance, "net": -(balance - tax), "tax": -tax}
    return [(role, shares[share]) for role, share in _COUNTER[draft.kind] if shares[share]]
