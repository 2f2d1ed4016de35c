"""A customer's own administrator manages its sign-ins; two people where someone would confirm alone (D04, D12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, accept_invitation, list_company_people, permissions_of
from portal.access.models import Grant, Invitation, Person
from portal.approvals import approve, find_approval, reject
from portal.approvals.models import Approval
from portal.customers import (
    ColleagueDraft,
    change_colleague,
    customers_by_number,
    invite_colleague,
    list_role_requests,
)
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.outbox.models import OutboxMessage
from portal.sealing import sealer_of
from tests.cast import PING, VERA, actor_of


def acme_id(session: Session) -> int:
    return customers_by_number(session, ["ACME"])["ACME"].id


@pytest.fixture
def admin(session: Session, now: datetime) -> Actor:
    """Acme's own administrator, who neither confirms nor belongs to the seller."""
    person = Person(email="fang@acme.example", name="Fang Yu", language="en", created_at=now)
    session.add(person)
    session.flush()
    customer_id = acme_id(session)
    session.add(Grant(person_id=person.id, role="customer-admin", customer_id=customer_id, granted_at=now))
    session.flush()
    roles = frozenset({"customer-admin"})
    return replace(
        actor_of(session, VERA), person_id=person.id, public_id=person.public_id, name=person.name, email=person.email,
        roles=roles, permissions=permissions_of(roles),
    )  # fmt: skip


def person_of(session: Session, email: str) -> Person:
    return session.scalars(select(Person).where(Person.email == email)).one()


def decide(session: Session, actor: Actor, now: datetime) -> None:
    row = session.scalars(select(Approval).where(Approval.state == "pending")).one()
    view = find_approval(session, public_id=row.public_id, actor=actor)
    approve(session, public_id=row.public_id, seen_hash=view.content_hash, actor=actor, now=now)


def token_of(session: Session) -> str:
    message = session.scalars(
        select(OutboxMessage).where(OutboxMessage.event == "invitation").order_by(OutboxMessage.id.desc())
    ).first()
    assert message is not None
    return sealer_of(session).open_text(message.payload["sealed_link"]).removeprefix("/invitation/")


def test_the_administrator_invites_a_viewer_and_a_further_confirmer_alone(
    session: Session, admin: Actor, now: datetime
) -> None:
    for email, role in (("a@acme.example", "viewer"), ("b@acme.example", "confirmer")):
        draft = ColleagueDraft(email, "New One", role)
        done = invite_colleague(session, customer_id=acme_id(session), draft=draft, actor=admin, now=now)
        assert done == "done"
    assert session.scalar(select(func.count(Invitation.id))) == 2


@pytest.mark.db
def test_the_only_confirmer_needs_a_second_person(
    session: Session, admin: Actor, chen: Actor, now: datetime
) -> None:
    customer_id = acme_id(session)
    ping = person_of(session, PING.email)
    change_colleague(
        session,
        customer_id=customer_id,
        person=ping.public_id,
        roles=frozenset({"viewer"}),
        actor=admin,
        now=now,
    )
    draft = ColleagueDraft("b@acme.example", "New One", "confirmer")
    assert invite_colleague(session, customer_id=customer_id, draft=draft, actor=admin, now=now) == "waits"
    assert session.scalar(select(func.count(Invitation.id))) == 0
    assert [one.email for one in list_role_requests(session, customer_id=customer_id, actor=admin)] == [
        draft.email
    ]
    decide(session, chen, now)
    invited = session.scalars(select(Invitation)).one()
    assert (invited.email, invited.role, invited.invited_by_id) == (draft.email, "confirmer", admin.person_id)
    assert list_role_requests(session, customer_id=customer_id, actor=admin) == ()
    session.commit()


def test_a_refused_request_gives_nothing(session: Session, mei: Actor, chen: Actor, now: datetime) -> None:
    draft = ColleagueDraft("b@acme.example", "New One", "confirmer")
    assert invite_colleague(session, customer_id=acme_id(session), draft=draft, actor=mei, now=now) == "waits"
    row = session.scalars(select(Approval)).one()
    reject(session, public_id=row.public_id, note="Unknown person", actor=chen, now=now)
    assert session.scalar(select(func.count(Invitation.id))) == 0


def test_staff_give_a_viewer_alone_and_more_only_by_two(session: Session, mei: Actor, now: datetime) -> None:
    outcomes = {
        role: invite_colleague(
            session, customer_id=acme_id(session), draft=ColleagueDraft(f"{role}@acme.example", "New One", role),
            actor=mei, now=now,
        )
        for role in ("viewer", "confirmer", "customer-admin")
    }  # fmt: skip
    assert outcomes == {"viewer": "done", "confirmer": "waits", "customer-admin": "waits"}


@pytest.mark.db
def test_an_address_of_another_customer_gains_a_role_and_nobody_moves(
    session: Session, admin: Actor, bo: Actor, now: datetime
) -> None:
    """D04: inviting Globex's confirmer answers as for anybody; after accepting she acts for both."""
    customer_id = acme_id(session)
    known = ColleagueDraft(bo.email, "Somebody", "viewer")
    unknown = ColleagueDraft("nobody@acme.example", "Somebody", "viewer")
    answers = {
        invite_colleague(session, customer_id=customer_id, draft=draft, actor=admin, now=now)
        for draft in (unknown, known)
    }
    assert answers == {"done"}
    listed = list_company_people(session, customer_id=customer_id, actor=admin, now=now)
    assert bo.email not in {one.email for one in listed}
    before = {
        grant.customer_id for grant in session.scalars(select(Grant).where(Grant.person_id == bo.person_id))
    }
    accept_invitation(session, token=token_of(session), actor=bo, now=now)
    after = {
        grant.customer_id for grant in session.scalars(select(Grant).where(Grant.person_id == bo.person_id))
    }
    assert after == before | {customer_id}
    session.commit()


def test_the_administrator_touches_nobody_elses_people_and_no_administrators(
    session: Session, admin: Actor, bo: Actor, now: datetime
) -> None:
    """D04: another customer's person is not there, whatever is asked."""
    customer_id, globex = acme_id(session), customers_by_number(session, ["GLOBEX"])["GLOBEX"].id
    ask: dict[str, Any] = {"actor": admin, "now": now, "roles": frozenset({"viewer"})}
    with pytest.raises(NotFound):
        change_colleague(session, customer_id=customer_id, person=bo.public_id, **ask)
    with pytest.raises(NotFound):
        change_colleague(session, customer_id=globex, person=bo.public_id, **ask)
    with pytest.raises(NotFound):
        invite_colleague(
            session,
            customer_id=globex,
            draft=ColleagueDraft("a@x.example", "A", "viewer"),
            actor=admin,
            now=now,
        )
    with pytest.raises(NotAllowed):
        change_colleague(session, customer_id=customer_id, person=admin.public_id, **ask)
    for role in ("customer-admin", "clerk"):
        with pytest.raises((NotAllowed, Invalid)):
            invite_colleague(
                session,
                customer_id=customer_id,
                draft=ColleagueDraft("a@x.example", "A", role),
                actor=admin,
                now=now,
            )
    vera = person_of(session, VERA.email)
    with pytest.raises(NotAllowed):
        change_colleague(
            session, customer_id=customer_id, person=vera.public_id, roles=frozenset({"customer-admin"}), actor=admin,
            now=now,
        )  # fmt: skip


def test_viewers_and_confirmers_manage_nobody(
    session: Session, ping: Actor, vera: Actor, now: datetime
) -> None:
    for actor in (ping, vera):
        with pytest.raises(NotAllowed):
            invite_colleague(
                session, customer_id=acme_id(session), draft=ColleagueDraft("a@x.example", "A", "viewer"), actor=actor,
                now=now,
            )  # fmt: skip


def test_removing_ends_the_role_here_and_leaves_the_others(
    session: Session, admin: Actor, bo: Actor, now: datetime
) -> None:
    customer_id = acme_id(session)
    session.add(Grant(person_id=bo.person_id or 0, role="viewer", customer_id=customer_id, granted_at=now))
    session.flush()
    change_colleague(
        session, customer_id=customer_id, person=bo.public_id, roles=frozenset(), actor=admin, now=now
    )
    held = session.scalars(
        select(Grant).where(Grant.person_id == bo.person_id, Grant.ended_at.is_(None))
    ).all()
    assert [grant.role for grant in held] == ["confirmer"]
    with pytest.raises(NotFound):
        change_colleague(
            session, customer_id=customer_id, person=bo.public_id, roles=frozenset(), actor=admin, now=now
        )


def test_the_same_request_waits_only_once_and_nothing_changes_without_a_change(
    session: Session, admin: Actor, now: datetime
) -> None:
    vera = person_of(session, VERA.email)
    with pytest.raises(Conflict):
        change_colleague(
            session, customer_id=acme_id(session), person=vera.public_id, roles=frozenset({"viewer"}), actor=admin,
            now=now,
        )  # fmt: skip
