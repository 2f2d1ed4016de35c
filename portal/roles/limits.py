"""How much a person may release alone: the grant's own limit, else the policy's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Grant, GrantLimit
from portal.approvals import Limit, Request, released_today
from portal.clock import business_day
from portal.ledger import entity_view
from portal.money import Money
from portal.policies import policy_of_version


def approver_limit(session: Session, request: Request, *, actor: Actor, now: datetime) -> Limit | None:
    """Return what an approver may release alone in the request's currency, by act and by business day.

    The limit given with the role ``approver`` goes before the policy under which was asked; the console has none.
    """
    if request.money is None:
        return None
    return _limit(session, request.money.currency, request.policy_version, actor, now)


def limit_of_reader(
    session: Session, *, money: Money, policy_version: int, actor: Actor, now: datetime
) -> Money | None:
    """Return the largest amount an approver may still release alone now: of one act, and left of the day.

    Args:
        session: Any session.
        money: The request's amount; its currency counts.
        policy_version: Under which was asked.
        actor: The approver.
        now: Decides the business day.
    """
    limit = _limit(session, money.currency, policy_version, actor, now)
    if limit is None:
        return None
    left = []
    if limit.act_minor is not None:
        left.append(limit.act_minor)
    if limit.day_minor is not None:
        used = released_today(session, person_id=actor.person_id or 0, on=limit.on, currency=money.currency)
        left.append(max(0, limit.day_minor - used))
    return Money(min(left), money.currency)


def _limit(session: Session, currency: str, version: int, actor: Actor, now: datetime) -> Limit | None:
    if actor.person_id is None:
        return None
    own = _of_grant(session, actor.person_id, "approver", currency)
    policy = policy_of_version(session, version=version)
    act, day = policy.approval_limit_minor.get(currency), policy.approval_day_limit_minor.get(currency)
    if own is not None:
        act = act if own.act_minor is None else own.act_minor
        day = day if own.day_minor is None else own.day_minor
    if act is None and day is None:
        return None
    return Limit(act, day, business_day(now, entity_view(session).time_zone))


def maker_limit(session: Session, request: Request, *, actor: Actor, now: datetime) -> Limit | None:
    """Return the amount above which what a clerk prepares needs two approvers; only a grant sets one."""
    if request.money is None or actor.person_id is None:
        return None
    own = _of_grant(session, actor.person_id, "clerk", request.money.currency)
    if own is None or own.act_minor is None:
        return None
    return Limit(own.act_minor, None, business_day(now, entity_view(session).time_zone))


def _of_grant(session: Session, person_id: int, role: str, currency: str) -> GrantLimit | None:
    query = select(GrantLimit).join(Grant, Grant.id == GrantLimit.grant_id)
    found = query.where(
        Grant.person_id == person_id,
        Grant.role == role,
        Grant.ended_at.is_(None),
        GrantLimit.currency == currency,
    )
    return session.scalars(found).one_or_none()
