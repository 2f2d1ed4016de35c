"""Who gets a statement: the active customers of one entity and month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Scope:
    """One entity, one month, one span of customers.

    Attributes:
        is_default: The entity all customers belong to; others only concern those with movement or balance there.
    """

    entity_id: int
    entity_code: str
    is_default: bool
    period_from: date
    period_until: date
    first_id: int = 0
    last_id: int = 0

    @property
    def as_of(self) -> date:
        """The last day of the month."""
        return self.period_until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What a statement takes from the customer's master data."""

    id: int
    number: str
    currency: str
    terms_days: int


def count_customers(session: Session, scope: Scope) -> int:
    """Return how many customers are active: not archived, first known on or before the end of the month."""
    return session.scalar(select(func.count()).select_from(_active(scope).subquery())) or 0


def read_customers(session: Session, scope: Scope, *, after: int, size: int) -> dict[int, CustomerFacts]:
    """Return the next active customers in order of row number."""
    rows = session.execute(_active(scope).where(Customer.id > after).order_by(Customer.id).limit(size))
    return {row.id: CustomerFacts(row.id, row.number, row.currency, row.terms_days) for row in rows}


def _active(scope: Scope) -> Select[int, str, str, int]:
    return select(Customer.id, Customer.number, Customer.currency, Customer.terms_days).where(
        Customer.archived_at.is_(None), Customer.first_on <= scope.as_of
    )
