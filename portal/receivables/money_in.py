"""Money in: what a receipt is made of, money of unknown payers, and money in another currency than the debt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import N_, Invalid
from portal.ledger import (
    POSTS,
    EntryDraft,
    LineDraft,
    RateTable,
    book_amount,
    entity_view,
    post_entries,
    set_book_currency_if_missing,
)
from portal.money import Money
from portal.receivables.drafts import CounterPart

#: Where an early-payment discount goes, by the policy's switch: revenue is lower, or financing cost is higher.
DISCOUNT_ROLES = {"income": "income", "financial_expense": "financial_expense"}


@dataclass(frozen=True, slots=True)
class Deductions:
    """Why less (or more) money arrived than is settled, in minor units of the receipt's currency.

    Attributes:
        fee_minor: What banks kept on the way, zero or more.
        discount_minor: Early-payment discount that was taken, zero or more.
        difference_minor: Small difference within tolerance: positive = short, negative = surplus.
    """

    fee_minor: int = 0
    discount_minor: int = 0
    difference_minor: int = 0

    @property
    def total_minor(self) -> int:
        """How much more is settled than arrived."""
        return self.fee_minor + self.discount_minor + self.difference_minor


def receipt_counter(
    received_minor: int,
    *,
    deductions: Deductions | None = None,
    discount_account: str = "income",
    source: str = "bank",
    received_book_minor: int | None = None,
) -> tuple[CounterPart, ...]:
    """Return what a receipt's entry debits; the sum is what the receipt settles.

    Args:
        received_minor: Money that arrived, above zero.
        deductions: Why it is less or more than what is settled.
        discount_account: Key of ``DISCOUNT_ROLES``, the policy's switch.
        source: Role the money comes from: ``bank``; ``unidentified`` once a payer is found; ``exchange_clearing``
            when it arrived in another currency.
        received_book_minor: The money in book currency where it was exchanged on the way.

    Raises:
        Invalid: A fee or discount below zero, or nothing is left to settle.

    Source: domain.md, rows 3, 5, 12, 13 and 17 of the journal table.
    """
    parts = deductions or Deductions()
    if received_minor <= 0 or min(parts.fee_minor, parts.discount_minor) < 0:
        raise Invalid(N_("The amount must be above zero."), field="amount")
    if received_minor + parts.total_minor <= 0:
        raise Invalid(N_("Nothing is left to settle."), field="amount")
    short = parts.difference_minor > 0
    found = (
        CounterPart(source, received_minor, received_book_minor),
        CounterPart("financial_expense", parts.fee_minor),
        CounterPart(DISCOUNT_ROLES[discount_account], parts.discount_minor),
        CounterPart("non_operating_expense" if short else "non_operating_income", parts.difference_minor),
    )
    return tuple(part for part in found if part.amount_minor)


def post_unidentified(
    session: Session,
    *,
    entity_id: int,
    money: Money,
    posting_on: date,
    text: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Post money whose payer is unknown: Dr bank, Cr unidentified; the calling verb records.

    Args:
        session: A writing session.
        entity_id: Whose bank account.
        money: Above zero.
        posting_on: Day the bank booked it, in an open period.
        text: What the entry says.
        actor: Needs a permission to post.
        now: When.

    Returns:
        Row number of the entry. Once the payer is known, a receipt takes the money from ``unidentified``; a mistake is
        undone by ``reverse_entry``.

    Raises:
        NotAllowed: The actor may not post.
        Invalid: Not above zero.
        PeriodClosed: The period is closed.

    Source: domain.md, row 5 of the journal table.
    """
    actor.require(*POSTS)
    if money.minor <= 0:
        raise Invalid(N_("The amount must be above zero."), field="amount")
    set_book_currency_if_missing(session, currency=money.currency, entity_id=entity_id)
    lines = [
        LineDraft("bank", money.minor, money.currency),
        LineDraft("unidentified", -money.minor, money.currency),
    ]
    draft = EntryDraft(
        entity_id=entity_id, kind="unidentified", posting_on=posting_on, lines=lines, text=text[:300]
    )
    (entry_id,) = post_entries(session, [draft], actor=actor, now=now)
    return entry_id


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Money that arrived in one currency for a debt in another.

    Attributes:
        entry_id: Entry of the money itself: bank against the exchange clearing account.
        book_minor: What it is worth in book currency, to be handed to ``receipt_counter``; None = no rate is known.
    """

    entry_id: int
    book_minor: int | None


def post_exchanged(
    session: Session,
    *,
    entity_id: int,
    received: Money,
    settled: Money,
    posting_on: date,
    source: str = "bank",
    text: str = "",
    actor: Actor,
    now: datetime,
) -> Exchanged:
    """Post the bank's side of a settlement across currencies: the first of the two entries (I1).

    The second is the receipt's own, in the currency of the debt, with ``source="exchange_clearing"``. In book
    currency both meet at what the money was worth on the day, so that the clearing account is left at zero and the
    difference to the debt's booked rate is realised on the exchange account.

    Args:
        session: A writing session.
        entity_id: Whose bank account.
        received: What arrived.
        settled: What it settles, in the currency of the debt.
        posting_on: Day the bank booked it.
        source: ``bank``, or ``unidentified`` once a payer is found.
        text: What the entry says.
        actor: Needs a permission to post.
        now: When.

    Raises:
        NotAllowed: The actor may not post.
        Invalid: Both are of one currency, or not above zero.
        PeriodClosed: The period is closed.

    Source: domain.md, row 17 of the journal table and I1.
    """
    actor.require(*POSTS)
    if received.currency == settled.currency or min(received.minor, settled.minor) <= 0:
        raise Invalid(field="amount")
    set_book_currency_if_missing(session, currency=settled.currency, entity_id=entity_id)
    book = entity_view(session, entity_id).book_currency or settled.currency
    worth = _worth(session, received, book_currency=book, day=posting_on)
    clearing_book = settled.minor if settled.currency == book else worth
    lines = [
        LineDraft(source, received.minor, received.currency, book_minor=worth),
        LineDraft(
            "exchange_clearing", -received.minor, received.currency,
            book_minor=None if clearing_book is None else -clearing_book,
        ),
    ]  # fmt: skip
    draft = EntryDraft(
        entity_id=entity_id, kind="exchange", posting_on=posting_on, lines=lines, text=text[:300],
        is_valued=worth is not None,
    )  # fmt: skip
    (entry_id,) = post_entries(session, [draft], actor=actor, now=now)
    return Exchanged(entry_id, worth if settled.currency != book else None)


def _worth(session: Session, money: Money, *, book_currency: str, day: date) -> int | None:
    if money.currency == book_currency:
        return money.minor
    rate = RateTable(session, {(money.currency, book_currency)}).on(money.currency, book_currency, day)
    if rate is None:
        return None
    return book_amount(money.minor, currency=money.currency, book_currency=book_currency, rate=rate)
