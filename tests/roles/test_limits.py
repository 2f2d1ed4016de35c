"""What one approver may release alone: by act, by day, by grant before policy; two approvals at once never pass it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, GrantTerms, LimitTerms, grant_role, system_actor
from portal.access.models import Grant
from portal.approvals import RequestDraft, approve, find_approval, register_kind, request_approval
from portal.approvals.kinds import ApprovalKind
from portal.approvals.models import ApprovedSum
from portal.db import Database
from portal.errors import NotAllowed, SecondPersonRequired
from portal.money import Money
from portal.policies import Policy, change_policy
from portal.roles import approver_limit, maker_limit
from tests.cast import CHEN, MEI, actor_of

PLAIN = {"x": 1}


@pytest.fixture(autouse=True)
def kind() -> None:
    register_kind(
        ApprovalKind(
            "tests.limit", lambda *_: None, lambda *_: PLAIN, limit=approver_limit, maker_limit=maker_limit
        )
    )


def limited(
    session: Session, actor: Actor, role: str, act: int | None, day: int | None, now: datetime
) -> None:
    """Give a role anew, from the console, with a limit in CNY."""
    for grant in session.scalars(select(Grant).where(Grant.person_id == actor.person_id)):
        grant.ended_at = now
    session.flush()
    terms = GrantTerms(limits=(LimitTerms("CNY", act, day),))
    grant_role(session, public_id=actor.public_id, role=role, terms=terms, actor=system_actor(), now=now)


def ask(session: Session, minor: int, *, actor: Actor, now: datetime, version: int = 0) -> str:
    draft = RequestDraft(
        "tests.limit", "thing", f"{minor:022d}", "x", PLAIN, money=Money(minor, "CNY"), policy_version=version
    )
    return request_approval(session, draft, actor=actor, now=now)


def say_yes(session: Session, public_id: str, *, actor: Actor, now: datetime) -> str:
    view = find_approval(session, public_id=public_id, actor=actor)
    approve(session, public_id=public_id, seen_hash=view.content_hash, actor=actor, now=now)
    return find_approval(session, public_id=public_id, actor=actor).state


@pytest.mark.db
def test_the_grants_limit_goes_before_the_policys(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    """Requirement 3-13; rule R9: above it a second approver is needed before anything is posted."""
    policy = Policy(approval_limit_minor={"CNY": 50_00})
    change_policy(
        session, policy=policy, valid_from_on=date(2026, 1, 1), reason="x", actor=system_actor(), now=now
    )
    assert (
        say_yes(session, ask(session, 50_01, actor=mei, now=now, version=1), actor=chen, now=now) == "pending"
    )
    limited(session, chen, "approver", 100_00, 150_00, now)
    assert (
        say_yes(session, ask(session, 100_00, actor=mei, now=now, version=1), actor=chen, now=now)
        == "approved"
    )
    assert (
        say_yes(session, ask(session, 50_00, actor=mei, now=now, version=1), actor=chen, now=now)
        == "approved"
    )
    over = ask(session, 1, actor=mei, now=now, version=1)
    assert say_yes(session, over, actor=chen, now=now) == "pending"  # the day is used up
    with pytest.raises(SecondPersonRequired):
        say_yes(session, over, actor=chen, now=now)


def test_what_a_clerk_prepares_above_their_limit_needs_two(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    limited(session, mei, "clerk", 10_00, None, now)
    assert (
        find_approval(session, public_id=ask(session, 10_00, actor=mei, now=now), actor=chen).needs_approvals
        == 1
    )
    big = ask(session, 10_01, actor=mei, now=now)
    assert find_approval(session, public_id=big, actor=chen).needs_approvals == 2
    assert say_yes(session, big, actor=chen, now=now) == "pending"


def test_no_auditor_says_the_second_yes(
    session: Session, mei: Actor, chen: Actor, aud: Actor, now: datetime
) -> None:
    limited(session, chen, "approver", 1, None, now)
    big = ask(session, 2, actor=mei, now=now)
    say_yes(session, big, actor=chen, now=now)
    with pytest.raises(NotAllowed):
        say_yes(session, big, actor=aud, now=now)


@pytest.mark.db
@pytest.mark.parametrize(
    "change",
    [
        "state = 'approved', decided_by_id = {chen}, needs_approvals = 2",
        "first_by_id = {mei}",
        "state = 'approved', needs_approvals = 2, first_by_id = {chen}, decided_by_id = {chen}",
    ],
)
def test_the_database_wants_three_people(
    session: Session, mei: Actor, chen: Actor, now: datetime, change: str
) -> None:
    ask(session, 5, actor=mei, now=now)
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE approvals SET {change.format(mei=mei.person_id, chen=chen.person_id)}"))


@pytest.mark.db
def test_two_approvals_at_once_never_pass_the_days_limit(database: Database, now: datetime) -> None:
    """Four requests of 40.00 against a day of 100.00: two are posted, two wait, on both databases."""
    with database.writing() as session:
        mei, chen = actor_of(session, MEI), actor_of(session, CHEN)
        limited(session, chen, "approver", None, 100_00, now)
        waiting = []
        for number in range(4):
            draft = RequestDraft(
                "tests.limit", "thing", f"{number:022d}", "x", PLAIN, money=Money(40_00, "CNY")
            )
            waiting.append(request_approval(session, draft, actor=mei, now=now))
    start = Barrier(len(waiting))

    def run(public_id: str) -> str:
        start.wait()
        with database.writing() as session:
            return say_yes(session, public_id, actor=chen, now=now)

    with ThreadPoolExecutor(len(waiting)) as pool:
        states = sorted(pool.map(run, waiting))
    assert states == ["approved", "approved", "pending", "pending"]
    with database.reading() as session:
        assert session.scalars(select(ApprovedSum.used_minor)).all() == [80_00]
