"""The people of one customer: who they are, which roles they hold there, and the changes made for that customer alone.

A person may hold roles for several customers. Nothing here shows or touches what they hold elsewhere, with one
exception: a changed role ends every sign-in of the person, so that it works at once (R5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, tell_roles_changed
from portal.access.companies import COMPANIES
from portal.access.models import Grant, Person, SignIn
from portal.access.rules import CUSTOMER_ROLES, Actor, Permission
from portal.access.sign_ins import CUSTOMER_IDLE, end_sign_ins_of
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound

#: The roles a customer's own administrator gives and takes.
OWN_ROLES = frozenset({"viewer", "confirmer"})


@dataclass(frozen=True, slots=True)
class CompanyPerson:
    """Someone with a role at a customer, as its people page lists them.

    Attributes:
        roles: Held for this customer, in the order of ``CUSTOMER_ROLES``.
        is_for_group: Whether a role at the head of the group holds for the members too.
        is_from_group: Whether the roles come from the head of the group.
        last_seen_at: While acting for this customer; None = not yet, or longer ago than sign-ins are kept.
        sign_ins: How many living sign-ins act for this customer now.
        is_self: Whether it is the reader.
    """

    public_id: str
    name: str
    email: str
    job_title: str
    roles: tuple[str, ...]
    is_for_group: bool
    is_from_group: bool
    is_active: bool
    since: datetime
    last_seen_at: datetime | None
    sign_ins: int
    is_self: bool


def list_company_people(
    session: Session, *, customer_id: int, actor: Actor, now: datetime
) -> tuple[CompanyPerson, ...]:
    """Return the people with a role at a customer, by name.

    Raises:
        NotAllowed: The actor neither manages the customer's people nor reads customers.
        NotFound: The customer is out of scope.
    """
    actor.require(Permission.PEOPLE_COMPANY, Permission.CUSTOMERS_READ, Permission.PEOPLE_READ)
    actor.require_scope(customer_id)
    head_id = session.scalar(select(COMPANIES.c.parent_id).where(COMPANIES.c.id == customer_id))
    is_here = Grant.customer_id == customer_id
    if head_id is not None:
        is_here |= (Grant.customer_id == head_id) & Grant.is_for_group
    rows = session.execute(
        select(Person, Grant)
        .join(Grant, Grant.person_id == Person.id)
        .where(is_here, Grant.ended_at.is_(None))
        .order_by(Person.name, Person.id, Grant.id)
    ).all()
    grants: dict[int, tuple[Person, list[Grant]]] = {}
    for person, grant in rows:
        grants.setdefault(person.id, (person, []))[1].append(grant)
    seen = _seen(session, customer_id, list(grants), now)
    return tuple(
        _view(person, held, customer_id, seen.get(person.id, (None, 0)), actor)
        for person, held in grants.values()
    )


def _seen(
    session: Session, customer_id: int, ids: Sequence[int], now: datetime
) -> dict[int, tuple[datetime | None, int]]:
    alive = (SignIn.ended_at.is_(None)) & (SignIn.ends_at > now) & (SignIn.last_seen_at > now - CUSTOMER_IDLE)
    query = (
        select(SignIn.person_id, func.max(SignIn.last_seen_at), func.count(SignIn.id).filter(alive))
        .where(SignIn.person_id.in_(ids), SignIn.customer_id == customer_id)
        .group_by(SignIn.person_id)
    )
    return {person_id: (at, count) for person_id, at, count in session.execute(query)}


def _view(
    person: Person, held: Sequence[Grant], customer_id: int, seen: tuple[datetime | None, int], actor: Actor
) -> CompanyPerson:
    own = [grant for grant in held if grant.customer_id == customer_id]
    roles = {grant.role for grant in held}
    return CompanyPerson(
        public_id=person.public_id, name=person.name, email=person.email, job_title=person.job_title,
        roles=tuple(role for role in CUSTOMER_ROLES if role in roles), is_active=person.is_active,
        is_for_group=any(grant.is_for_group for grant in held), is_from_group=not own,
        since=min(grant.granted_at for grant in held), last_seen_at=seen[0], sign_ins=seen[1],
        is_self=person.id == actor.person_id,
    )  # fmt: skip


def confirmers_of(session: Session, *, customer_id: int, but: str = "") -> int:
    """Return how many active people could sign for a customer, without the one with the public id ``but``."""
    head_id = session.scalar(select(COMPANIES.c.parent_id).where(COMPANIES.c.id == customer_id))
    is_here = Grant.customer_id == customer_id
    if head_id is not None:
        is_here |= (Grant.customer_id == head_id) & Grant.is_for_group
    query = (
        select(func.count(Grant.person_id.distinct()))
        .join(Person, Person.id == Grant.person_id)
        .where(
            is_here,
            Grant.role == "confirmer",
            Grant.ended_at.is_(None),
            Person.is_active,
            Person.public_id != but,
        )
    )
    return session.scalar(query) or 0


def roles_at(session: Session, *, person: str, customer_id: int) -> tuple[frozenset[str], bool]:
    """Return the roles a person (public id) holds at a customer itself, and whether they cover its group.

    Raises:
        NotFound: None is held: to this customer the person does not exist.
    """
    rows = session.execute(
        select(Grant.role, Grant.is_for_group)
        .join(Person, Person.id == Grant.person_id)
        .where(Person.public_id == person, Grant.customer_id == customer_id, Grant.ended_at.is_(None))
    ).all()
    if not rows:
        raise NotFound
    return frozenset(role for role, _ in rows), any(covers for _, covers in rows)


def set_company_roles(
    session: Session,
    *,
    person: str,
    customer_id: int,
    roles: frozenset[str],
    is_for_group: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """Give someone who holds a role at a customer exactly these roles there; none = they are removed.

    Args:
        session: A writing session.
        person: Public id.
        customer_id: Row number of the customer.
        roles: Of ``CUSTOMER_ROLES``.
        is_for_group: Whether they hold for the members of the customer's group too; staff decide that.
        actor: Staff with ``people:company``, or the customer's administrator for viewers and confirmers.
        now: When.

    Raises:
        NotAllowed: The actor may not manage these roles, or it is themselves.
        NotFound: The person holds no role there, or the customer is out of scope.
        Invalid: No such role.
        Conflict: Nothing would change.
    """
    actor.require(Permission.PEOPLE_COMPANY)
    actor.require_scope(customer_id)
    if not roles <= frozenset(CUSTOMER_ROLES):
        raise Invalid(N_("Choose a role that fits."), field="roles")
    held, covered = roles_at(session, person=person, customer_id=customer_id)
    _require_may_change(actor, person, roles ^ held, is_wider=is_for_group and not covered)
    covers = is_for_group if actor.side != "customer" else covered
    if roles == held and covers == covered:
        raise Conflict(N_("Nothing has changed."))
    row = session.scalars(select(Person).where(Person.public_id == person).with_for_update()).one()
    _write(session, row, customer_id, roles, covers=covers, actor=actor, now=now)
    end_sign_ins_of(session, row.id, now=now)
    number = session.scalar(select(COMPANIES.c.number).where(COMPANIES.c.id == customer_id))
    details = {"customer_no": number, "before": sorted(held), "after": sorted(roles), "is_for_group": covers}
    event = "roles.changed" if roles else "roles.ended"
    record_change(
        session,
        event,
        person_public_id=person,
        customer_id=customer_id,
        details=details,
        actor=actor,
        now=now,
    )
    tell_roles_changed(session, row.id, actor=actor, now=now)


def _require_may_change(actor: Actor, person: str, touched: frozenset[str], *, is_wider: bool) -> None:
    if person == actor.public_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    if actor.side == "customer" and (is_wider or not touched <= OWN_ROLES):
        raise NotAllowed(N_("The seller gives and takes the administrator’s role. Ask them."))


def _write(
    session: Session,
    row: Person,
    customer_id: int,
    roles: frozenset[str],
    *,
    covers: bool,
    actor: Actor,
    now: datetime,
) -> None:
    query = select(Grant).where(
        Grant.person_id == row.id, Grant.customer_id == customer_id, Grant.ended_at.is_(None)
    )
    kept = set()
    for grant in session.scalars(query.with_for_update()):
        if grant.role in roles and grant.is_for_group == covers:
            kept.add(grant.role)
        else:
            grant.ended_at = now
    session.flush()
    session.add_all(
        Grant(
            person_id=row.id, role=role, customer_id=customer_id, is_for_group=covers, granted_at=now,
            granted_by_id=actor.person_id,
        )
        for role in sorted(roles - kept)
    )  # fmt: skip
    session.flush()


def end_company_sign_ins(
    session: Session, *, person: str, customer_id: int, actor: Actor, now: datetime
) -> int:
    """Sign someone out of every browser in which they act for a customer now; what they do for others goes on.

    Returns:
        How many sign-ins ended.

    Raises:
        NotAllowed: The actor does not manage the customer's people.
        NotFound: The person holds no role there, or the customer is out of scope.
    """
    actor.require(Permission.PEOPLE_COMPANY)
    actor.require_scope(customer_id)
    roles_at(session, person=person, customer_id=customer_id)
    query = (
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(Person.public_id == person, SignIn.customer_id == customer_id, SignIn.ended_at.is_(None))
    )
    rows = session.scalars(query).all()
    for row in rows:
        row.ended_at = now
    session.flush()
    record_change(
        session, "people.signed-out", person_public_id=person, customer_id=customer_id, details={"ended": len(rows)},
        actor=actor, now=now,
    )  # fmt: skip
    return len(rows)
