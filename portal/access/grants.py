"""Give and take roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, tell_roles_changed
from portal.access.companies import company_id_of
from portal.access.models import Grant, Person
from portal.access.people import person_row
from portal.access.rules import ALL_ROLES, CUSTOMER_ROLES, Actor, Permission, refused_mix
from portal.access.sign_ins import end_sign_ins_of
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound


class RolesConflict(NotAllowed):
    """Two roles that one person must not hold together (separation of three powers)."""

    code = "roles_conflict"


def roles_of(session: Session, person_id: int) -> frozenset[str]:
    """Return every role a person holds now, for any customer."""
    return frozenset(
        session.scalars(select(Grant.role).where(Grant.person_id == person_id, Grant.ended_at.is_(None)))
    )


def grant_role(
    session: Session,
    *,
    public_id: str,
    role: str,
    customer_no: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a person a role; their sign-ins end, so that it works at once and visibly.

    Args:
        session: A writing session.
        public_id: The person.
        role: One of ``ALL_ROLES``.
        customer_no: Number of the customer, for a customer's role and only then.
        actor: Who gives it.
        now: When.

    Raises:
        NotAllowed: The actor does not administer people, or it is themselves.
        RolesConflict: Together with what the person holds it would break the separation of powers.
        NotFound: Unknown person or customer.
        Invalid: No such role, or a customer is missing or too much.
        Conflict: The person holds it already.
    """
    person = _person_to_change(session, public_id, actor)
    if role not in ALL_ROLES:
        raise Invalid(N_("There is no role “%(role)s”."), field="role", role=role[:40])
    if (customer_no is not None) != (role in CUSTOMER_ROLES):
        raise Invalid(
            N_("A customer's role needs a customer number, a staff role must have none."), field="customer"
        )
    customer_id = _customer_id(session, customer_no)
    held = roles_of(session, person.id)
    _refuse_mix(held | {role})
    if session.scalar(_held(person.id, role, customer_id).with_only_columns(Grant.id)) is not None:
        raise Conflict(N_("This person already holds the role."))
    session.add(
        Grant(
            person_id=person.id,
            role=role,
            customer_id=customer_id,
            granted_at=now,
            granted_by_id=actor.person_id,
        )
    )
    session.flush()
    _roles_changed(
        session, person, "roles.granted", {"role": role, "customer_no": customer_no}, actor=actor, now=now
    )


def end_role(
    session: Session,
    *,
    public_id: str,
    role: str,
    customer_no: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a role from a person; their sign-ins end and what they asked for is voided.

    Raises:
        NotAllowed: The actor does not administer people, or it is themselves.
        NotFound: Unknown person or customer, or the role is not held.
    """
    person = _person_to_change(session, public_id, actor)
    grant = session.scalars(
        _held(person.id, role, _customer_id(session, customer_no)).with_for_update()
    ).one_or_none()
    if grant is None:
        raise NotFound(N_("This person does not hold the role."))
    grant.ended_at = now
    session.flush()
    _roles_changed(
        session, person, "roles.ended", {"role": role, "customer_no": customer_no}, actor=actor, now=now
    )


def _person_to_change(session: Session, public_id: str, actor: Actor) -> Person:
    actor.require(Permission.PEOPLE_EDIT)
    person = person_row(session, public_id)
    if person.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    return person


def _customer_id(session: Session, number: str | None) -> int | None:
    if number is None:
        return None
    found = company_id_of(session, number=number)
    if found is None:
        raise NotFound(N_("There is no customer with the number %(number)s."), number=number[:60])
    return found


def _held(person_id: int, role: str, customer_id: int | None) -> Select[Grant]:
    return select(Grant).where(
        Grant.person_id == person_id, Grant.role == role, Grant.customer_id.is_not_distinct_from(customer_id),
        Grant.ended_at.is_(None),
    )  # fmt: skip


def _refuse_mix(roles: Iterable[str]) -> None:
    mix = refused_mix(frozenset(roles))
    if mix:
        raise RolesConflict(
            N_("One person cannot be %(one)s and %(other)s at the same time."), one=mix[0], other=mix[1]
        )


def _roles_changed(
    session: Session, person: Person, event: str, details: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    end_sign_ins_of(session, person.id, now=now)
    record_change(
        session, event, person_public_id=person.public_id, details={"email": person.email} | details, actor=actor,
        now=now,
    )  # fmt: skip
    tell_roles_changed(session, person.id, actor=actor, now=now)
