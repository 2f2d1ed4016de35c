"""What is stored of a policy reads back as the same policy."""

from __future__ import annotations

from portal.policies.rules import Policy, body_of, policy_of


def test_a_stored_policy_reads_back_the_same() -> None:
    policy = Policy(version=7, approval_limit_minor={"CNY": 100_00}, reminder_stage_days=(0, 3, 9))
    assert policy_of(body_of(policy), version=7) == policy


def test_what_a_body_leaves_out_is_as_shipped() -> None:
    assert policy_of({"answer_days": 5, "unknown": 1}, version=2) == Policy(version=2, answer_days=5)
