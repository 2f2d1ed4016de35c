"""Roles, permissions and the separation of powers."""

from __future__ import annotations

import pytest

from portal.access import ALL_ROLES, CUSTOMER_ROLES, Actor, Permission, permissions_of, system_actor
from portal.access.rules import ROLE_PERMISSIONS, refused_mix
from portal.errors import NotAllowed, NotFound

READS = {one for one in Permission if one.endswith(":read")} | {Permission.ACCOUNT_OWN}


def _actor(role: str, customer_ids: frozenset[int] | None = None) -> Actor:
    roles = frozenset({role})
    return Actor(1, "Someone", "staff", roles, permissions_of(roles), customer_ids)


def test_every_role_allows_something_and_nobody_everything() -> None:
    assert set(ROLE_PERMISSIONS) == set(ALL_ROLES)
    assert all(Permission.ACCOUNT_OWN in allowed for allowed in ROLE_PERMISSIONS.values())
    assert all(set(allowed) < set(Permission) for allowed in ROLE_PERMISSIONS.values())


def test_the_auditor_only_looks() -> None:
    assert ROLE_PERMISSIONS["auditor"] <= READS


def test_only_customers_people_answer_and_sign() -> None:
    acts = {Permission.STATEMENTS_ANSWER, Permission.STATEMENTS_SIGN, Permission.DISPUTES_OPEN}
    holders = {role for role, allowed in ROLE_PERMISSIONS.items() if acts & allowed}
    assert holders == {"confirmer"}
    assert holders <= set(CUSTOMER_ROLES)


def test_who_requests_does_not_decide() -> None:
    for role, allowed in ROLE_PERMISSIONS.items():
        assert not {Permission.POSTINGS_REQUEST, Permission.APPROVALS_DECIDE} <= allowed, role


def test_only_the_security_administrator_gives_roles() -> None:
    holders = {role for role, allowed in ROLE_PERMISSIONS.items() if Permission.PEOPLE_EDIT in allowed}
    assert holders == {"security-admin"}


@pytest.mark.parametrize(
    ("roles", "is_refused"),
    [
        ("security-admin system-admin", True),
        ("security-admin auditor", True),
        ("system-admin auditor", True),
        ("auditor clerk", True),
        ("system-admin approver", True),
        ("security-admin clerk", True),
        ("clerk approver", False),
        ("clerk department", False),
        ("auditor", False),
        ("viewer confirmer customer-admin", False),
    ],
)
def test_nobody_holds_two_powers(roles: str, is_refused: bool) -> None:
    """Separation rule R2."""
    assert (refused_mix(frozenset(roles.split())) is not None) == is_refused


def test_refuses_an_act_the_role_lacks() -> None:
    clerk = _actor("clerk")
    clerk.require(Permission.APPROVALS_DECIDE, Permission.BOOKS_EDIT)
    with pytest.raises(NotAllowed):
        clerk.require(Permission.APPROVALS_DECIDE)


def test_hides_a_customer_out_of_scope() -> None:
    ping = _actor("confirmer", frozenset({1}))
    ping.require_scope(1)
    with pytest.raises(NotFound):
        ping.require_scope(2)
    assert system_actor().sees(2)
