"""How long things are kept now: the policy, and never less than the least."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.clock import business_day
from portal.ledger import default_entity
from portal.policies import current_policy
from portal.privacy.rules import POLICY_NAMES, kept_days


def current_retention(session: Session, *, now: datetime) -> dict[str, int]:
    """Return kind → days, of the policy that holds on this business day."""
    policy = current_policy(session, on=business_day(now, default_entity(session).time_zone))
    return kept_days({kind: getattr(policy, name) for kind, name in POLICY_NAMES.items()})
