"""The pages of people, roles, reviews, samples, policies, sealed accounts and the security log, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin.views.policies import _typed
from portal.access.models import Grant, Person, SecurityEvent
from portal.approvals.models import Approval
from portal.clock import utc_now
from portal.outbox.models import OutboxMessage
from portal.policies import FIELDS, Policy
from portal.policies.models import PolicyVersion
from portal.roles.models import BreakGlass, Sample, StaffRoleRequest
from tests.cast import AUD, CHEN, MEI, SEC, SEC_TWO, SYS, Part, second_security_admin
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def person(session: Session, part: Part) -> str:
    return str(found(session, select(Person.public_id).where(Person.email == part.email))[0])


def found(session: Session, query: Select[Any]) -> list[Any]:
    """Read and let the database go again, so that the pages can write."""
    session.expire_all()
    rows = list(session.scalars(query))
    session.commit()
    return rows


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
    seen = {"seen_hash": _hash(session)}
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


def _hash(session: Session) -> str:
    return str(found(session, select(Approval.content_hash).order_by(Approval.id.desc()))[0])


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


def test_reviews_are_done_row_by_row_and_in_bulk(browser_of: Open, session: Session, two: None) -> None:
    """Requirement 0-19: the report lists every role, last use and reviewer; due ones are looked at."""
    one = browser_of(SEC)
    text = one.get("/admin/reviews?tab=all").text
    assert all(part.name in text for part in (MEI, CHEN, AUD, SEC, SYS))
    ids = found(
        session,
        select(Grant.public_id)
        .join(Person, Person.id == Grant.person_id)
        .where(Person.email.in_([MEI.email, SEC.email])),
    )
    answer = one.post("/admin/reviews", {"row": list(ids), "act": "keep"})
    assert answer.status_code == 200
    assert "1 refused" in answer.text
    assert one.post("/admin/reviews", {"row": list(ids), "act": "remove"}).status_code == 422
    done = one.get("/admin/reviews?tab=done").text
    assert MEI.name in done
    assert "Sefa Okoro" in done
    assert one.get("/admin/reviews?tab=all&format=xlsx").status_code == 200
    assert browser_of(AUD).get("/admin/reviews").status_code == 200
    assert one.get("/admin/reviews/rotation?tab=all&format=csv").status_code == 200
    assert "No customer has an owner yet." in one.get("/admin/reviews/rotation").text


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
    assert one.post("/admin/policies/approve", {"seen_hash": _hash(session)}).status_code == 403
    assert "CNY 50,000.00" in other.get("/admin/policies").text
    assert other.post("/admin/policies/approve", {"seen_hash": _hash(session)}).status_code == 303
    (body,) = found(session, select(PolicyVersion.body))
    assert body["approval_limit_minor"] == {"CNY": 5_000_000, "USD": 700_000}
    assert browser_of(MEI).get("/admin/policies?format=csv").status_code == 200


def test_a_sample_is_drawn_by_one_and_read_by_another(browser_of: Open, session: Session) -> None:
    one, auditor = browser_of(SEC), browser_of(AUD)
    answer = one.post(
        "/admin/samples/new", {"name": "Audit", "population": "customers", "size": "1", "seed": "42"}
    )
    assert answer.status_code == 303, answer.text
    page = answer.headers["Location"]
    assert "Auditors see what was drawn" in one.get(page).text
    assert one.get(f"{page}?format=csv").status_code == 403
    (sample,) = found(session, select(Sample))
    assert (sample.population_size, sample.seed) == (2, "42")
    assert "the same sample" in auditor.get(f"{page}?again=1").text
    assert auditor.get(f"{page}?format=xlsx").status_code == 200
    assert (
        one.post(
            "/admin/samples/new", {"name": "A", "population": "customers", "size": "0", "seed": "42"}
        ).status_code
        == 422
    )


def test_a_sealed_account_opens_once_and_tells_the_guards(
    browser_of: Open, nobody: Browser, session: Session, two: None
) -> None:
    """Rule R10."""
    chen = person(session, CHEN)
    answer = browser_of(SEC).post("/admin/break-glass", {"person": chen})
    shown = re.search(r"<code>([a-z0-9-]{35})</code>", answer.text)
    assert shown, answer.text
    typed = {
        "email": CHEN.email,
        "secret": shown[1],
        "opened_by": "Li Wei",
        "reason": "Nobody else is in the country",
    }
    assert nobody.get("/break-glass").status_code == 200
    assert nobody.post("/break-glass", typed | {"reason": "because"}).status_code == 422
    assert nobody.post("/break-glass", typed | {"secret": "wrong"}).status_code == 422
    assert nobody.post("/break-glass", typed).status_code == 303
    assert nobody.get("/admin/approvals").status_code == 200
    assert nobody.get("/account").status_code == 403
    (seal,) = found(session, select(BreakGlass))
    assert seal.opened_at is not None
    assert seal.ends_at is not None
    assert (seal.ends_at - seal.opened_at).total_seconds() == 3600
    told = found(session, select(OutboxMessage.recipient).where(OutboxMessage.event == "break-glass-opened"))
    assert set(told) == {SEC.email, SEC_TWO.email, AUD.email}
    assert Browser(nobody.client.application).post("/break-glass", typed).status_code == 422
    listed = browser_of(AUD).get("/admin/break-glass").text
    assert "Li Wei" in listed
    assert "people.seal-broken" in listed


def test_auditors_read_the_security_log_and_are_in_it(browser_of: Open, session: Session) -> None:
    """Rule R11, and every refusal is there as authz.denied."""
    assert browser_of(SYS).get("/admin/security-log").status_code == 403
    auditor = browser_of(AUD)
    page = auditor.get("/admin/security-log?tab=denied").text
    assert "authz.denied" in page
    assert "Yusuf Sahin" in page
    assert "auditor.read" in auditor.get("/admin/security-log?tab=auditors").text
    assert auditor.get("/admin/security-log?format=csv&q=denied").status_code == 200
    assert found(session, select(SecurityEvent.event).where(SecurityEvent.event == "auditor.read"))


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
