"""What the engine is given and what it answers: plain frozen facts, money in integer minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

#: A reason as message id and its values; both languages can say it. Amounts are ``Money``.
Reason = tuple[str, Mapping[str, object]]

#: What the difference between a receipt and its allocations is.
#:
#: ``fee``, ``discount``, ``rounding`` and ``fx`` clear their items in full; ``partial`` leaves the item open;
#: ``overpayment`` is the customer's unapplied money; ``unapplied`` is a whole receipt of a known customer.
RestKind = Literal["", "fee", "discount", "rounding", "fx", "partial", "overpayment", "unapplied"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the engine knows it.

    Attributes:
        id: The caller's identity, any text.
        name: Registered name.
        name_en: Name in English or pinyin, may be empty.
        owner: Person behind a small business who may pay in their own name, may be empty.
        bank_accounts: Account numbers known to be the customer's.
    """

    id: str
    name: str
    name_en: str = ""
    owner: str = ""
    bank_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open invoice (positive) or credit note (negative ``open_minor``) of a customer."""

    id: str
    customer_id: str
    kind: Literal["INV", "CN"]
    doc_no: str
    fapiao_no: str
    po_no: str
    doc_on: date
    due_on: date
    currency: str
    open_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of money in: what the bank says about it."""

    id: str
    value_on: date
    currency: str
    amount_minor: int
    payer_name: str = ""
    payer_account: str = ""
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """A payer seen before: an account number or a normalised payer name that paid for a customer ``times`` times."""

    key: str
    customer_id: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of an item, in the item's currency; negative for a credit note."""

    item_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a receipt pays, how sure that is and why.

    Attributes:
        receipt_id: The receipt.
        customer_id: The customer who paid or for whom was paid.
        allocations: Empty where only the customer is known.
        rest_minor: Receipt less allocations in the receipt's currency: negative where less arrived than is cleared
            (fee, discount, rounding, exchange), positive where more did (overpayment, exchange), 0 otherwise.
        rest_kind: What that difference is; ``partial`` where the item stays open with a rest of 0.
        confidence: 0…1, the observed share of right proposals of its kind; at least .995 may be posted by itself.
        rule: Stable word of the stage that found it, e.g. ``reference``, ``amount``, ``run``.
        bucket: Key under which calibration counts it; hand it back with the verdict.
        reasons: At least one.
        is_ambiguous: Another set fits as well; such a proposal never reaches the automatic line.
        alternatives: Other sets that fit, each as item ids; at most five.
    """

    receipt_id: str
    customer_id: str
    allocations: tuple[Allocation, ...]
    rest_minor: int
    rest_kind: RestKind
    confidence: float
    rule: str
    bucket: str
    reasons: tuple[Reason, ...]
    is_ambiguous: bool = False
    alternatives: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much a receipt may differ from what it pays, in minor units or in parts of ten thousand.

    Attributes:
        fee_minor: Largest bank fee that is taken off a payment.
        discount_bp: Largest early-payment discount, 200 = 2 %.
        rounding_minor: Largest amount cut off to a round sum (抹零).
        fx_bp: How far a payment in another currency may be from the day's rate.
    """

    fee_minor: int = 5_000
    discount_bp: int = 300
    rounding_minor: int = 1_000
    fx_bp: int = 150


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Tolerances by customer, else by currency, else the default."""

    default: Tolerance = Tolerance()
    by_currency: Mapping[str, Tolerance] = field(default_factory=dict)
    by_customer: Mapping[str, Tolerance] = field(default_factory=dict)

    def of(self, customer_id: str, currency: str) -> Tolerance:
        """Return the tolerance that holds for a customer's items in a currency."""
        return self.by_customer.get(customer_id) or self.by_currency.get(currency, self.default)
