"""What stands around a statement: its versions, the month before, month-end balances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from portal.money import Money
from portal.receivables.models import MonthBalance
from portal.statements.above import confirmations
from portal.statements.models import Statement
from portal.statements.page import HistoryPoint, MonthLink, VersionLink

HISTORY_MONTHS = 24
MARKS = {"confirmed": "signed", "confirmed-with-exceptions": "except"}


#: Built once: a page is read at each answer.
_SIBLINGS = (
    select(
        Statement.id, Statement.public_id, Statement.version, Statement.period_from, Statement.period_until,
        Statement.state, Statement.issued_at, Statement.closing_minor,
        confirmations.c.public_id.label("confirmation"),
    )
    .outerjoin(confirmations, confirmations.c.statement_id == Statement.id)
    .where(
        Statement.entity_id == bindparam("entity_id"), Statement.customer_id == bindparam("customer_id"),
        Statement.currency == bindparam("currency"), Statement.kind == bindparam("kind"),
        Statement.period_from >= bindparam("since"), Statement.period_from <= bindparam("until"),
    )
    .order_by(Statement.period_from, Statement.version)
)  # fmt: skip
_ISSUED_SIBLINGS = _SIBLINGS.where(Statement.issued_at.is_not(None))
_MOVEMENTS = (
    select(MonthBalance.month_on, MonthBalance.movement_minor)
    .where(
        MonthBalance.entity_id == bindparam("entity_id"), MonthBalance.customer_id == bindparam("customer_id"),
        MonthBalance.currency == bindparam("currency"), MonthBalance.month_on <= bindparam("until"),
    )
    .order_by(MonthBalance.month_on)
)  # fmt: skip


def read_siblings(
    session: Session, statement: Statement, *, with_drafts: bool
) -> list[Row[*tuple[Any, ...]]]:
    """Return all versions of the last months' statements, this one's later versions included; oldest first."""
    year, month = divmod(statement.period_from.year * 12 + statement.period_from.month - HISTORY_MONTHS, 12)
    asked = {
        "entity_id": statement.entity_id, "customer_id": statement.customer_id, "currency": statement.currency,
        "kind": statement.kind, "since": date(year, month + 1, 1), "until": statement.period_from,
    }  # fmt: skip
    return list(session.execute(_SIBLINGS if with_drafts else _ISSUED_SIBLINGS, asked))


def versions_of(statement: Statement, siblings: Sequence[Row[*tuple[Any, ...]]]) -> tuple[VersionLink, ...]:
    """Return every version of this month's statement, oldest first."""
    return tuple(
        VersionLink(row.public_id, row.version, row.state, row.issued_at)
        for row in siblings
        if row.period_from == statement.period_from
    )


def previous_of(statement: Statement, siblings: Sequence[Row[*tuple[Any, ...]]]) -> MonthLink | None:
    """Return the statement that was issued for the month before."""
    for row in reversed(siblings):
        if row.period_until == statement.period_from and row.issued_at and row.state != "superseded":
            closing = Money(row.closing_minor, statement.currency)
            return MonthLink(row.public_id, row.period_from, row.state, closing)
    return None


def history_of(
    session: Session, statement: Statement, siblings: Sequence[Row[*tuple[Any, ...]]]
) -> tuple[HistoryPoint, ...]:
    """Month-end balances: of the issued statement where there is one, else of the books."""
    asked = {
        "entity_id": statement.entity_id, "customer_id": statement.customer_id, "currency": statement.currency,
        "until": statement.period_from,
    }  # fmt: skip
    movements = dict(session.execute(_MOVEMENTS, asked).all())
    issued = {row.period_from: row for row in siblings if row.issued_at and row.state != "superseded"}
    last = statement.period_from.year * 12 + statement.period_from.month - 1
    first = last - HISTORY_MONTHS + 1
    months = [date(at // 12, at % 12 + 1, 1) for at in range(first, last + 1)]
    balance = sum(minor for month, minor in movements.items() if month < months[0])
    is_begun = bool(balance)
    points = []
    for month in months:
        balance += movements.get(month, 0)
        row = issued.get(month)
        is_begun = is_begun or month in movements or row is not None
        if not is_begun:
            continue
        here = month == statement.period_from
        minor = statement.closing_minor if here else row.closing_minor if row else balance
        mark = MARKS.get(row.state, "open") if row else "none"
        points.append(
            HistoryPoint(month, Money(minor, statement.currency), mark, row.public_id if row else None)
        )
    return tuple(points)
