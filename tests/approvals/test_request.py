"""Asking for a second person, and taking it back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, end_role, system_actor
from portal.approvals import (
    count_pending,
    find_approval,
    list_approvals,
    newest_approval,
    request_approval,
    void_approval,
    withdraw_request,
)
from portal.approvals.models import Approval
from portal.audit.models import AuditRow
from portal.errors import Conflict, NotAllowed, NotFound
from portal.lists import ListQuery
from tests.approvals.kind import SUBJECT, Told, draft
from tests.cast import second_security_admin


@pytest.fixture
def told() -> Told:
    return Told()


def test_waits_with_what_was_frozen(
    session: Session, told: Told, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = request_approval(session, draft(), actor=mei, now=now)
    view = find_approval(session, public_id=public_id, actor=chen)
    assert (view.state, view.requested_by, view.may_decide, view.is_own) == (
        "pending",
        "Mei Lin",
        True,
        False,
    )
    assert view.content == {"amount": {"amount": "100.00", "currency": "CNY"}, "reason": "billed twice"}
    assert (count_pending(session, actor=chen), count_pending(session, actor=mei)) == (1, 0)


def test_lets_the_maker_see_but_not_decide(session: Session, told: Told, mei: Actor, now: datetime) -> None:
    public_id = request_approval(session, draft(), actor=mei, now=now)
    view = find_approval(session, public_id=public_id, actor=mei)
    assert (view.is_own, view.may_decide) == (True, False)


def test_refuses_a_second_question_about_the_same_thing(
    session: Session, told: Told, mei: Actor, now: datetime
) -> None:
    request_approval(session, draft(), actor=mei, now=now)
    with pytest.raises(Conflict):
        request_approval(session, draft(), actor=mei, now=now)


def test_needs_a_person_who_asks(session: Session, told: Told, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        request_approval(session, draft(), actor=system_actor(), now=now)


def test_is_voided_when_the_thing_is_edited(session: Session, told: Told, mei: Actor, now: datetime) -> None:
    request_approval(session, draft(), actor=mei, now=now)
    assert void_approval(session, subject_kind="adjustment", subject_id=SUBJECT, actor=mei, now=now)
    assert not void_approval(session, subject_kind="adjustment", subject_id=SUBJECT, actor=mei, now=now)
    view = newest_approval(session, subject_kind="adjustment", subject_id=SUBJECT, actor=mei)
    assert view is not None
    assert (view.state, told.calls) == ("voided", [])


def test_goes_back_when_the_maker_withdraws_it(
    session: Session, told: Told, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = request_approval(session, draft(), actor=mei, now=now)
    with pytest.raises(NotAllowed):
        withdraw_request(session, public_id=public_id, actor=chen, now=now)
    withdraw_request(session, public_id=public_id, actor=mei, now=now)
    assert told.calls == ["voided"]


def test_is_voided_when_the_makers_roles_change(
    session: Session, told: Told, mei: Actor, sec: Actor, now: datetime
) -> None:
    """Separation rule R5."""
    request_approval(session, draft(), actor=mei, now=now)
    asked_by = second_security_admin(session).person_id
    end_role(session, public_id=mei.public_id, role="clerk", asked_by_id=asked_by, actor=sec, now=now)
    assert session.scalars(select(Approval.state)).all() == ["voided"]
    assert told.calls == ["voided"]


def test_leaves_one_audit_row_for_each_change(
    session: Session, told: Told, mei: Actor, now: datetime
) -> None:
    public_id = request_approval(session, draft(), actor=mei, now=now)
    withdraw_request(session, public_id=public_id, actor=mei, now=now)
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert events == ["approvals.requested", "approvals.voided"]


def test_lists_what_waits_and_finds_by_words(session: Session, told: Told, mei: Actor, now: datetime) -> None:
    request_approval(session, draft(), actor=mei, now=now)
    page = list_approvals(session, query=ListQuery(q="credit OF"), actor=mei)
    assert [row.title for row in page.rows] == ["Credit of 100.00"]
    assert {tab.key: tab.count for tab in page.tabs}["pending"] == 1
    assert list_approvals(session, query=ListQuery(q="nothing like it"), actor=mei).count == 0


def test_is_not_for_customers_or_strangers(
    session: Session, told: Told, mei: Actor, ping: Actor, now: datetime
) -> None:
    public_id = request_approval(session, draft(), actor=mei, now=now)
    with pytest.raises(NotAllowed):
        find_approval(session, public_id=public_id, actor=ping)
    with pytest.raises(NotFound):
        find_approval(session, public_id="u" * 22, actor=mei)
