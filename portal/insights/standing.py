"""How today's balance stands: confirmed, disputed, or not answered yet; the parts add up to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.disputes.models import Dispute
from portal.disputes.rules import OPEN_STATES
from portal.money import Money
from portal.receivables import OpenItemRow, open_items_as_of
from portal.statements.models import LineAnswer, Statement, StatementLine


@dataclass(frozen=True, slots=True)
class Standing:
    """Today's balance in its three parts: confirmed + disputed + unanswered = balance."""

    confirmed: Money
    disputed: Money
    unanswered: Money
    balance: Money
    dispute_count: int


@dataclass(frozen=True, slots=True)
class _Answered:
    """What was said to the documents of a customer, and up to which day the opening balance covers them."""

    by_document: dict[int, str]
    agreed_before: date | None


def standing_today(
    session: Session, *, customer_id: int, currency: str, as_of: date, actor: Actor
) -> Standing:
    """Split what is open on a day by what the customer said to it.

    An open document counts as confirmed when the customer confirmed its line on the newest issued statement that
    holds it, or an opening balance that covers it; its disputed part as disputed; all else as unanswered.

    Args:
        session: A reading session is enough.
        customer_id: Row number.
        currency: ISO 4217 code.
        as_of: Business day, inclusive.
        actor: Must see the customer.

    Returns:
        Figures with their sign: positive = the customer owes.

    Raises:
        NotFound: The customer is out of the actor's scope.
        NotAllowed: The actor may not read open items.
    """
    actor.require_scope(customer_id)
    actor.require(Permission.ITEMS_READ)
    items = open_items_as_of(session, customer_id=customer_id, currency=currency, as_of=as_of)
    disputes = _open_disputes(session, customer_id=customer_id, currency=currency)
    answered = _answered(session, customer_id=customer_id, currency=currency)
    confirmed, disputed, balance = _split(items, disputes=dict(disputes), answered=answered)
    return Standing(
        confirmed=Money(confirmed, currency),
        disputed=Money(disputed, currency),
        unanswered=Money(balance - confirmed - disputed, currency),
        balance=Money(balance, currency),
        dispute_count=len(disputes),
    )


def _split(
    items: Iterable[OpenItemRow], *, disputes: dict[int | None, int], answered: _Answered
) -> tuple[int, int, int]:
    """Return confirmed, disputed and all of the open amounts, in signed minor units."""
    confirmed = disputed = balance = 0
    for item in items:
        balance += item.open.minor
        part = min(disputes.get(item.document_id, 0), max(item.open.minor, 0))
        disputed += part
        answer = answered.by_document.get(item.document_id)
        is_old = answered.agreed_before is not None and item.posting_on < answered.agreed_before
        if answer in {"confirmed", "disputed"} or (answer is None and is_old):
            confirmed += item.open.minor - part
    return confirmed, disputed, balance


def _open_disputes(session: Session, *, customer_id: int, currency: str) -> list[tuple[int | None, int]]:
    rows = session.execute(
        select(Dispute.document_id, Dispute.disputed_minor).where(
            Dispute.customer_id == customer_id,
            Dispute.currency == currency,
            Dispute.state.in_(OPEN_STATES),
        )
    )
    return [(document_id, minor) for document_id, minor in rows]


def _answered(session: Session, *, customer_id: int, currency: str) -> _Answered:
    newest = (
        select(func.max(LineAnswer.id).label("id"))
        .join(Statement, Statement.id == LineAnswer.statement_id)
        .where(
            Statement.customer_id == customer_id,
            Statement.currency == currency,
            Statement.issued_at.is_not(None),
            Statement.state != "superseded",
        )
        .group_by(LineAnswer.statement_id, LineAnswer.line_no)
        .subquery()
    )
    rows = session.execute(
        select(Statement.period_from, StatementLine.no, StatementLine.document_id, LineAnswer.answer)
        .join(newest, newest.c.id == LineAnswer.id)
        .join(
            StatementLine,
            (StatementLine.statement_id == LineAnswer.statement_id)
            & (StatementLine.no == LineAnswer.line_no),
        )
        .join(Statement, Statement.id == LineAnswer.statement_id)
        .order_by(Statement.period_from)
    )
    by_document: dict[int, str] = {}
    agreed_before = None
    for period_from, no, document_id, answer in rows:
        if no == 0 and answer == "confirmed":
            agreed_before = period_from
        elif document_id is not None and answer != "none":
            by_document[document_id] = answer
    return _Answered(by_document, agreed_before)
