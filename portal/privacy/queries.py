"""Read purges, and find whom an address belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Grant, Person
from portal.customers.models import Contact, Customer
from portal.privacy.models import Purge


@dataclass(frozen=True, slots=True)
class PurgeView:
    """One purge of one kind."""

    kind: str
    at: datetime
    kept_days: int
    before_at: datetime
    deleted: int


@dataclass(frozen=True, slots=True)
class ErasableView:
    """A person or a contact found by address.

    Attributes:
        kind: ``person`` or ``contact``.
        company: Of a contact.
        roles: How many roles a person still holds; erasing needs none.
    """

    kind: str
    public_id: str
    name: str
    email: str
    company: str
    roles: int


def list_purges(session: Session, *, actor: Actor, limit: int = 100) -> tuple[PurgeView, ...]:
    """Return the newest purges, newest first.

    Raises:
        NotAllowed: The actor neither manages privacy nor reads the security log.
    """
    actor.require(Permission.PRIVACY_MANAGE, Permission.SECURITY_LOG_READ)
    rows = session.scalars(select(Purge).order_by(Purge.id.desc()).limit(limit))
    return tuple(PurgeView(row.kind, row.at, row.kept_days, row.before_at, row.found) for row in rows)


def erasable(session: Session, *, email: str, actor: Actor) -> tuple[ErasableView, ...]:
    """Return the person and the contacts with an address.

    Raises:
        NotAllowed: The actor does not manage privacy.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    address = email.strip().lower()
    if not address:
        return ()
    found = []
    person = session.scalars(select(Person).where(Person.email == address)).one_or_none()
    if person is not None:
        held = session.scalars(
            select(Grant.id).where(Grant.person_id == person.id, Grant.ended_at.is_(None))
        ).all()
        found.append(ErasableView("person", person.public_id, person.name, person.email, "", len(held)))
    rows = session.execute(
        select(Contact, Customer.name)
        .join(Customer, Customer.id == Contact.customer_id)
        .where(Contact.email == address)
        .order_by(Contact.id)
    )
    found += [
        ErasableView("contact", row.public_id, row.name, row.email, company, 0) for row, company in rows
    ]
    return tuple(found)
