"""Months that are issued, and statements found by customer: what tests of statements and confirmations share."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.customers.models import Customer
from portal.statements import issue_statements, prepare_statements
from portal.statements.models import Statement

JANUARY = date(2026, 1, 1)
FEBRUARY = date(2026, 2, 1)


def issue_month(session: Session, *, month: date, actor: Actor, now: datetime) -> str:
    """Prepare and issue a month from the console; return the run."""
    run = prepare_statements(session, month=month, actor=actor, now=now)
    issue_statements(session, run=run, released_by="os:li", actor=system_actor("console"), now=now)
    session.expire_all()
    return run


def statement_of(session: Session, number: str, currency: str, month: date = FEBRUARY) -> Statement:
    """Return the newest version of a customer's statement."""
    return session.scalars(
        select(Statement)
        .join(Customer, Customer.id == Statement.customer_id)
        .where(Customer.number == number, Statement.currency == currency, Statement.period_from == month)
        .order_by(Statement.version.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()
