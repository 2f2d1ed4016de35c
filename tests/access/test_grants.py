"""Giving and taking roles."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    GrantTerms,
    RolesConflict,
    actor_of_sign_in,
    end_role,
    find_person,
    grant_role,
    start_sign_in,
)
from portal.audit.models import AuditRow
from portal.errors import Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired
from tests.cast import second_security_admin


def _roles(session: Session, public_id: str, sec: Actor) -> list[tuple[str, str]]:
    return [
        (role.role, role.customer_no) for role in find_person(session, public_id=public_id, actor=sec).roles
    ]


def test_gives_a_role_for_one_customer(session: Session, ping: Actor, sec: Actor, now: datetime) -> None:
    grant_role(session, public_id=ping.public_id, role="viewer", customer_no="GLOBEX", actor=sec, now=now)
    assert _roles(session, ping.public_id, sec) == [("confirmer", "ACME"), ("viewer", "GLOBEX")]
    session.commit()
    assert session.scalars(select(AuditRow.event)).all() == ["roles.granted"]


def test_takes_a_role(session: Session, mei: Actor, sec: Actor, now: datetime) -> None:
    asked_by = second_security_admin(session).person_id
    end_role(session, public_id=mei.public_id, role="clerk", asked_by_id=asked_by, actor=sec, now=now)
    assert _roles(session, mei.public_id, sec) == []
    with pytest.raises(NotFound):
        end_role(session, public_id=mei.public_id, role="clerk", asked_by_id=asked_by, actor=sec, now=now)


def test_a_staff_role_takes_two_people(session: Session, mei: Actor, sec: Actor, now: datetime) -> None:
    """Rules R1 and R4: one alone neither gives nor takes, and not by asking oneself."""
    with pytest.raises(SecondPersonRequired):
        end_role(session, public_id=mei.public_id, role="clerk", actor=sec, now=now)
    terms = GrantTerms(departments=("sales",), asked_by_id=sec.person_id)
    with pytest.raises(SecondPersonRequired):
        grant_role(session, public_id=mei.public_id, role="department", terms=terms, actor=sec, now=now)
    with pytest.raises(NotAllowed, match="Nobody"):
        end_role(
            session, public_id=mei.public_id, role="clerk", asked_by_id=mei.person_id, actor=sec, now=now
        )


@pytest.mark.parametrize("role", ["auditor", "system-admin", "security-admin"])
def test_keeps_powers_apart(session: Session, mei: Actor, sec: Actor, now: datetime, role: str) -> None:
    """Separation rule R2."""
    terms = GrantTerms(asked_by_id=second_security_admin(session).person_id)
    with pytest.raises(RolesConflict):
        grant_role(session, public_id=mei.public_id, role=role, terms=terms, actor=sec, now=now)


def test_nobody_changes_their_own_roles(session: Session, sec: Actor, now: datetime) -> None:
    """Separation rule R4."""
    with pytest.raises(NotAllowed):
        grant_role(session, public_id=sec.public_id, role="department", actor=sec, now=now)


def test_the_system_administrator_gives_itself_nothing(
    session: Session, sys_admin: Actor, now: datetime
) -> None:
    """Attack case D30."""
    with pytest.raises(NotAllowed):
        grant_role(session, public_id=sys_admin.public_id, role="approver", actor=sys_admin, now=now)


def test_ends_the_sign_ins_of_the_person(session: Session, mei: Actor, sec: Actor, now: datetime) -> None:
    """Separation rule R5; ASVS V8.3.2."""
    assert mei.person_id is not None
    token, _side = start_sign_in(
        session, person_id=mei.person_id, method="password", address="", device="", now=now
    )
    terms = GrantTerms(departments=("sales",), asked_by_id=second_security_admin(session).person_id)
    grant_role(session, public_id=mei.public_id, role="department", terms=terms, actor=sec, now=now)
    assert actor_of_sign_in(session, token, now=now) is None


@pytest.mark.parametrize(
    ("role", "customer_no", "refusal"),
    [
        ("emperor", None, Invalid),
        ("viewer", None, Invalid),
        ("clerk", "ACME", Invalid),
        ("viewer", "NOBODY", NotFound),
        ("confirmer", "ACME", Conflict),
    ],
)
def test_refuses_what_makes_no_sense(
    session: Session, ping: Actor, sec: Actor, now: datetime, role: str, customer_no: str | None,
    refusal: type[Exception],
) -> None:  # fmt: skip
    with pytest.raises(refusal):
        grant_role(session, public_id=ping.public_id, role=role, customer_no=customer_no, actor=sec, now=now)


def test_refuses_an_unknown_person(session: Session, sec: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        grant_role(session, public_id="u" * 22, role="clerk", actor=sec, now=now)
