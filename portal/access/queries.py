"""Read people and roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access.companies import COMPANIES
from portal.access.models import Grant, Person, SignIn
from portal.access.rules import STAFF_ROLES, Actor, Permission
from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab

PEOPLE_SORTS = ("name", "email", "created_at", "last_seen_at")


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role held now; customer number and name are empty for staff roles."""

    role: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as the people page shows them."""

    public_id: str
    email: str
    name: str
    job_title: str
    phone: str
    language: str
    theme: str
    has_single_keys: bool
    has_password: bool
    is_active: bool
    created_at: datetime
    last_seen_at: datetime | None
    roles: tuple[RoleView, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone with a sign-in who gets a customer's mails."""

    customer_id: int
    email: str
    name: str
    language: str


def _views(session: Session, rows: Sequence[Person]) -> tuple[PersonView, ...]:
    ids = [row.id for row in rows]
    grants: dict[int, list[RoleView]] = {}
    for person_id, *facts in session.execute(
        select(
            Grant.person_id,
            Grant.role,
            COMPANIES.c.number,
            COMPANIES.c.name,
            COMPANIES.c.name_en,
            Grant.granted_at,
        )
        .outerjoin(COMPANIES, COMPANIES.c.id == Grant.customer_id)
        .where(Grant.person_id.in_(ids), Grant.ended_at.is_(None))
        .order_by(Grant.id)
    ):
        view = RoleView(facts[0], facts[1] or "", facts[2] or "", facts[3] or "", facts[4])
        grants.setdefault(person_id, []).append(view)
    seen: dict[int, datetime] = dict(
        session.execute(
            select(SignIn.person_id, func.max(SignIn.last_seen_at))
            .where(SignIn.person_id.in_(ids))
            .group_by(SignIn.person_id)
        ).all()
    )
    return tuple(
        PersonView(
            row.public_id, row.email, row.name, row.job_title, row.phone, row.language, row.theme,
            row.has_single_keys, row.password_hash is not None, row.is_active, row.created_at, seen.get(row.id),
            tuple(grants.get(row.id, ())),
        )
        for row in rows
    )  # fmt: skip


def find_person(session: Session, *, public_id: str, actor: Actor) -> PersonView:
    """Return one person: oneself, or anybody for who reads people.

    Raises:
        NotAllowed: Someone else, without the permission.
        NotFound: Unknown.
    """
    query = select(Person).where(Person.public_id == public_id)
    if public_id != actor.public_id:
        actor.require(Permission.PEOPLE_READ)
        query = query.where(*_in_scope(actor))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return _views(session, [row])[0]


def find_person_by_email(session: Session, *, email: str, actor: Actor) -> PersonView | None:
    """Return the person with an address, or None.

    Raises:
        NotAllowed: The actor does not read people.
    """
    actor.require(Permission.PEOPLE_READ)
    row = session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()
    return _views(session, [row])[0] if row else None


def _is_staff() -> Select[int]:
    return select(Grant.person_id).where(Grant.role.in_(STAFF_ROLES), Grant.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What narrows the list of people beside its tabs and words.

    Attributes:
        role: Only holders of this role; empty = every one.
        unseen_since: Only people who have not been here since; None = every one.
        among: Only these people, as a query of row numbers made by a feature; None = every one.
    """

    role: str = ""
    unseen_since: datetime | None = None
    among: Select[int] | None = None


EVERYBODY = PeopleFilter()


def list_people(
    session: Session, *, query: ListQuery, only: PeopleFilter = EVERYBODY, actor: Actor
) -> Page[PersonView]:
    """Return people by name unless asked otherwise; tabs all, staff, customers, disabled.

    Raises:
        NotAllowed: The actor does not read people.
        UnknownSort: No such column.
    """
    actor.require(Permission.PEOPLE_READ)
    narrowed = {
        "all": Person.id.is_not(None),
        "staff": Person.id.in_(_is_staff()),
        "customers": Person.id.not_in(_is_staff()),
        "disabled": Person.is_active.is_(False),
    }
    labels = {
        "all": N_("All"),
        "staff": N_("Staff"),
        "customers": N_("Customers’ people"),
        "disabled": N_("Disabled"),
    }
    counts = {
        key: session.scalar(select(func.count()).select_from(Person).where(rule, *_in_scope(actor))) or 0
        for key, rule in narrowed.items()
    }
    chosen = select(Person).where(
        narrowed.get(query.tab, narrowed["all"]), *_narrowed(only), *_in_scope(actor)
    )
    if query.q:
        words = f"%{query.q.lower()}%"
        chosen = chosen.where(func.lower(Person.name).like(words) | Person.email.like(words))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    newest = select(func.max(SignIn.last_seen_at)).where(SignIn.person_id == Person.id).scalar_subquery()
    columns = {
        "name": Person.name,
        "email": Person.email,
        "created_at": Person.created_at,
        "last_seen_at": newest,
    }
    order = columns[query.sorted_by(PEOPLE_SORTS, "name")]
    ordered = chosen.order_by(order.desc() if query.descending else order, Person.id)
    rows = session.scalars(ordered.limit(query.limit).offset(query.offset)).all()
    tabs = tuple(Tab(key, labels[key], count) for key, count in counts.items())
    return Page(_views(session, rows), total, query, tabs=tabs)


def _in_scope(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the condition of staff, and of the people of the customers in scope."""
    if actor.customer_ids is None:
        return []
    theirs = select(Grant.person_id).where(Grant.customer_id.in_(actor.customer_ids))
    return [or_(Person.id.in_(_is_staff()), Person.id.in_(theirs))]


def _narrowed(only: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if only.role:
        held = select(Grant.person_id).where(Grant.role == only.role, Grant.ended_at.is_(None))
        conditions.append(Person.id.in_(held))
    if only.unseen_since is not None:
        conditions.append(
            Person.id.not_in(select(SignIn.person_id).where(SignIn.last_seen_at > only.unseen_since))
        )
    if only.among is not None:
        conditions.append(Person.id.in_(only.among))
    return conditions


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """One living sign-in of somebody, as who ends sessions sees it."""

    device: str
    address: str
    method: str
    started_at: datetime
    last_seen_at: datetime


def devices_of(session: Session, *, public_id: str, actor: Actor, now: datetime) -> tuple[SeenDevice, ...]:
    """Return the living sign-ins of a person, the newest first.

    Raises:
        NotAllowed: The actor neither ends sessions nor reads the security log.
    """
    actor.require(Permission.SESSIONS_END, Permission.SECURITY_LOG_READ)
    query = (
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(Person.public_id == public_id, SignIn.ended_at.is_(None), SignIn.ends_at > now)
        .order_by(SignIn.id.desc())
    )
    return tuple(
        SeenDevice(row.device, row.address, row.method, row.started_at, row.last_seen_at)
        for row in session.scalars(query)
    )


def is_active_staff(session: Session, *, person_id: int, now: datetime) -> bool:
    """Say whether a person is active and holds a staff role at an instant."""
    held = _is_staff().where(or_(Grant.ends_at.is_(None), Grant.ends_at > now))
    query = select(Person.id).where(
        Person.id == person_id, Person.is_active, Person.id.in_(held), Person.created_at <= now
    )
    return session.scalar(query) is not None


def is_active_person(session: Session, *, person_id: int, now: datetime) -> bool:
    """Say whether a person is active and holds any role at an instant."""
    holds = select(Grant.person_id).where(Grant.ended_at.is_(None))
    query = select(Person.id).where(
        Person.id == person_id, Person.is_active, Person.id.in_(holds), Person.created_at <= now
    )
    return session.scalar(query) is not None


def recipients_of(
    session: Session, *, customer_ids: Sequence[int], roles: Sequence[str]
) -> tuple[Recipient, ...]:
    """Return the active people who hold one of the roles for one of the customers, by customer and address."""
    query = (
        select(Grant.customer_id, Person.email, Person.name, Person.language)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.customer_id.in_(customer_ids),
            Grant.role.in_(roles),
            Grant.ended_at.is_(None),
            Person.is_active,
        )
        .distinct()
        .order_by(Grant.customer_id, Person.email)
    )
    return tuple(
        Recipient(customer_id, email, name, language)
        for customer_id, email, name, language in session.execute(query)
        if customer_id is not None
    )


def people_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return names by row number, for queries that show who did something."""
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())


def list_staff(session: Session, *, role: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return (public id, name) of active staff, or of those with a role, by name; for choosing an owner."""
    held = _is_staff() if role is None else _is_staff().where(Grant.role == role)
    query = (
        select(Person.public_id, Person.name)
        .where(Person.is_active, Person.id.in_(held))
        .order_by(Person.name)
    )
    return tuple((public_id, name) for public_id, name in session.execute(query))


def person_id_of(session: Session, *, public_id: str) -> int:
    """Return the row number of a member of staff chosen by public id, e.g. as a customer's owner.

    Raises:
        NotFound: Nobody active among staff.
    """
    query = select(Person.id).where(
        Person.public_id == public_id, Person.is_active, Person.id.in_(_is_staff())
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found
