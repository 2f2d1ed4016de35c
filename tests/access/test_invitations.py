"""Invitations: single use, 72 hours, void on resend, and the same silence for every dead link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    accept_invitation,
    find_invitation,
    invite_person,
    list_invitations,
    resend_invitation,
    revoke_invitation,
)
from portal.access.models import Grant, Invitation, Person
from portal.audit.models import AuditRow
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.outbox.models import OutboxMessage
from portal.sealing import sealer_of
from tests.cast import CHEN

HOUR = timedelta(hours=1)
Invite = Callable[..., str]


@pytest.fixture
def acme_admin(session: Session, vera: Actor, now: datetime) -> Actor:
    """Vera, made the administrator of Acme's sign-ins."""
    customer_id = next(iter(vera.customer_ids or ()))
    session.add(
        Grant(person_id=vera.person_id, role="customer-admin", customer_id=customer_id, granted_at=now)
    )
    session.flush()
    return Actor(
        person_id=vera.person_id, public_id=vera.public_id, name=vera.name, email=vera.email, side="customer",
        roles=frozenset({"viewer", "customer-admin"}), permissions=vera.permissions, customer_ids=vera.customer_ids,
    )  # fmt: skip


@pytest.fixture
def invite(session: Session, acme_admin: Actor, now: datetime) -> Invite:
    """Return an inviter of viewers and confirmers of Acme."""

    def ask(email: str = "lin@acme.example", role: str = "confirmer", by: Actor = acme_admin) -> str:
        acme = next(iter(acme_admin.customer_ids or ()))
        return invite_person(
            session, email=email, name="Lin Tao", role=role, customer_id=acme, actor=by, now=now
        )

    return ask


def _token(session: Session) -> str:
    """Return the token of the newest mail."""
    message = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert message is not None
    return sealer_of(session).open_text(message.payload["sealed_link"]).removeprefix("/invitation/")


def _roles(session: Session, email: str) -> list[str]:
    query = select(Grant.role).join(Person, Person.id == Grant.person_id).where(Person.email == email)
    return list(session.scalars(query.order_by(Grant.id)))


def test_makes_the_person_and_gives_the_role_once(session: Session, invite: Invite, now: datetime) -> None:
    """Attack case D12: an invitation works once."""
    invite()
    token = _token(session)
    assert session.scalar(select(Person.id).where(Person.email == "lin@acme.example")) is None
    public_id, _actor = accept_invitation(
        session, token=token, name="Lin T.", password_hash="x", now=now + HOUR
    )
    person = session.scalars(select(Person).where(Person.public_id == public_id)).one()
    assert (person.name, person.email, _roles(session, person.email)) == (
        "Lin T.",
        "lin@acme.example",
        ["confirmer"],
    )
    with pytest.raises(NotFound):
        accept_invitation(session, token=token, password_hash="y", now=now + HOUR)


def test_keeps_no_token_in_the_clear(session: Session, invite: Invite) -> None:
    """Neither beside the invitation nor in the outbox, where colleagues read mails."""
    invite()
    kept = [session.scalars(select(table)).one().__dict__ for table in (Invitation, OutboxMessage)]
    assert _token(session) not in repr(kept)


def test_ends_after_72_hours(session: Session, invite: Invite, now: datetime) -> None:
    invite()
    assert find_invitation(session, token=_token(session), now=now + 71 * HOUR) is not None
    assert find_invitation(session, token=_token(session), now=now + 72 * HOUR) is None


def test_a_new_one_voids_the_old_one(
    session: Session, invite: Invite, acme_admin: Actor, now: datetime
) -> None:
    public_id = invite()
    first = _token(session)
    resend_invitation(session, public_id=public_id, actor=acme_admin, now=now + HOUR)
    second = _token(session)
    assert find_invitation(session, token=first, now=now + HOUR) is None
    assert find_invitation(session, token=second, now=now + 72 * HOUR) is not None
    invite()
    assert find_invitation(session, token=second, now=now + HOUR) is None


def test_can_be_taken_back(session: Session, invite: Invite, acme_admin: Actor, now: datetime) -> None:
    public_id = invite()
    revoke_invitation(session, public_id=public_id, actor=acme_admin, now=now)
    assert find_invitation(session, token=_token(session), now=now) is None
    assert (
        list_invitations(
            session, customer_id=next(iter(acme_admin.customer_ids or ())), actor=acme_admin, now=now
        )
        == ()
    )
    with pytest.raises(Conflict):
        resend_invitation(session, public_id=public_id, actor=acme_admin, now=now)


def test_an_administrator_of_a_customer_stays_at_home(
    session: Session, invite: Invite, acme_admin: Actor, bo: Actor, ping: Actor, now: datetime
) -> None:
    """Attack case D04: no other company, no role above their own, and confirmers invite nobody."""
    public_id = invite()
    globex = next(iter(bo.customer_ids or ()))
    with pytest.raises(NotFound):
        invite_person(
            session,
            email="x@x.example",
            name="X",
            role="viewer",
            customer_id=globex,
            actor=acme_admin,
            now=now,
        )
    with pytest.raises(NotAllowed):
        invite(role="customer-admin")
    with pytest.raises(NotAllowed):
        invite_person(
            session, email="x@x.example", name="X", role="clerk", customer_id=None, actor=acme_admin, now=now
        )
    with pytest.raises(NotAllowed):
        invite(by=ping)
    with pytest.raises(NotFound):
        revoke_invitation(session, public_id=public_id, actor=bo, now=now)


def test_a_known_address_is_asked_like_any_other_and_joins_only_signed_in(
    session: Session, invite: Invite, bo: Actor, ping: Actor, now: datetime
) -> None:
    invite(email=bo.email, role="viewer")
    token = _token(session)
    for stranger in (None, ping):
        with pytest.raises(NotFound if stranger else Conflict):
            accept_invitation(session, token=token, password_hash="x", actor=stranger, now=now)
    accept_invitation(session, token=token, actor=bo, now=now)
    assert _roles(session, bo.email) == ["confirmer", "viewer"]


def test_never_makes_staff_a_customers_person(
    session: Session, invite: Invite, chen: Actor, now: datetime
) -> None:
    invite(email=CHEN.email)
    with pytest.raises(Conflict):
        accept_invitation(session, token=_token(session), actor=chen, now=now)
    assert _roles(session, CHEN.email) == ["approver"]


def test_is_void_when_who_invited_is_gone(
    session: Session, invite: Invite, vera: Actor, now: datetime
) -> None:
    invite()
    session.get_one(Person, vera.person_id).is_active = False
    session.flush()
    assert find_invitation(session, token=_token(session), now=now) is None


def test_names_who_asked_and_records_each_step(session: Session, invite: Invite, now: datetime) -> None:
    invite()
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.payload["inviter"], message.recipient) == ("Vera Adler", "lin@acme.example")
    accept_invitation(session, token=_token(session), password_hash="x", now=now)
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert list(events)[-2:] == ["people.invited", "people.joined"]


def test_refuses_a_role_without_its_company(session: Session, sec: Actor, now: datetime) -> None:
    for role, customer_id in (("viewer", None), ("clerk", 1), ("king", None)):
        with pytest.raises((Invalid, NotAllowed)):
            invite_person(
                session, email="x@x.example", name="X", role=role, customer_id=customer_id, actor=sec, now=now
            )
