"""Reads of the policy that holds on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.policies.models import PolicyVersion
from portal.policies.rules import SHIPPED_VERSION, Policy, policy_of


def current_policy(session: Session, *, on: date) -> Policy:
    """Return the newest version valid on a business day; version 0, as shipped, where there is none."""
    row = session.execute(
        select(PolicyVersion.version, PolicyVersion.body)
        .where(PolicyVersion.valid_from_on <= on)
        .order_by(PolicyVersion.valid_from_on.desc(), PolicyVersion.version.desc())
        .limit(1)
    ).one_or_none()
    return Policy(version=SHIPPED_VERSION) if row is None else policy_of(row.body, version=row.version)
