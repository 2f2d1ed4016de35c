"""Give and take roles."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, tell_roles_changed
from portal.access.companies import company_id_of
from portal.access.models import Grant, GrantCustomer, GrantLimit, Person
from portal.access.people import person_row
from portal.access.rules import (
    ALL_ROLES,
    CUSTOMER_ROLES,
    STAFF_ROLES,
    Actor,
    Permission,
    is_crowded,
    refused_mix,
)
from portal.access.sign_ins import end_sign_ins_of
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired


class RolesConflict(NotAllowed):
    """Two roles that one person must not hold together (separation of three powers)."""

    code = "roles_conflict"


class TeamTooLarge(NotAllowed):
    """Preparing and approving by one person in a team of three or more (rule R3)."""

    code = "team_too_large"
    default_message = N_(
        "With %(count)s people working on receivables, nobody prepares and approves at the same time."
    )


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """How much somebody may release alone in a currency, in minor units; None = as the policy says."""

    currency: str
    act_minor: int | None
    day_minor: int | None


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """Under which terms a staff role is held.

    Attributes:
        entity_id: Only this legal entity; None = every one.
        portfolio: ``all``, ``own`` (customers they own) or ``list`` (``customer_ids``).
        departments: Whose disputes the role ``department`` sees.
        limits: One a currency.
        ends_at: Over by itself from this instant.
        sample_id: The sample an external auditor may see; its customers are ``customer_ids``.
        asked_by_id: The security administrator who asked; the actor is the one who said yes.
        reason: Why; auditors read it.
    """

    entity_id: int | None = None
    portfolio: str = "all"
    customer_ids: tuple[int, ...] = ()
    departments: tuple[str, ...] = ()
    limits: tuple[LimitTerms, ...] = ()
    ends_at: datetime | None = None
    sample_id: int | None = None
    asked_by_id: int | None = None
    reason: str = ""


PLAIN = GrantTerms()


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
    terms: GrantTerms = PLAIN,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a person a role; their sign-ins end, so that it works at once and visibly.

    A staff role takes two security administrators: ``portal.roles`` asks for it and calls this when the second one
    says yes. Only the console gives staff roles alone, to set an installation up.

    Args:
        session: A writing session.
        public_id: The person.
        role: One of ``ALL_ROLES``.
        customer_no: Number of the customer, for a customer's role and only then.
        terms: Scope, limits and end of a staff role.
        actor: Who gives it.
        now: When.

    Raises:
        NotAllowed: The actor does not administer people, or it is themselves.
        SecondPersonRequired: A staff role by one person alone.
        RolesConflict: Together with what the person holds it would break the separation of powers.
        TeamTooLarge: Clerk and approver in one person although there are enough people for two.
        NotFound: Unknown person or customer.
        Invalid: No such role, or a customer is missing or too much.
        Conflict: The person holds it already.
    """
    person = _person_to_change(session, public_id, role, actor)
    if role not in ALL_ROLES:
        raise Invalid(N_("There is no role “%(role)s”."), field="role", role=role[:40])
    if (customer_no is not None) != (role in CUSTOMER_ROLES):
        raise Invalid(
            N_("A customer's role needs a customer number, a staff role must have none."), field="customer"
        )
    if role in STAFF_ROLES:
        require_two(terms.asked_by_id, person, actor)
    customer_id = _customer_id(session, customer_no)
    require_separation(session, person.id, roles_of(session, person.id) | {role})
    if session.scalar(_held(person.id, role, customer_id).with_only_columns(Grant.id)) is not None:
        raise Conflict(N_("This person already holds the role."))
    by = terms.asked_by_id if role in STAFF_ROLES else actor.person_id
    row = Grant(
        person_id=person.id, role=role, customer_id=customer_id, entity_id=terms.entity_id, portfolio=terms.portfolio,
        departments=sorted(terms.departments), sample_id=terms.sample_id, ends_at=terms.ends_at, reason=terms.reason,
        granted_at=now, granted_by_id=by, approved_by_id=actor.person_id if role in STAFF_ROLES else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(
        GrantCustomer(grant_id=row.id, customer_id=one) for one in sorted(set(terms.customer_ids))
    )
    session.add_all(GrantLimit(grant_id=row.id, **asdict(limit)) for limit in terms.limits)
    session.flush()
    details = {"role": role, "customer_no": customer_no} | _terms_facts(terms)
    _roles_changed(session, person, "roles.granted", details, actor=actor, now=now)


def _terms_facts(terms: GrantTerms) -> dict[str, object]:
    """Return what the trail says of the terms: only what differs from plain ones."""
    facts: dict[str, object] = {
        key: value
        for key, value in asdict(terms).items()
        if value != getattr(PLAIN, key) and key != "customer_ids"
    }
    return facts | ({"customers": len(terms.customer_ids)} if terms.customer_ids else {})


def end_role(
    session: Session,
    *,
    public_id: str,
    role: str,
    customer_no: str | None = None,
    asked_by_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a role from a person; their sign-ins end and what they asked for is voided.

    Raises:
        NotAllowed: The actor does not administer people, or it is themselves.
        SecondPersonRequired: A staff role by one person alone.
        NotFound: Unknown person or customer, or the role is not held.
    """
    person = _person_to_change(session, public_id, role, actor)
    if role in STAFF_ROLES:
        require_two(asked_by_id, person, actor)
    grant = session.scalars(
        _held(person.id, role, _customer_id(session, customer_no)).with_for_update()
    ).one_or_none()
    if grant is None:
        raise NotFound(N_("This person does not hold the role."))
    grant.ended_at, grant.ended_by_id = now, actor.person_id
    session.flush()
    _roles_changed(
        session, person, "roles.ended", {"role": role, "customer_no": customer_no}, actor=actor, now=now
    )


def _person_to_change(session: Session, public_id: str, role: str, actor: Actor) -> Person:
    actor.require(Permission.PEOPLE_EDIT if role in CUSTOMER_ROLES else Permission.ROLES_GRANT)
    person = person_row(session, public_id)
    if person.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    return person


def require_two(asked_by_id: int | None, person: Person, actor: Actor) -> None:
    """Refuse a staff role given or taken by one person (rules R1, R4); the console stands for the first set-up.

    Raises:
        NotAllowed: The one who asked would change their own roles.
        SecondPersonRequired: Nobody asked, or the actor asked themselves.
    """
    if actor.person_id is None:
        return
    if asked_by_id == person.id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    if asked_by_id is None or asked_by_id == actor.person_id:
        raise SecondPersonRequired(
            N_("A staff role takes two security administrators: one asks, the other approves.")
        )


def require_separation(session: Session, person_id: int, roles: frozenset[str]) -> None:
    """Refuse roles that one person must not hold together (rules R2 and R3).

    Raises:
        RolesConflict: Two of the three powers, or one of them with clerk or approver.
        TeamTooLarge: Clerk and approver although there are enough people for two.
    """
    mix = refused_mix(roles)
    if mix:
        raise RolesConflict(
            N_("One person cannot be %(one)s and %(other)s at the same time."), one=mix[0], other=mix[1]
        )
    team = team_ids(session) | {person_id}
    if is_crowded(roles, len(team)):
        raise TeamTooLarge(count=len(team))


def team_ids(session: Session) -> frozenset[int]:
    """Return the active people who prepare or approve."""
    query = select(Grant.person_id).join(Person, Person.id == Grant.person_id)
    return frozenset(
        session.scalars(
            query.where(Grant.role.in_(("clerk", "approver")), Grant.ended_at.is_(None), Person.is_active)
        )
    )


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


def _roles_changed(
    session: Session, person: Person, event: str, details: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    end_sign_ins_of(session, person.id, now=now)
    record_change(
        session, event, person_public_id=person.public_id, details={"email": person.email} | details, actor=actor,
        now=now,
    )  # fmt: skip
    tell_roles_changed(session, person.id, actor=actor, now=now)
