"""The policy editor over HTTP: proposed by one, approved by another."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.views.policies import _typed
from portal.clock import utc_now
from portal.policies import FIELDS, Policy
from portal.policies.models import PolicyVersion
from tests.cast import MEI, SEC, SEC_TWO, second_security_admin
from tests.web.admin.two_people import Open, found, shown_hash


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def test_the_policy_is_proposed_and_approved(browser_of: Open, session: Session, two: None) -> None:
    """Requirement 1-10: versions from a day on, made by two people, the difference shown."""
    one, other = browser_of(SEC), browser_of(SEC_TWO)
    page = one.get("/admin/policies/new").text
    assert 'name="approval_limit_minor"' in page
    typed = {one.name: _typed(one, getattr(Policy(), one.name)) for one in FIELDS} | {
        "approval_limit_minor": "CNY 50,000\nUSD 7000", "reason": "smaller steps",
        "valid_from_on": utc_now().date().replace(year=utc_now().year + 1).isoformat(),
    }  # fmt: skip
    wrong = one.post("/admin/policies/new", typed | {"approval_limit_minor": "fifty"})
    assert wrong.status_code == 422
    assert "fifty" in wrong.text
    assert "smaller steps" in wrong.text
    assert one.post("/admin/policies/new", typed).status_code == 303
    assert one.post("/admin/policies/approve", {"seen_hash": shown_hash(session)}).status_code == 403
    assert "CNY 50,000.00" in other.get("/admin/policies").text
    assert other.post("/admin/policies/approve", {"seen_hash": shown_hash(session)}).status_code == 303
    (body,) = found(session, select(PolicyVersion.body))
    assert body["approval_limit_minor"] == {"CNY": 5_000_000, "USD": 700_000}
    assert browser_of(MEI).get("/admin/policies?format=csv").status_code == 200
