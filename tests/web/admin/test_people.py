"""The security administrator adds people, gives and ends roles; nobody else does, and never for themselves."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Grant, Person
from tests.cast import AUD, BO, MEI, SEC, Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
NEW = {
    "email": "ada@acme.example", "name": "Ada Okafor", "language": "en", "role": "viewer", "customer_no": "ACME",
    "password": "correct horse battery staple",
}  # fmt: skip


def public_id_of(session: Session, part: Part) -> str:
    found = session.scalars(select(Person.public_id).where(Person.email == part.email)).one()
    session.rollback()
    return found


def test_adds_a_person_with_a_role(browser_of: Open, session: Session) -> None:
    sec = browser_of(SEC)
    assert sec.post("/admin/people/new", NEW).status_code == 303
    person = session.scalars(select(Person).where(Person.email == NEW["email"])).one()
    assert session.scalars(select(Grant.role).where(Grant.person_id == person.id)).one() == "viewer"
    assert "Ada Okafor" in sec.get("/admin/people?q=ada").text


def test_keeps_what_was_typed_and_adds_nobody_when_it_is_refused(browser_of: Open, session: Session) -> None:
    sec = browser_of(SEC)
    for wrong in (
        {"password": "short"},
        {"customer_no": "NOBODY"},
        {"customer_no": ""},
        {"email": MEI.email},
    ):
        answer = sec.post("/admin/people/new", NEW | wrong)
        assert answer.status_code == 422, wrong
        assert 'value="Ada Okafor"' in answer.text
    assert sec.post("/admin/people/new", NEW | {"csrf_token": ""}).status_code == 400
    assert session.scalars(select(Person).where(Person.email == NEW["email"])).all() == []


def test_gives_and_ends_roles_and_refuses_a_forbidden_mix(browser_of: Open, session: Session) -> None:
    mei, sec = public_id_of(session, MEI), browser_of(SEC)
    address = f"/admin/people/{mei}/roles"
    refused = sec.post(address, {"act": "give", "role": "auditor"})
    assert refused.status_code == 422
    assert sec.post(address, {"act": "give", "role": "approver"}).status_code == 303
    assert "Approver" in sec.get(f"/admin/people/{mei}").text
    assert sec.post(address, {"act": "end", "role": "approver"}).status_code == 303
    assert sec.post(address, {"act": "give", "role": "king"}).status_code == 422


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
    assert aud.get("/admin/people/new").status_code == 403
    assert aud.post(f"/admin/people/{mei}/roles", {"act": "give", "role": "approver"}).status_code == 403
    assert browser_of(SEC).get(f"/admin/people/{'u' * 22}").status_code == 404
