"""How a receipt came to be applied, in facts both sides may read: money, fee, discount, evidence in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.bank.models import BankLine
from portal.errors import NotFound
from portal.matching.engine import Reason
from portal.matching.models import Match
from portal.matching.words import read_reasons
from portal.money import Money
from portal.receivables.models import Document


@dataclass(frozen=True, slots=True)
class ReceiptStory:
    """What the bank said about a receipt and what was made of it.

    Attributes:
        money: What arrived; more or less than the receipt by ``difference``.
        rest: Why they differ: ``fee``, ``discount``, ``rounding`` or empty.
        difference: What was settled beyond the money; zero where nothing was.
        reasons: Why these documents; for staff and customer alike.
    """

    match_public_id: str
    booked_on: date
    payer: str
    narrative: str
    money: Money
    rest: str
    difference: Money
    how: str
    reasons: tuple[Reason, ...]


def story_of(session: Session, *, document: str, actor: Actor) -> ReceiptStory | None:
    """Return how a receipt was matched; None when it did not come from a bank line.

    Raises:
        NotAllowed: The actor reads no items.
        NotFound: Unknown, or out of scope.
    """
    actor.require(Permission.ITEMS_READ)
    receipt = session.scalars(select(Document).where(Document.public_id == document)).one_or_none()
    if receipt is None or not actor.sees(receipt.customer_id):
        raise NotFound
    row = session.execute(
        select(Match, BankLine)
        .join(BankLine, BankLine.id == Match.bank_line_id)
        .where(Match.document_id == receipt.id)
        .order_by(Match.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    match, line = row
    is_same = match.currency == receipt.currency
    short = receipt.amount_minor - match.amount_minor if is_same else 0
    is_told = match.rest_kind in {"fee", "discount", "rounding"}
    return ReceiptStory(
        match.public_id, match.booked_on, line.payer_name, line.narrative, Money(match.amount_minor, match.currency),
        match.rest_kind if is_told else "", Money(short, receipt.currency), match.decided_how,
        read_reasons(match.reasons),
    )  # fmt: skip
