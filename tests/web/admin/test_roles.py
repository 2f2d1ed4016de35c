"""Requests for roles over HTTP: asked, approved by another, refused without losing what was typed."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Grant
from portal.roles.models import StaffRoleRequest
from tests.cast import MEI, SEC, SEC_TWO, SYS, second_security_admin
from tests.web.admin.two_people import Open, found, person, shown_hash


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def test_a_role_goes_from_request_to_approval(browser_of: Open, session: Session, two: None) -> None:
    """Requirement 0-7: the one who asked gets 403 for their own yes."""
    one, other = browser_of(SEC), browser_of(SEC_TWO)
    mei = person(session, MEI)
    assert "Receivables clerk" in one.get(f"/admin/people/{mei}").text
    assert one.get(f"/admin/roles/new/{mei}?act=give").status_code == 200
    wish = {
        "act": "give",
        "role": "department",
        "portfolio": "all",
        "departments": ["sales", "tax"],
        "reason": "prices",
    }
    answer = one.post(f"/admin/roles/new/{mei}", wish)
    assert answer.status_code == 303, answer.text
    page = answer.headers["Location"]
    assert "Sales" in one.get(page).text
    asked = found(session, select(StaffRoleRequest.person_id))
    seen = {"seen_hash": shown_hash(session)}
    assert one.post(f"{page}/approve", seen).status_code == 403
    assert other.post(f"{page}/approve", seen).status_code == 303
    session.expire_all()
    assert session.scalars(select(Grant.departments).where(Grant.role == "department")).one() == [
        "sales",
        "tax",
    ]
    assert "Tomo Abe" in other.get(page).text
    assert other.get("/admin/roles?tab=all&format=csv").status_code == 200
    assert len(asked) == 1


def test_a_refused_wish_loses_nothing_typed(browser_of: Open, session: Session, two: None) -> None:
    """Requirement 2-17: roles that exclude each other are refused, with what was typed kept."""
    one, mei = browser_of(SEC), person(session, MEI)
    answer = one.post(
        f"/admin/roles/new/{mei}",
        {
            "act": "give",
            "role": "auditor",
            "portfolio": "all",
            "reason": "wants to look",
        },
    )
    assert answer.status_code == 422
    assert "wants to look" in answer.text
    assert "at the same time" in answer.text
    odd = {
        "act": "change",
        "role": "clerk",
        "portfolio": "all",
        "reason": "x",
        "currency_1": "CNY",
        "act_1": "1,5",
    }
    assert one.post(f"/admin/roles/new/{mei}", odd).status_code == 422


def test_the_security_officer_ends_sessions_and_the_system_administrator_invites(
    browser_of: Open, session: Session
) -> None:
    mei, one, system = person(session, MEI), browser_of(SEC), browser_of(SYS)
    other = browser_of(MEI)
    assert other.get("/admin").status_code == 200
    assert system.post(f"/admin/people/{mei}/sign-out").status_code == 403
    assert one.post(f"/admin/people/{mei}/sign-out").status_code == 303
    assert other.get("/admin").status_code == 302
    assert one.get("/admin/people/invite").status_code == 403
    assert (
        system.post(
            "/admin/people/invite", {"email": "new@seller.example", "name": "New", "language": "en"}
        ).status_code
        == 303
    )
    assert "new@seller.example" in system.get("/admin/people").text
    assert one.post(f"/admin/people/{mei}/active", {"act": "disable"}).status_code == 403
    assert system.post(f"/admin/people/{mei}/active", {"act": "disable"}).status_code == 303
    assert "Mei Lin" in one.get("/admin/people?role=clerk&tab=all").text
    assert "Mei Lin" not in one.get("/admin/people?seen=30").text
    assert "Mei Lin" not in one.get("/admin/people?role=approver").text
