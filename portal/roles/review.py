"""Look at roles again: keep or remove, row by row or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import STAFF_ROLES, Actor, Permission, end_role
from portal.access.companies import COMPANIES
from portal.access.models import Grant, Person
from portal.clock import business_day
from portal.errors import N_, Invalid, NotAllowed, Refusal
from portal.ledger import entity_view
from portal.policies import current_policy
from portal.roles.models import GrantReview
from portal.roles.request import request_role
from portal.roles.rules import RoleWish

DECISIONS = ("keep", "remove")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of one row: done, or refused with a reason."""

    person: str
    role: str
    refusal: Refusal | None = None

    @property
    def is_ok(self) -> bool:
        """Whether it was done."""
        return self.refusal is None


def review_grants(
    session: Session, *, grants: Sequence[str], decision: str, note: str, actor: Actor, now: datetime
) -> tuple[Reviewed, ...]:
    """Say keep or remove to roles held now; each row stands for itself.

    Removing a staff role asks a second security administrator; a customer's role ends at once.

    Args:
        session: A writing session.
        grants: Public ids.
        decision: ``keep`` or ``remove``.
        note: Needed to remove.
        actor: Needs ``reviews:do``; cannot review own roles (R4).
        now: When.

    Raises:
        NotAllowed: The actor does not review.
        Invalid: No such decision, no rows, or no reason for removing.
    """
    actor.require(Permission.REVIEWS_DO)
    if actor.person_id is None:
        raise NotAllowed
    if decision not in DECISIONS:
        raise Invalid(field="decision")
    if not grants:
        raise Invalid(N_("Tick at least one row."))
    if decision == "remove" and not note.strip():
        raise Invalid(N_("Say why the role is to be removed."), field="note")
    query = (
        select(Grant, Person)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.public_id.in_(grants), Grant.ended_at.is_(None))
        .order_by(Grant.id)
    )
    return tuple(
        _review(session, grant, person, decision, note.strip()[:500], actor=actor, now=now)
        for grant, person in session.execute(query.with_for_update(of=Grant)).all()
    )


def _review(
    session: Session, grant: Grant, person: Person, decision: str, note: str, *, actor: Actor, now: datetime
) -> Reviewed:
    try:
        if person.id == actor.person_id:
            raise NotAllowed(N_("Your own roles are reviewed by somebody else."))
        if decision == "remove":
            _remove(session, grant, person, note, actor=actor, now=now)
    except Refusal as refusal:
        return Reviewed(person.name, grant.role, refusal)
    today = business_day(now, entity_view(session).time_zone)
    session.add(
        GrantReview(
            grant_id=grant.id, decision=decision, note=note, reviewer_id=actor.person_id or 0, reviewed_at=now,
            policy_version=current_policy(session, on=today).version,
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "roles.reviewed", subject_kind="person", subject_id=person.public_id, customer_id=grant.customer_id,
        details={"role": grant.role, "decision": decision, "note": note}, actor=actor, now=now,
    )  # fmt: skip
    return Reviewed(person.name, grant.role)


def _remove(
    session: Session, grant: Grant, person: Person, note: str, *, actor: Actor, now: datetime
) -> None:
    if grant.role in STAFF_ROLES:
        wish = RoleWish(act="take", role=grant.role, reason=note)
        request_role(session, person=person.public_id, wish=wish, actor=actor, now=now)
        return
    number = session.scalar(select(COMPANIES.c.number).where(COMPANIES.c.id == grant.customer_id))
    end_role(session, public_id=person.public_id, role=grant.role, customer_no=number, actor=actor, now=now)
