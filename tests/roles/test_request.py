"""Staff roles take two security administrators; scopes, limits and separation hold in verbs and in the database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    RolesConflict,
    TeamTooLarge,
    actor_of_sign_in,
    grant_role,
    start_sign_in,
    system_actor,
)
from portal.access.models import Grant
from portal.approvals import RequestDraft, approve, register_kind, reject, request_approval, withdraw_request
from portal.approvals.kinds import ApprovalKind
from portal.approvals.models import Approval
from portal.audit.models import AuditRow
from portal.customers.models import Customer
from portal.errors import Conflict, Invalid, NotAllowed, SecondPersonRequired
from portal.money import Money
from portal.roles import LimitWish, RoleWish, find_role_request, grants_of, request_role
from tests.cast import second_security_admin

SALES = RoleWish("give", "department", "helps with prices", departments=("sales",))


@pytest.fixture
def sec_two(session: Session) -> Actor:
    return second_security_admin(session)


def say_yes(session: Session, request: str, *, actor: Actor, now: datetime) -> None:
    view = find_role_request(session, public_id=request, actor=actor)
    assert view.approval is not None
    approve(
        session, public_id=view.approval.public_id, seen_hash=view.approval.content_hash, actor=actor, now=now
    )


@pytest.mark.db
def test_one_asks_and_another_approves(
    session: Session, mei: Actor, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    request = request_role(session, person=mei.public_id, wish=SALES, actor=sec, now=now)
    assert [one.role for one in grants_of(session, person=mei.public_id, days=90, actor=sec, now=now)] == [
        "clerk"
    ]
    with pytest.raises(SecondPersonRequired):  # Requirement 0-7
        say_yes(session, request, actor=sec, now=now)
    say_yes(session, request, actor=sec_two, now=now)
    given = grants_of(session, person=mei.public_id, days=90, actor=sec, now=now)[-1]
    assert (given.role, given.departments, given.granted_by, given.approved_by) == (
        "department", ("sales",), "Sefa Okoro", "Tomo Abe",
    )  # fmt: skip
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert events == ["roles.requested", "approvals.requested", "approvals.approved", "roles.granted"]


def test_scopes_and_limits_reach_the_actor(
    session: Session, mei: Actor, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    wish = RoleWish(
        "change", "clerk", "only Acme", portfolio="list", customer_numbers=("ACME",),
        limits=(LimitWish("CNY", 100_00, 500_00),),
    )  # fmt: skip
    say_yes(
        session,
        request_role(session, person=mei.public_id, wish=wish, actor=sec, now=now),
        actor=sec_two,
        now=now,
    )
    assert mei.person_id is not None
    later = now + timedelta(seconds=1)
    token, _ = start_sign_in(
        session, person_id=mei.person_id, method="password", address="", device="", now=later
    )
    signed_in = actor_of_sign_in(session, token, now=later)
    assert signed_in is not None
    acme = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
    assert signed_in.actor.customer_ids == frozenset({acme})
    view = grants_of(session, person=mei.public_id, days=90, actor=sec, now=now)[0]
    assert (view.portfolio, view.customers, view.limits[0].act) == ("list", 1, Money(100_00, "CNY"))
    assert view.limits[0].day == Money(500_00, "CNY")


def test_own_customers_are_those_one_looks_after(
    session: Session, mei: Actor, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    wish = RoleWish("change", "clerk", "own ones", portfolio="own")
    say_yes(
        session,
        request_role(session, person=mei.public_id, wish=wish, actor=sec, now=now),
        actor=sec_two,
        now=now,
    )
    globex = session.scalars(select(Customer).where(Customer.number == "GLOBEX")).one()
    globex.owner_id = mei.person_id
    session.flush()
    later = now + timedelta(seconds=1)
    token, _ = start_sign_in(
        session, person_id=mei.person_id or 0, method="password", address="", device="", now=later
    )
    signed_in = actor_of_sign_in(session, token, now=later)
    assert signed_in is not None
    assert signed_in.actor.customer_ids == frozenset({globex.id})


@pytest.mark.parametrize("role", ["auditor", "system-admin", "security-admin"])
def test_refuses_roles_that_exclude_each_other(
    session: Session, chen: Actor, sec: Actor, sec_two: Actor, now: datetime, role: str
) -> None:
    """Requirements 2-17 and 1-14; separation rule R2."""
    with pytest.raises(RolesConflict):
        request_role(session, person=chen.public_id, wish=RoleWish("give", role, "x"), actor=sec, now=now)


def test_refuses_preparing_and_approving_in_a_team_of_three(
    session: Session, mei: Actor, chen: Actor, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    """Separation rule R3: allowed while two people work on receivables, refused with three."""
    wish = RoleWish("give", "approver", "we are few")
    request_role(session, person=mei.public_id, wish=wish, actor=sec, now=now)
    session.add(Grant(person_id=_new_person(session), role="clerk", granted_at=now))
    session.flush()
    with pytest.raises(TeamTooLarge):
        request_role(session, person=chen.public_id, wish=RoleWish("give", "clerk", "x"), actor=sec, now=now)


def test_nobody_asks_or_decides_about_themselves(
    session: Session, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    """Separation rule R4: neither giving, nor limits, nor saying yes to what somebody else asked for."""
    third = _security_admin(session)
    with pytest.raises(NotAllowed):
        request_role(session, person=sec.public_id, wish=SALES, actor=sec, now=now)
    request = request_role(session, person=sec_two.public_id, wish=SALES, actor=sec, now=now)
    with pytest.raises(NotAllowed):
        say_yes(session, request, actor=sec_two, now=now)
    say_yes(session, request, actor=third, now=now)


def test_says_what_to_do_when_nobody_could_approve(
    session: Session, mei: Actor, sec: Actor, now: datetime
) -> None:
    with pytest.raises(Conflict, match="users add"):
        request_role(session, person=mei.public_id, wish=SALES, actor=sec, now=now)
    grant_role(session, public_id=mei.public_id, role="department", actor=system_actor(), now=now)


@pytest.mark.parametrize("person", ["mei", "chen", "aud", "sys_admin", "ping"])
def test_is_the_security_administrators_alone(
    person: str, chen: Actor, sec_two: Actor, request: pytest.FixtureRequest, now: datetime
) -> None:
    session = request.getfixturevalue("session")
    with pytest.raises(NotAllowed):
        request_role(
            session, person=chen.public_id, wish=SALES, actor=request.getfixturevalue(person), now=now
        )


@pytest.mark.parametrize(
    "wish",
    [
        RoleWish("give", "department", "no department"),
        RoleWish("give", "approver", ""),
        RoleWish("give", "emperor", "x"),
        RoleWish("give", "approver", "x", departments=("sales",)),
        RoleWish("give", "approver", "x", portfolio="list"),
        RoleWish("give", "approver", "x", portfolio="list", customer_numbers=("NOBODY",)),
        RoleWish("give", "approver", "x", limits=(LimitWish("RMB", 1),)),
        RoleWish("give", "approver", "x", limits=(LimitWish("CNY", 500, 100),)),
        RoleWish("give", "approver", "x", entity="MOON"),
        RoleWish("give", "approver", "x", ends_on=date(2026, 3, 1)),
        RoleWish("give", "approver", "x", sample="s" * 22, portfolio="list"),
    ],
)
def test_refuses_wishes_that_contradict_themselves(
    session: Session, mei: Actor, sec: Actor, sec_two: Actor, now: datetime, wish: RoleWish
) -> None:
    with pytest.raises(Invalid):
        request_role(session, person=mei.public_id, wish=wish, actor=sec, now=now)


def test_a_change_of_roles_voids_what_waits_and_ends_sign_ins(
    session: Session, mei: Actor, chen: Actor, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    """Separation rule R5, also for a sign-in that a raw row would have left alive."""
    register_kind(ApprovalKind("tests.r5", lambda *_: None, lambda *_: {}))
    request_approval(
        session,
        RequestDraft("tests.r5", "thing", "t" * 22, "x", {}),
        actor=mei,
        now=now - timedelta(minutes=1),
    )
    token, _ = start_sign_in(
        session, person_id=mei.person_id or 0, method="password", address="", device="", now=now
    )
    session.add(
        Grant(
            person_id=mei.person_id or 0,
            role="department",
            departments=["tax"],
            granted_at=now + timedelta(seconds=5),
        )
    )
    session.flush()
    assert actor_of_sign_in(session, token, now=now + timedelta(seconds=6)) is None
    say_yes(
        session,
        request_role(
            session, person=mei.public_id, wish=RoleWish("take", "clerk", "left"), actor=sec, now=now
        ),
        actor=sec_two,
        now=now,
    )
    assert session.scalars(select(Approval.state).where(Approval.kind == "tests.r5")).one() == "voided"


def test_goes_back_when_refused_or_withdrawn(
    session: Session, mei: Actor, sec: Actor, sec_two: Actor, now: datetime
) -> None:
    first = request_role(session, person=mei.public_id, wish=SALES, actor=sec, now=now)
    with pytest.raises(Conflict):
        request_role(session, person=mei.public_id, wish=SALES, actor=sec, now=now)
    view = find_role_request(session, public_id=first, actor=sec)
    assert view.approval is not None
    reject(session, public_id=view.approval.public_id, note="not now", actor=sec_two, now=now)
    assert find_role_request(session, public_id=first, actor=sec).state == "rejected"
    second = request_role(session, person=mei.public_id, wish=SALES, actor=sec, now=now)
    again = find_role_request(session, public_id=second, actor=sec)
    assert again.approval is not None
    withdraw_request(session, public_id=again.approval.public_id, actor=sec, now=now)
    assert find_role_request(session, public_id=second, actor=sec).state == "voided"


#: What is tried → person, role, who asked, who said yes; None = the console.
INSERTS: dict[str, tuple[str, str, str | None, str | None]] = {
    "R2, two powers": ("sec", "auditor", None, None),
    "R2, a power and then a business role": ("sec", "clerk", None, None),
    "R2, a business role and then a power": ("mei", "security-admin", None, None),
    "R4, to oneself": ("mei", "department", "mei", "sec"),
    "R4, a yes to oneself": ("mei", "department", "sec", "mei"),
    "one person alone": ("mei", "department", "sec", None),
    "the same person twice": ("mei", "department", "sec", "sec"),
    "held twice": ("mei", "clerk", None, None),
}
UPDATES = {
    "another role": "SET role = 'approver'",
    "another scope": "SET portfolio = 'own'",
    "another person": "SET person_id = {sec}",
    "ended by oneself": "SET ended_at = granted_at, ended_by_id = {mei}",
}


@pytest.mark.db
@pytest.mark.parametrize("case", INSERTS)
def test_the_database_refuses_a_wrong_role_by_itself(
    session: Session, mei: Actor, sec: Actor, now: datetime, case: str
) -> None:
    ids = {"mei": mei.person_id, "sec": sec.person_id}
    person, role, asked, approved = INSERTS[case]
    row: dict[str, Any] = {
        "person_id": ids[person], "role": role, "granted_at": now, "public_id": "g" * 22, "is_for_group": False,
        "portfolio": "all", "departments": [], "reason": "", "granted_by_id": ids.get(asked or ""),
        "approved_by_id": ids.get(approved or ""),
    }  # fmt: skip
    with pytest.raises(IntegrityError):
        session.execute(insert(Grant), [row])


@pytest.mark.db
@pytest.mark.parametrize("case", UPDATES)
def test_the_database_refuses_to_rewrite_a_role(session: Session, mei: Actor, sec: Actor, case: str) -> None:
    change = UPDATES[case].format(mei=mei.person_id, sec=sec.person_id)
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE grants {change} WHERE person_id = {mei.person_id}"))


@pytest.mark.db
def test_the_database_keeps_every_role_that_was(session: Session, mei: Actor) -> None:
    with pytest.raises(IntegrityError, match="never vanish"):
        session.execute(text(f"DELETE FROM grants WHERE person_id = {mei.person_id}"))


@pytest.mark.db
def test_the_database_refuses_both_hats_in_a_team_of_three(
    session: Session, mei: Actor, now: datetime
) -> None:
    session.add(Grant(person_id=_new_person(session), role="clerk", granted_at=now))
    session.flush()
    session.add(Grant(person_id=mei.person_id or 0, role="approver", granted_at=now))
    with pytest.raises(IntegrityError, match="two people in a team"):
        session.flush()


@pytest.mark.db
def test_the_database_refuses_a_yes_to_who_lost_the_role(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    """Separation rule R5, by raw SQL."""
    register_kind(ApprovalKind("tests.r5", lambda *_: None, lambda *_: {}))
    request_approval(session, RequestDraft("tests.r5", "thing", "t" * 22, "x", {}), actor=mei, now=now)
    session.execute(
        text("UPDATE grants SET ended_at = :at WHERE person_id = :mei"),
        {
            "at": (now + timedelta(minutes=1)).replace(tzinfo=None).isoformat(" ", "microseconds"),
            "mei": mei.person_id,
        },
    )
    with pytest.raises(IntegrityError, match="have changed since"):
        session.execute(
            text("UPDATE approvals SET state = 'approved', decided_by_id = :chen"), {"chen": chen.person_id}
        )


def _new_person(session: Session) -> int:
    from portal.access.models import Person
    from tests.cast import NOW

    person = Person(email="third@seller.example", name="Third", language="en", created_at=NOW)
    session.add(person)
    session.flush()
    return person.id


def _security_admin(session: Session) -> Actor:
    from tests.cast import NOW, Part, actor_of

    session.add(Grant(person_id=_new_person(session), role="security-admin", granted_at=NOW))
    session.flush()
    return actor_of(session, Part("third@seller.example", "Third", "security-admin"))
