"""Every role is looked at again: listed, kept, removed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Grant
from portal.approvals.models import Approval
from portal.errors import NotAllowed
from portal.lists import ListQuery
from portal.roles import (
    list_access_review,
    review_grants,
)
from portal.roles.models import StaffRoleRequest
from tests.cast import second_security_admin


def test_lists_every_role_with_who_and_when(session: Session, sec: Actor, now: datetime) -> None:
    """Requirement 0-19: the report lists every grant, last use, reviewer."""
    page = list_access_review(session, query=ListQuery(tab="all", per_page=0), days=90, actor=sec, now=now)
    held = session.scalars(select(Grant.public_id).where(Grant.ended_at.is_(None))).all()
    assert {row.public_id for row in page.rows} == set(held)
    later = now + timedelta(days=91)
    late = list_access_review(session, query=ListQuery(tab="overdue"), days=90, actor=sec, now=later)
    assert late.count == len(held)
    mei = next(row for row in late.rows if row.role == "clerk")
    done = review_grants(session, grants=[mei.public_id], decision="keep", note="", actor=sec, now=later)
    assert [one.is_ok for one in done] == [True]
    after = list_access_review(session, query=ListQuery(tab="done"), days=90, actor=sec, now=later)
    assert [(row.person, row.reviewer, row.decision) for row in after.rows] == [
        ("Mei Lin", "Sefa Okoro", "keep")
    ]
    assert {tab.key: tab.count for tab in after.tabs}["overdue"] == len(held) - 1


def test_removing_asks_a_second_administrator(session: Session, sec: Actor, now: datetime) -> None:
    second_security_admin(session)
    page = list_access_review(session, query=ListQuery(tab="all", per_page=0), days=90, actor=sec, now=now)
    clerk = next(row for row in page.rows if row.role == "clerk")
    confirmer = next(row for row in page.rows if row.role == "confirmer" and row.customer_no == "GLOBEX")
    own = next(row for row in page.rows if row.person == "Sefa Okoro")
    rows = [clerk.public_id, confirmer.public_id, own.public_id]
    done = review_grants(session, grants=rows, decision="remove", note="left", actor=sec, now=now)
    assert sorted(one.is_ok for one in done) == [False, True, True]
    assert session.scalars(select(StaffRoleRequest.act)).all() == ["take"]
    assert session.scalars(select(Approval.state)).all() == ["pending"]
    ended = session.scalars(select(Grant.role).where(Grant.ended_at.is_not(None))).all()
    assert ended == ["confirmer"]


@pytest.mark.parametrize("person", ["mei", "chen", "aud", "sys_admin"])
def test_only_security_administrators_review(
    person: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    session = request.getfixturevalue("session")
    with pytest.raises(NotAllowed):
        review_grants(
            session, grants=["x"], decision="keep", note="", actor=request.getfixturevalue(person), now=now
        )
