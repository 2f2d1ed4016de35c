"""Whom a customer can ask here: the person who looks after the account, else the seller's own address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Person
from portal.customers.models import Customer
from portal.ledger import entity_view


@dataclass(frozen=True, slots=True)
class ContactHere:
    """A name with phone and e-mail; ``is_person`` is False for the seller's general address."""

    name: str
    job_title: str
    phone: str
    email: str
    is_person: bool


def contact_here(session: Session, *, customer_id: int, language: str, actor: Actor) -> ContactHere:
    """Return whom a customer can ask; the seller's phone and e-mail fill what the person has not.

    Raises:
        NotFound: The customer is out of the actor's scope.
    """
    actor.require_scope(customer_id)
    seller = entity_view(session)
    owner = session.scalars(
        select(Person)
        .join(Customer, Customer.owner_id == Person.id)
        .where(Customer.id == customer_id, Person.is_active)
    ).one_or_none()
    if owner is None:
        return ContactHere(seller.short_name_in(language), "", seller.phone, seller.email, is_person=False)
    return ContactHere(
        owner.name, owner.job_title, owner.phone or seller.phone, owner.email or seller.email, is_person=True
    )
