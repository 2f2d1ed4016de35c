"""One's own account."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.access.models import Grant, Person
from portal.customers.models import Customer
from portal.db import Database
from tests.cast import BO, CAST, PING, Part
from tests.web.conftest import Browser

CHOICES = {"name": "Ping Z.", "language": "en", "theme": "dark", "job_title": "", "phone": ""}


def _person(database: Database, part: Part) -> Person:
    with database.reading() as session:
        return session.scalars(select(Person).where(Person.email == part.email)).one()


def test_is_there_for_everybody(browser_of: Callable[[Part], Browser]) -> None:
    for part in CAST:
        page = browser_of(part).get("/account")
        assert (page.status_code, part.email in page.text) == (200, True)


def test_asks_strangers_to_sign_in(nobody: Browser) -> None:
    assert nobody.get("/account").location == "/sign-in?next=/account"


def test_saves_ones_choices(browser_of: Callable[[Part], Browser], database: Database) -> None:
    ping = browser_of(PING)
    assert ping.post("/account", CHOICES).status_code == 303
    page = ping.get("/account").text
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page
    assert 'lang="en"' in page
    assert _person(database, PING).name == "Ping Z."


def test_takes_only_the_fields_of_the_form(browser_of: Callable[[Part], Browser], database: Database) -> None:
    """Attack case D06."""
    extra = {"role": "clerk", "customer_id": "2", "is_active": "0", "email": "evil@x.example"}
    browser_of(PING).post("/account", CHOICES | extra)
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == PING.email)).one()
        roles = session.scalars(select(Grant.role).where(Grant.person_id == person.id)).all()
    assert (person.is_active, roles) == (True, ["confirmer"])


def test_shows_what_is_wrong_and_keeps_what_was_typed(browser_of: Callable[[Part], Browser]) -> None:
    answer = browser_of(PING).post("/account", CHOICES | {"name": "", "job_title": "Typed before"})
    assert answer.status_code == 422
    assert "Typed before" in answer.text


def test_changes_the_password_and_ends_the_other_devices(
    browser_of: Callable[[Part], Browser], with_password: Callable[[Part], str]
) -> None:
    current = with_password(PING)
    here, there = browser_of(PING), browser_of(PING)
    fields = {"current": current, "password": "four other words here"}
    assert here.post("/account/password", fields).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


def test_refuses_a_wrong_or_weak_password(
    browser_of: Callable[[Part], Browser], with_password: Callable[[Part], str]
) -> None:
    current = with_password(PING)
    ping = browser_of(PING)
    assert (
        ping.post("/account/password", {"current": "wrong", "password": "four other words"}).status_code
        == 422
    )
    assert ping.post("/account/password", {"current": current, "password": "12345678"}).status_code == 422


def test_signs_another_device_out(browser_of: Callable[[Part], Browser]) -> None:
    here, there, bo = browser_of(PING), browser_of(PING), browser_of(BO)
    path = here.get("/account").text.split("/account/devices/")[1].split('"')[0]
    assert bo.post(f"/account/devices/{path}").status_code == 404
    assert here.post(f"/account/devices/{path}").status_code == 303
    assert there.get("/account").status_code == 302


def test_acts_for_another_of_ones_companies(
    browser_of: Callable[[Part], Browser], database: Database
) -> None:
    with database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == PING.email)).one()
        globex = session.scalars(select(Customer).where(Customer.number == "GLOBEX")).one()
        session.add(
            Grant(person_id=person.id, role="viewer", customer_id=globex.id, granted_at=person.created_at)
        )
    ping = browser_of(PING)
    assert 'value="' + globex.public_id + '"' in ping.get("/open-items").text
    assert ping.post("/company", {"company": globex.public_id}).status_code == 303
    assert "Globex GmbH" in ping.get("/open-items").text.split('class="menu picker"')[1][:400]


def test_never_acts_for_a_company_of_others(
    browser_of: Callable[[Part], Browser], database: Database
) -> None:
    with database.reading() as session:
        globex = session.scalars(select(Customer.public_id).where(Customer.number == "GLOBEX")).one()
    assert browser_of(PING).post("/company", {"company": globex}).status_code == 404


def test_remembers_the_language_chosen_by_link(
    browser_of: Callable[[Part], Browser], database: Database
) -> None:
    ping = browser_of(PING)
    assert 'lang="zh-Hans"' in ping.get("/account").text
    assert '<html lang="en"' in ping.get("/account?lang=en").text
    assert '<html lang="en"' in ping.get("/account").text
    assert _person(database, PING).language == "en"
