"""Assigning, waiting, escalating."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.disputes import (
    assign_dispute,
    escalate_dispute,
    find_dispute,
    hold_dispute,
    reply_to_dispute,
    resume_dispute,
)
from portal.errors import Conflict, Invalid, NotAllowed
from tests.disputes.conftest import Case


def test_assigning_names_an_owner_and_begins_the_work(case: Case) -> None:
    """Requirement 0-6: each dispute has an owner; the change is recorded."""
    public_id = case.open()
    chen = case.people["chen"]
    assign_dispute(
        case.session, public_id=public_id, owner=chen.public_id, department="sales", actor=case.people["mei"],
        now=case.now,
    )  # fmt: skip
    row = case.row(public_id)
    assert (row.owner_id, row.department, row.state) == (chen.person_id, "sales", "investigating")
    theirs = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert "Chen" not in repr(theirs)


def test_refuses_owners_and_departments_that_do_not_exist(case: Case) -> None:
    public_id = case.open()
    before = case.snapshot()
    with pytest.raises(Invalid):
        assign_dispute(
            case.session, public_id=public_id, owner="nobody", actor=case.people["mei"], now=case.now
        )
    with pytest.raises(Invalid):
        assign_dispute(
            case.session, public_id=public_id, department="moon", actor=case.people["mei"], now=case.now
        )
    assert case.snapshot() == before


def test_waiting_for_a_colleague_leaves_our_clock_running(case: Case) -> None:
    public_id = case.open()
    due_on = case.row(public_id).due_on
    later = case.now + timedelta(days=1)
    hold_dispute(
        case.session, public_id=public_id, reason="Sales has the order.", actor=case.people["mei"], now=later
    )
    resume_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=later)
    assert (case.row(public_id).state, case.row(public_id).due_on) == ("investigating", due_on)


def test_escalating_moves_it_to_the_supervisor(case: Case) -> None:
    public_id = case.open()
    escalate_dispute(
        case.session, public_id=public_id, reason="Above my limit.", actor=case.people["mei"], now=case.now
    )
    assert (case.row(public_id).state, case.row(public_id).department) == ("escalated", "supervisor")


def test_only_clerks_work_on_disputes(case: Case) -> None:
    public_id = case.open()
    for who in ("ping", "aud", "chen"):
        with pytest.raises(NotAllowed):
            resume_dispute(case.session, public_id=public_id, actor=case.people[who], now=case.now)


def test_nothing_to_resume_is_a_conflict(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(Conflict):
        resume_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=case.now)


def test_the_turns_of_a_story_add_up_to_its_age(case: Case) -> None:
    public_id = case.open()
    case.now += timedelta(days=2)
    case.propose(public_id)
    case.now += timedelta(days=5)
    reply_to_dispute(
        case.session,
        public_id=public_id,
        text="We still look at it.",
        actor=case.people["ping"],
        now=case.now,
    )
    waiting = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now).waiting
    assert (waiting.ours, waiting.theirs) == (2, 3)
