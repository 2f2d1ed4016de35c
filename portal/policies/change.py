"""Change the policy: a new version from a day on; versions never change."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.errors import N_, Invalid
from portal.policies.models import PolicyVersion
from portal.policies.rules import Policy, body_of, policy_of


def change_policy(
    session: Session, *, policy: Policy, valid_from_on: date, reason: str, actor: Actor, now: datetime
) -> Policy:
    """Write a new version of the policy and return it with its number.

    Args:
        session: A writing session.
        policy: All rules as they shall be; its version is ignored.
        valid_from_on: Business day from which it holds.
        reason: Why; auditors read it.
        actor: Needs ``periods:close``: the same people who close the books.
        now: When.

    Raises:
        NotAllowed: The actor may not.
        Invalid: No reason, or a rule that cannot be used.
    """
    actor.require(Permission.PERIODS_CLOSE)
    if not reason.strip():
        raise Invalid(N_("Say why the policy changes."), field="reason")
    newest = session.scalar(select(func.max(PolicyVersion.version))) or 0
    body = body_of(policy)
    made = policy_of(body, version=newest + 1)
    session.add(
        PolicyVersion(
            version=made.version, valid_from_on=valid_from_on, body=body, reason=reason.strip()[:500],
            made_by_id=actor.person_id, made_at=now,
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "policies.changed", subject_kind="policy", subject_id=f"v{made.version}",
        details={"body": body, "valid_from": valid_from_on, "reason": reason.strip()}, actor=actor, now=now,
    )  # fmt: skip
    return made
