"""What is checked before a second person approves: the reader's limit is said, not hidden."""

from __future__ import annotations

from datetime import date

from portal.access import system_actor
from portal.adjustments import check_request
from portal.approvals import find_approval
from portal.policies import Policy, change_policy
from tests.adjustments.conftest import Desk


def test_says_that_a_second_approver_is_needed(desk: Desk) -> None:
    policy = Policy(approval_limit_minor={"CNY": 100})
    change_policy(
        desk.session,
        policy=policy,
        valid_from_on=date(2026, 1, 1),
        reason="x",
        actor=system_actor(),
        now=desk.now,
    )
    chen = desk.people["chen"]
    view = find_approval(desk.session, public_id=desk.submit(desk.draft()), actor=chen)
    words = [check.word for check in check_request(desk.session, approval=view, actor=chen, now=desk.now)]
    assert "Above your limit of %(limit)s: a second approver is needed" in words
