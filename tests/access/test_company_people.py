"""Roles and sign-ins of a customer's people: exactly these roles here, nothing elsewhere, nobody their own."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, list_company_people, start_sign_in
from portal.access.company_people import confirmers_of, end_company_sign_ins, set_company_roles
from portal.access.models import Grant, SignIn
from portal.errors import Conflict, Invalid, NotAllowed, NotFound


def company_of(actor: Actor) -> int:
    (customer_id,) = actor.customer_ids or {0}
    return customer_id


def sign_in(session: Session, actor: Actor, now: datetime) -> None:
    start_sign_in(
        session, person_id=actor.person_id or 0, method="password", address="192.0.2.7", device="Test", now=now
    )  # fmt: skip


def test_gives_exactly_the_roles_and_ends_what_was_begun_with_others(
    session: Session, mei: Actor, ping: Actor, vera: Actor, now: datetime
) -> None:
    acme = company_of(ping)
    sign_in(session, vera, now)
    roles = frozenset({"viewer", "confirmer"})
    assert confirmers_of(session, customer_id=acme) == 1
    set_company_roles(
        session, person=vera.public_id, customer_id=acme, roles=roles, actor=mei, now=now
    )  # fmt: skip
    listed = {
        one.public_id: one for one in list_company_people(session, customer_id=acme, actor=mei, now=now)
    }
    assert set(listed[vera.public_id].roles) == roles
    assert listed[vera.public_id].sign_ins == 0
    assert confirmers_of(session, customer_id=acme) == 2
    assert confirmers_of(session, customer_id=acme, but=vera.public_id) == 1


def test_refuses_no_change_unknown_roles_and_people_of_others(
    session: Session, mei: Actor, vera: Actor, bo: Actor, now: datetime
) -> None:
    acme = company_of(vera)

    def give(person: Actor, *roles: str) -> None:
        set_company_roles(
            session, person=person.public_id, customer_id=acme, roles=frozenset(roles), actor=mei, now=now
        )

    with pytest.raises(Conflict):
        give(vera, "viewer")
    with pytest.raises(Invalid):
        give(vera, "clerk")
    with pytest.raises(NotFound):
        give(bo, "viewer")
    held = select(Grant.role).where(Grant.person_id == vera.person_id, Grant.ended_at.is_(None))
    assert session.scalars(held).all() == ["viewer"]


def test_signs_out_here_and_only_where_one_manages(
    session: Session, mei: Actor, ping: Actor, vera: Actor, now: datetime
) -> None:
    acme = company_of(ping)
    sign_in(session, ping, now)
    with pytest.raises(NotAllowed):
        end_company_sign_ins(session, person=ping.public_id, customer_id=acme, actor=vera, now=now)
    assert end_company_sign_ins(session, person=ping.public_id, customer_id=acme, actor=mei, now=now) == 1
    assert session.scalars(select(SignIn.ended_at).where(SignIn.person_id == ping.person_id)).one() == now
