"""Policies change by new versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit.models import AuditRow
from portal.errors import Invalid, NotAllowed
from portal.policies import Policy, change_policy, current_policy

DAY = date(2026, 3, 1)


def test_the_shipped_policy_holds_until_another_is_made(session: Session) -> None:
    assert current_policy(session, on=DAY) == Policy()


@pytest.mark.db
def test_a_new_version_holds_from_its_day(session: Session, now: datetime) -> None:
    wanted = Policy(answer_by_days=20, approval_limit_minor={"CNY": 100}, reminder_stage_days=(0, 5))
    made = change_policy(
        session, policy=wanted, valid_from_on=DAY, reason="faster", actor=system_actor(), now=now
    )
    assert made == replace(wanted, version=1)
    assert current_policy(session, on=DAY) == made
    assert current_policy(session, on=date(2026, 2, 28)) == Policy()
    session.commit()
    assert session.scalars(select(AuditRow.event)).all() == ["policies.changed"]


@pytest.mark.db
def test_versions_never_change(session: Session, now: datetime) -> None:
    change_policy(session, policy=Policy(), valid_from_on=DAY, reason="first", actor=system_actor(), now=now)
    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE policy_versions SET reason = 'x'"))


@pytest.mark.parametrize(
    "policy",
    [
        Policy(answer_days=0), Policy(answer_by_days=400), Policy(reminder_stage_days=(1, 2)),
        Policy(reminder_stage_days=()), Policy(reminder_stage_days=(0, 7, 7)), Policy(ageing_basis="moon"),
        Policy(approval_limit_minor={"RMB": 1}), Policy(approval_limit_minor={"CNY": -1}),
    ],
)  # fmt: skip
def test_refuses_rules_that_cannot_be(session: Session, now: datetime, policy: Policy) -> None:
    with pytest.raises(Invalid):
        change_policy(session, policy=policy, valid_from_on=DAY, reason="x", actor=system_actor(), now=now)


def test_refuses_no_reason_and_a_clerk(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(Invalid):
        change_policy(session, policy=Policy(), valid_from_on=DAY, reason=" ", actor=system_actor(), now=now)
    with pytest.raises(NotAllowed):
        change_policy(session, policy=Policy(), valid_from_on=DAY, reason="x", actor=mei, now=now)
