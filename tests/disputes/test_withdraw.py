"""Withdrawing, closing, reopening."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import system_actor
from portal.adjustments.models import Adjustment
from portal.approvals.models import Approval
from portal.disputes import close_disputes, reopen_dispute, withdraw_dispute
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.money import Money
from tests.disputes.conftest import Case


def test_a_withdrawn_document_can_be_disputed_again(case: Case) -> None:
    public_id = case.open()
    withdraw_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert (case.row(public_id).state, case.row(public_id).turn) == ("withdrawn", "nobody")
    case.open()


def test_withdrawing_voids_what_waits_for_approval(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id)
    case.accept(public_id)
    approval = case.submit(public_id)
    withdraw_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert case.session.scalars(select(Adjustment.state)).all() == ["voided"]
    assert case.session.scalars(select(Approval.state)).all() == ["voided"]
    with pytest.raises(Conflict):
        case.approve(approval)
    assert case.open_minor("INV-2") == 3864000


def test_what_is_posted_cannot_be_withdrawn(case: Case) -> None:
    public_id = case.settled()
    with pytest.raises(Conflict):
        withdraw_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)


def test_only_the_customer_withdraws(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(NotAllowed):
        withdraw_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=case.now)
    with pytest.raises(NotFound):
        withdraw_dispute(case.session, public_id=public_id, actor=case.people["bo"], now=case.now)


def test_resolved_cases_close_after_five_days_and_only_once(case: Case) -> None:
    public_id = case.settled()
    assert close_disputes(case.session, actor=system_actor(), now=case.now + timedelta(days=4)) == 0
    assert close_disputes(case.session, actor=system_actor(), now=case.now + timedelta(days=5)) == 1
    assert close_disputes(case.session, actor=system_actor(), now=case.now + timedelta(days=6)) == 0
    assert case.row(public_id).state == "closed"


def test_new_facts_reopen_within_thirty_days_and_start_the_days_anew(case: Case) -> None:
    public_id = case.open(amount=Money(100000, "CNY"))
    case.propose(public_id, 0, "explanation")
    case.accept(public_id)
    later = case.now + timedelta(days=30)
    with pytest.raises(Invalid):
        reopen_dispute(case.session, public_id=public_id, text="", actor=case.people["ping"], now=later)
    reopen_dispute(
        case.session, public_id=public_id, text="We found the note.", actor=case.people["ping"], now=later
    )
    row = case.row(public_id)
    assert (row.state, row.turn, row.resolution, row.approved_minor) == ("reopened", "ours", "", None)
    assert row.due_on.isoformat() == "2026-04-09"  # five business days after 1 April; 6 April is a holiday


def test_refuses_to_reopen_after_thirty_days(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id, 0, "explanation")
    case.accept(public_id)
    with pytest.raises(Conflict):
        reopen_dispute(
            case.session, public_id=public_id, text="Late.", actor=case.people["ping"],
            now=case.now + timedelta(days=31),
        )  # fmt: skip


def test_refuses_to_reopen_what_was_credited_in_full(case: Case) -> None:
    public_id = case.settled()
    with pytest.raises(Conflict):
        reopen_dispute(
            case.session, public_id=public_id, text="More!", actor=case.people["ping"], now=case.now
        )


def test_refuses_to_reopen_beside_another_open_case(case: Case) -> None:
    public_id = case.open()
    withdraw_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    first = case.open(amount=Money(100, "CNY"))
    case.propose(first, 0, "explanation")
    case.accept(first)
    case.open(amount=Money(200, "CNY"))
    with pytest.raises(Conflict):
        reopen_dispute(case.session, public_id=first, text="Again.", actor=case.people["ping"], now=case.now)
