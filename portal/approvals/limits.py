"""What one person may release alone, in one act and in one day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals.kinds import Limit
from portal.approvals.models import Approval, ApprovedSum
from portal.db import insert_missing


def is_within_limit(session: Session, limit: Limit | None, *, row: Approval, actor: Actor) -> bool:
    """Say whether a person may release an amount alone, and if so count it into their day.

    The day's sum is a locked row: two approvals by the same person at the same time wait for each other, so that
    their sum never passes the limit.
    """
    if limit is None or row.amount_minor is None or row.currency is None:
        return True
    amount = abs(row.amount_minor)
    if limit.act_minor is not None and amount > limit.act_minor:
        return False
    if limit.day_minor is None:
        return True
    day = _locked_sum(session, actor.person_id or 0, limit.on, row.currency)
    if day.used_minor + amount > limit.day_minor:
        return False
    day.used_minor += amount
    session.flush()
    return True


def _locked_sum(session: Session, person_id: int, on: date, currency: str) -> ApprovedSum:
    key = f"{person_id}:{on.isoformat()}:{currency}"
    fresh = {"key": key, "person_id": person_id, "day_on": on, "currency": currency, "used_minor": 0}
    insert_missing(session, ApprovedSum, [fresh])
    query = select(ApprovedSum).where(ApprovedSum.key == key).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def released_today(session: Session, *, person_id: int, on: date, currency: str) -> int:
    """Return how much a person has released alone on a business day, in minor units."""
    key = f"{person_id}:{on.isoformat()}:{currency}"
    return session.scalar(select(ApprovedSum.used_minor).where(ApprovedSum.key == key)) or 0
