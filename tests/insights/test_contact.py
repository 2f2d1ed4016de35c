"""Whom a customer can ask."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Person
from portal.customers.models import Customer
from portal.errors import NotFound
from portal.insights import contact_here
from portal.ledger.models import LegalEntity


def test_the_one_who_looks_after_the_account_else_the_seller(
    session: Session, ping: Actor, mei: Actor
) -> None:
    (customer_id,) = ping.customer_ids or (0,)
    session.scalars(select(LegalEntity)).one().phone = "0512-6688 0142"
    session.flush()
    general = contact_here(session, customer_id=customer_id, language="en", actor=ping)
    assert (general.is_person, general.phone) == (False, "0512-6688 0142")
    session.get_one(Customer, customer_id).owner_id = mei.person_id
    session.flush()
    person = contact_here(session, customer_id=customer_id, language="en", actor=ping)
    assert (person.name, person.phone, person.is_person) == ("Mei Lin", "0512-6688 0142", True)
    session.get_one(Person, mei.person_id or 0).is_active = False
    session.flush()
    assert not contact_here(session, customer_id=customer_id, language="en", actor=ping).is_person


def test_a_stranger_is_told_nothing(session: Session, ping: Actor, bo: Actor) -> None:
    (customer_id,) = ping.customer_ids or (0,)
    with pytest.raises(NotFound):
        contact_here(session, customer_id=customer_id, language="en", actor=bo)
