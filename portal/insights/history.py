"""Month-end balances of a customer with who has agreed to each."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.insights.figures import BalancePoint
from portal.money import Money
from portal.receivables import balance_history
from portal.statements.models import Statement

_MARKS = {"confirmed": "signed", "confirmed-with-exceptions": "except"}


def month_end_balances(
    session: Session, *, customer_id: int, currency: str, until_month: date, actor: Actor, months: int = 24
) -> tuple[BalancePoint, ...]:
    """Return the balance at each month end, oldest first, from the first month with a figure on.

    Where a statement was issued its closing balance counts, else the books.

    Args:
        session: A reading session is enough.
        customer_id: Row number.
        currency: ISO 4217 code.
        until_month: First day of the last month.
        actor: Must see the customer.
        months: How many months to look back.

    Raises:
        NotFound: The customer is out of the actor's scope.
        NotAllowed: The actor may not read open items.
    """
    actor.require_scope(customer_id)
    actor.require(Permission.ITEMS_READ)
    issued = {
        row.period_from: row
        for row in session.scalars(
            select(Statement).where(
                Statement.customer_id == customer_id,
                Statement.currency == currency,
                Statement.issued_at.is_not(None),
                Statement.state != "superseded",
            )
        )
    }
    points: list[BalancePoint] = []
    booked = balance_history(
        session, customer_id=customer_id, currency=currency, until_month=until_month, months=months
    )
    for month, balance in booked:
        row = issued.get(month)
        if not points and row is None and not balance.minor:
            continue
        if row is None:
            points.append(BalancePoint(month, balance, "none"))
        else:
            closing = Money(row.closing_minor, currency)
            points.append(BalancePoint(month, closing, _MARKS.get(row.state, "open"), row.public_id))
    return tuple(points)
