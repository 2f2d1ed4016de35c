"""Reads of the policy that holds on a day, of every version, and of what is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.approvals import ApprovalView, newest_approval
from portal.errors import NotFound
from portal.policies.models import PolicyProposal, PolicyVersion
from portal.policies.rules import SHIPPED_VERSION, Difference, Policy, body_of, differences, policy_of


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version with what it changed against the one before."""

    policy: Policy
    valid_from_on: date | None
    reason: str
    made_by: str
    approved_by: str
    made_at: datetime | None
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What waits for a second security administrator, with what it would change."""

    approval: ApprovalView
    valid_from_on: date
    reason: str
    changes: tuple[Difference, ...]


def current_policy(session: Session, *, on: date) -> Policy:
    """Return the newest version valid on a business day; version 0, as shipped, where there is none."""
    row = session.execute(
        select(PolicyVersion.version, PolicyVersion.body)
        .where(PolicyVersion.valid_from_on <= on)
        .order_by(PolicyVersion.valid_from_on.desc(), PolicyVersion.version.desc())
        .limit(1)
    ).one_or_none()
    return Policy(version=SHIPPED_VERSION) if row is None else policy_of(row.body, version=row.version)


def policy_of_version(session: Session, *, version: int) -> Policy:
    """Return the rules a decision was taken under.

    Raises:
        NotFound: There is no such version.
    """
    if version == SHIPPED_VERSION:
        return Policy(version=SHIPPED_VERSION)
    body = session.scalar(select(PolicyVersion.body).where(PolicyVersion.version == version))
    if body is None:
        raise NotFound
    return policy_of(body, version=version)


_PROPOSER, _APPROVER = aliased(Person), aliased(Person)


def _versions() -> Select[*tuple[Any, ...]]:
    return (
        select(PolicyVersion, _PROPOSER.name, _APPROVER.name)
        .outerjoin(_PROPOSER, _PROPOSER.id == PolicyVersion.made_by_id)
        .outerjoin(_APPROVER, _APPROVER.id == PolicyVersion.approved_by_id)
        .order_by(PolicyVersion.version)
    )


def list_policies(session: Session, *, actor: Actor) -> tuple[VersionView, ...]:
    """Return every version, the newest first, the shipped one last.

    Raises:
        NotAllowed: The actor does not read policies.
    """
    actor.require(Permission.POLICIES_READ)
    shipped = Policy(version=SHIPPED_VERSION)
    views = [VersionView(shipped, None, "", "", "", None, ())]
    before = body_of(shipped)
    for row, proposer, approver in session.execute(_versions()):
        policy = policy_of(row.body, version=row.version)
        body = body_of(policy)
        views.append(
            VersionView(
                policy, row.valid_from_on, row.reason, proposer or "", approver or "", row.made_at,
                differences(before, body),
            )
        )  # fmt: skip
        before = body
    return tuple(reversed(views))


def find_proposal(session: Session, *, actor: Actor) -> ProposalView | None:
    """Return the change that waits for a decision, or None.

    Raises:
        NotAllowed: The actor does not read policies.
    """
    actor.require(Permission.POLICIES_READ)
    row = session.scalars(select(PolicyProposal).where(PolicyProposal.state == "pending")).one_or_none()
    if row is None:
        return None
    approval = newest_approval(session, subject_kind="policy", subject_id=row.public_id, actor=actor)
    if approval is None:
        return None
    before, after = approval.effect["before"], approval.effect["after"]
    return ProposalView(approval, row.valid_from_on, row.reason, differences(before, after))
