"""Asking a second person: what they see is frozen, and what it would change is true."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from portal.access import system_actor
from portal.approvals import find_approval
from portal.errors import Conflict, SecondPersonRequired
from portal.ledger.models import Entry
from portal.money import Money
from portal.policies import Policy, change_policy
from portal.receivables import balance_on
from portal.receivables.models import Document
from tests.adjustments.conftest import Desk


def test_the_effect_shown_is_what_posting_then_does(desk: Desk) -> None:
    public_id = desk.draft()
    approval = desk.submit(public_id)
    effect = find_approval(desk.session, public_id=approval, actor=desk.people["chen"]).effect
    assert [(x["code"], x["debit_minor"], x["credit_minor"]) for x in effect["entry"]] == [
        ("6001", 10000, 0), ("2221.01.01", 1300, 0), ("1122", 0, 11300),
    ]  # fmt: skip
    desk.approve(approval)
    row = desk.row(public_id)
    balance = balance_on(
        desk.session, customer_id=row.customer_id, currency="CNY", as_of=date(2026, 3, 2)
    ).minor
    assert effect["after"]["document"] == desk.open_minor("INV-1") == 101700
    assert effect["after"]["balance"] == balance
    ageing = {key: value for key, value in effect["after"].items() if key.startswith("ageing.")}
    assert sum(ageing.values()) == balance


def test_trying_the_posting_leaves_nothing_behind(desk: Desk) -> None:
    before = (
        desk.session.scalar(select(func.count(Document.id))),
        desk.session.scalar(select(func.count(Entry.id))),
    )
    desk.submit(desk.draft())
    desk.session.commit()
    after = (
        desk.session.scalar(select(func.count(Document.id))),
        desk.session.scalar(select(func.count(Entry.id))),
    )
    assert after == before


def test_a_pending_request_cannot_be_asked_twice(desk: Desk) -> None:
    public_id = desk.draft()
    desk.submit(public_id)
    with pytest.raises(Conflict):
        desk.submit(public_id)


def test_above_the_limit_of_the_policy_two_approve(desk: Desk) -> None:
    """Requirements 1-10 and 3-13: limits by policy, the version stands on the decision."""
    change_policy(
        desk.session, policy=Policy(approval_limit_minor={"CNY": 11299}), valid_from_on=date(2026, 3, 2),
        reason="Smaller steps", actor=system_actor(), now=desk.now,
    )  # fmt: skip
    approval = desk.submit(desk.draft())
    desk.approve(approval)
    view = find_approval(desk.session, public_id=approval, actor=desk.people["chen"])
    assert (view.state, view.policy_version, view.needs_approvals, view.first_by) == (
        "pending",
        1,
        2,
        "Chen Bo",
    )
    with pytest.raises(SecondPersonRequired):
        desk.approve(approval)
    small = desk.submit(desk.draft(amount=Money(11299, "CNY")))
    desk.approve(small)
