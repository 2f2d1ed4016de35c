"""How long each portfolio has been held."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.lists import ListQuery
from portal.roles import (
    list_rotation,
)


@pytest.mark.db
def test_says_how_long_each_portfolio_has_been_held(
    session: Session, sec: Actor, mei: Actor, now: datetime
) -> None:
    """Requirement 2-17: the rotation report."""
    customer = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
    customer.owner_id, customer.owner_named_at = mei.person_id, now - timedelta(days=800)
    session.flush()
    page = list_rotation(session, query=ListQuery(), days=730, actor=sec, now=now)
    assert [(row.owner, row.customer_no, row.days, row.is_overdue) for row in page.rows] == [
        ("Mei Lin", "ACME", 800, True)
    ]
    assert list_rotation(session, query=ListQuery(), days=900, actor=sec, now=now).rows == ()
