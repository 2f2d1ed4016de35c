"""Rule R3: below three people one may prepare and approve; a banner says so, and auditors get a list each week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.grants import team_ids
from portal.access.models import Grant, Person
from portal.access.rules import SMALL_TEAM_BELOW
from portal.approvals.models import Approval
from portal.clock import business_day
from portal.errors import NotAllowed
from portal.ledger import entity_view
from portal.outbox import MessageDraft, put_messages

_BOTH = frozenset({"clerk", "approver"})


@dataclass(frozen=True, slots=True)
class TeamView:
    """Who prepares and approves at the same time.

    Attributes:
        names: Of the people who hold clerk and approver.
        team: How many people hold one of them.
        is_allowed: Whether the team is still small enough for it.
    """

    names: tuple[str, ...]
    team: int
    is_allowed: bool


def double_hatted(session: Session) -> TeamView:
    """Return who holds clerk and approver at once; no names = nobody."""
    found = session.scalars(
        select(Person.name)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role.in_(_BOTH), Grant.ended_at.is_(None), Person.is_active)
        .group_by(Person.id, Person.name)
        .having(func.count(Grant.role.distinct()) == len(_BOTH))
        .order_by(Person.name)
    ).all()
    team = len(team_ids(session)) if found else 0
    return TeamView(tuple(found), team, team < SMALL_TEAM_BELOW)


def send_weekly_list(
    session: Session, *, seller: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime
) -> int:
    """Queue the weekly mail to auditors: who prepares and approves, and what they approved; once a week.

    Args:
        session: A writing session.
        seller: By language, what the mail says of the seller.
        actor: The worker.
        now: When.

    Returns:
        How many mails are new; none while nobody holds both roles.

    Raises:
        NotAllowed: A person tried to send it.
    """
    if actor.person_id is not None:
        raise NotAllowed
    found = double_hatted(session)
    if not found.names:
        return 0
    today = business_day(now, entity_view(session).time_zone)
    monday = today - timedelta(days=today.weekday())
    facts = {
        "names": ", ".join(found.names),
        "decided": _decided(session, now),
        "is_allowed": found.is_allowed,
    }
    nobody = {"seller": "", "seller_phone": "", "seller_email": ""}
    auditors = select(Person).where(
        Person.is_active,
        Person.id.in_(select(Grant.person_id).where(Grant.role == "auditor", Grant.ended_at.is_(None))),
    )
    drafts = [
        _draft(monday, one, {"customer": "", **(seller.get(one.language) or nobody), **facts})
        for one in session.scalars(auditors.order_by(Person.id))
    ]
    return len(put_messages(session, drafts, now=now))


def _decided(session: Session, now: datetime) -> int:
    """Return how many requests people with both roles decided in the last seven days."""
    both = (
        select(Grant.person_id)
        .where(Grant.role.in_(_BOTH), Grant.ended_at.is_(None))
        .group_by(Grant.person_id)
        .having(func.count(Grant.role.distinct()) == len(_BOTH))
    )
    query = select(func.count(Approval.id)).where(
        Approval.state == "approved",
        Approval.decided_by_id.in_(both),
        Approval.decided_at > now - timedelta(days=7),
    )
    return session.scalar(query) or 0


def _draft(monday: date, person: Person, payload: dict[str, object]) -> MessageDraft:
    return MessageDraft(
        key=f"double-roles:{monday.isoformat()}:{person.email}", event="double-roles", recipient=person.email,
        recipient_name=person.name, language=person.language,
        payload={**payload, "link": "/admin/reviews", "why": "guard"},
    )  # fmt: skip
