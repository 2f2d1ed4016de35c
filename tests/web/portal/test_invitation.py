"""The page of the invited: opening it changes nothing, accepting it works once, the terms are kept as shown."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.access import invite_person, system_actor
from portal.access.models import Grant, Invitation, Person
from portal.clock import utc_now
from portal.confirmations.models import TermsAcceptance
from portal.customers.models import Customer
from portal.db import Database
from tests.cast import BO, Part
from tests.web.conftest import RAW_TOKEN, Browser
from tests.web.letters import link_of

Invite = Callable[..., str]


@pytest.fixture
def invite(database: Database) -> Invite:
    """Invite somebody to Acme (or to the desk) and return the link."""

    def ask(email: str = "lin@acme.example", role: str = "confirmer", number: str | None = "ACME") -> str:
        with database.writing() as session:
            customer_id = session.scalar(select(Customer.id).where(Customer.number == number))
            invite_person(
                session, email=email, name="Lin Tao", role=role, customer_id=customer_id, language="en",
                actor=system_actor("console"), now=utc_now(),
            )  # fmt: skip
        return link_of(database, "invitation")

    return ask


def _fields(browser: Browser, link: str, **more: str) -> dict[str, str]:
    page = browser.get(f"{link}?lang=en").text
    terms = page.split('name="terms" value="')[1].split('"')[0] if 'name="terms"' in page else ""
    return {"name": "Lin T.", "password": "four other words here", "agrees": "y", "terms": terms, **more}


def test_lets_the_invited_in_with_name_password_and_terms(
    app: Flask, nobody: Browser, invite: Invite, database: Database
) -> None:
    """Requirement 1-9."""
    link = invite()
    page = nobody.get(f"{link}?lang=en")
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "Acme Trading" in page.text
    answer = nobody.post(link, _fields(nobody, link))
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    entered = Browser(app).post(
        "/sign-in", {"email": "lin@acme.example", "password": "four other words here"}
    )
    assert entered.location == "/"
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == "lin@acme.example")).one()
        kept = session.scalars(select(TermsAcceptance).where(TermsAcceptance.person_id == person.id)).one()
    assert kept.language == "en"
    assert kept.text.splitlines()[1] in unescape(page.text)


def test_works_once(nobody: Browser, invite: Invite) -> None:
    """Attack case D12."""
    link = invite()
    fields = _fields(nobody, link)
    assert nobody.post(link, fields).status_code == 303
    with nobody.client.session_transaction() as cookie:
        cookie["csrf_token"] = RAW_TOKEN
    assert nobody.post(link, fields).status_code == 404
    dead, unknown = nobody.get(link), nobody.get("/invitation/unknown")
    assert dead.status_code == unknown.status_code == 404
    assert (
        dead.text.split("<main")[1].split("</main>")[0] == unknown.text.split("<main")[1].split("</main>")[0]
    )


def test_opening_it_changes_nothing(nobody: Browser, invite: Invite, database: Database) -> None:
    """Attack case D11."""
    link = invite()
    nobody.client.head(link)
    for _ in range(5):
        assert nobody.get(link).status_code == 200
    with database.reading() as session:
        assert session.scalars(select(Invitation.accepted_at)).all() == [None]


@pytest.mark.parametrize(
    "wrong", [{"agrees": ""}, {"password": "12345678"}, {"name": ""}, {"terms": "another text"}]
)
def test_a_form_that_lacks_something_uses_nothing_up(
    wrong: dict[str, str], nobody: Browser, invite: Invite, database: Database
) -> None:
    link = invite()
    assert nobody.post(link, {**_fields(nobody, link), **wrong}).status_code == 422
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Person.email == "lin@acme.example")) == 0
    assert nobody.get(link).status_code == 200


def test_who_has_an_account_accepts_signed_in(
    nobody: Browser, invite: Invite, browser_of: Callable[[Part], Browser], database: Database
) -> None:
    """Attack case D04: nobody is moved; a second company comes beside the first."""
    link = invite(email=BO.email, role="viewer")
    assert "/sign-in?next=/invitation/" in nobody.get(link).text
    assert nobody.post(f"{link}/accept", {"agrees": "y"}).status_code == 200
    bo = browser_of(BO)
    fields = _fields(bo, link)
    assert bo.post(f"{link}/accept", {"agrees": "y", "terms": fields["terms"]}).status_code == 303
    with database.reading() as session:
        query = select(Grant.role, Customer.number).join(Customer, Customer.id == Grant.customer_id)
        held = session.execute(
            query.join(Person, Person.id == Grant.person_id)
            .where(Person.email == BO.email)
            .order_by(Grant.id)
        ).all()
    assert [tuple(row) for row in held] == [("confirmer", "GLOBEX"), ("viewer", "ACME")]


def test_staff_are_asked_for_no_terms(nobody: Browser, invite: Invite, database: Database) -> None:
    link = invite(email="new@seller.example", role="", number=None)
    fields = _fields(nobody, link)
    assert fields.pop("terms") == ""
    assert nobody.post(link, fields).status_code == 303
