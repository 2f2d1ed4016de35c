"""Looking as a customer is recorded from beginning to end, and only for who may."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Company, start_sign_in
from portal.access.models import SignIn
from portal.audit.models import AuditRow
from portal.customers import customers_by_number
from portal.customers.models import Customer
from portal.customers.view_as import start_viewing, stop_viewing
from portal.errors import Invalid, NotAllowed, NotFound


def signed_in(session: Session, actor: Actor, now: datetime) -> str:
    start_sign_in(
        session, person_id=actor.person_id or 0, method="password", address="192.0.2.7", device="Test", now=now
    )  # fmt: skip
    return session.scalars(select(SignIn.public_id).where(SignIn.person_id == actor.person_id)).one()


def test_a_look_begins_and_ends_once_each(session: Session, mei: Actor, now: datetime) -> None:
    view, own = customers_by_number(session, ["ACME"])["ACME"], signed_in(session, mei, now)
    for _ in range(2):
        start_viewing(session, public_id=view.public_id, sign_in=own, actor=mei, now=now)
    looked_at = select(SignIn.customer_id).where(SignIn.public_id == own)
    assert session.scalars(looked_at).one() == view.id
    company = Company(view.id, view.public_id, view.number, view.name, view.name_en)
    for _ in range(2):
        stop_viewing(session, company=company, sign_in=own, actor=mei, now=now)
    assert session.scalars(looked_at).one() is None
    session.commit()
    events = session.scalars(select(AuditRow.event).where(AuditRow.event.like("customers.view%"))).all()
    assert events == ["customers.view-started", "customers.view-stopped"]


def test_refuses_who_may_not_the_unknown_and_the_archived(
    session: Session, mei: Actor, sec: Actor, now: datetime
) -> None:
    acme, own = customers_by_number(session, ["ACME"])["ACME"].public_id, signed_in(session, mei, now)
    with pytest.raises(NotAllowed):
        start_viewing(session, public_id=acme, sign_in=own, actor=sec, now=now)
    with pytest.raises(NotFound):
        start_viewing(session, public_id="x" * 22, sign_in=own, actor=mei, now=now)
    session.scalars(select(Customer).where(Customer.public_id == acme)).one().archived_at = now
    session.flush()
    with pytest.raises(Invalid):
        start_viewing(session, public_id=acme, sign_in=own, actor=mei, now=now)


def test_a_sign_in_of_somebody_else_stays_as_it_is(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    acme, other = customers_by_number(session, ["ACME"])["ACME"].public_id, signed_in(session, chen, now)
    start_viewing(session, public_id=acme, sign_in=other, actor=mei, now=now)
    session.commit()
    assert session.scalars(select(SignIn.customer_id).where(SignIn.public_id == other)).one() is None
    assert session.scalars(select(AuditRow.event).where(AuditRow.event.like("customers.view%"))).all() == []
