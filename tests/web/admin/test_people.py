"""Accounts are the system administrator's, roles the security administrators'; nobody changes their own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Grant, Person
from tests.cast import AUD, BO, MEI, SEC, SYS, Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def public_id_of(session: Session, part: Part) -> str:
    found = session.scalars(select(Person.public_id).where(Person.email == part.email)).one()
    session.rollback()
    return found


def test_keeps_what_was_typed_and_invites_nobody_when_it_is_refused(
    browser_of: Open, session: Session
) -> None:
    system = browser_of(SYS)
    typed = {"email": "nothing", "name": "Ada Okafor", "language": "en"}
    answer = system.post("/admin/people/invite", typed)
    assert answer.status_code == 422
    assert 'value="Ada Okafor"' in answer.text
    assert system.post("/admin/people/invite", typed | {"csrf_token": ""}).status_code == 400


def test_ends_a_customers_role_but_no_staff_role_alone(browser_of: Open, session: Session) -> None:
    mei, bo, sec = public_id_of(session, MEI), public_id_of(session, BO), browser_of(SEC)
    assert sec.post(f"/admin/people/{mei}/roles", {"role": "clerk"}).status_code == 409
    ended = sec.post(f"/admin/people/{bo}/roles", {"role": "confirmer", "customer_no": "GLOBEX"})
    assert ended.status_code == 303
    query = select(Grant.role).join(Person, Person.id == Grant.person_id).where(Grant.ended_at.is_(None))
    assert session.scalars(query.where(Person.email == MEI.email)).all() == ["clerk"]
    assert session.scalars(query.where(Person.email == BO.email)).all() == []


def test_stops_a_person_from_signing_in(browser_of: Open, session: Session) -> None:
    bo, sec, browser = public_id_of(session, BO), browser_of(SEC), browser_of(BO)
    assert browser.get("/").status_code == 200
    assert sec.post(f"/admin/people/{bo}/active", {"act": "disable"}).status_code == 303
    assert browser.get("/").status_code == 302


def test_is_for_the_security_administrator(browser_of: Open, session: Session) -> None:
    mei = public_id_of(session, MEI)
    assert browser_of(MEI).get("/admin/people").status_code == 403
    aud = browser_of(AUD)
    assert aud.get("/admin/people?tab=staff").status_code == 200
    assert aud.get("/admin/people?format=csv").status_code == 200
    assert aud.get("/admin/people/invite").status_code == 403
    assert aud.post(f"/admin/people/{mei}/roles", {"act": "give", "role": "approver"}).status_code == 403
    assert browser_of(SEC).get(f"/admin/people/{'u' * 22}").status_code == 404
