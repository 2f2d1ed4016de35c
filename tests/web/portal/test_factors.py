"""The second step over HTTP, setting factors up, and the fresh proof before acts that matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from portal.access import set_up_totp_from_console, system_actor
from portal.access.models import MailChange, Person, SignIn
from portal.clock import utc_now
from portal.db import Database
from portal.settings import Settings
from tests.cast import CHEN, MEI, PASSWORD, PING, Part, actor_of
from tests.web.conftest import RAW_TOKEN, Browser
from tests.web.letters import letters_of, link_of
from wsgi import create_app

SEED = pyotp.random_base32()
OpenBrowser = Callable[[Part], Browser]


@pytest.fixture
def mei_app(database: Database, with_password: Callable[[Part], str]) -> pyotp.TOTP:
    """Mei has the cast's password and an authenticator app."""
    with_password(MEI)
    with database.writing() as session:
        mei = actor_of(session, MEI)
        set_up_totp_from_console(
            session, public_id=mei.public_id, seed=SEED, actor=system_actor("test"), now=utc_now()
        )
    return pyotp.TOTP(SEED)


def _grow_old(database: Database, minutes: int = 31) -> None:
    with database.writing() as session:
        session.execute(update(SignIn).values(proved_at=utc_now() - timedelta(minutes=minutes)))


def _keep_token(browser: Browser) -> None:
    """Give the fresh cookie of a sign-in the token that the browser sends."""
    with browser.client.session_transaction() as cookie:
        cookie["csrf_token"] = RAW_TOKEN


def test_asks_for_the_code_and_then_opens_what_was_asked_for(nobody: Browser, mei_app: pyotp.TOTP) -> None:
    """Requirement 2-7: two factors."""
    first = nobody.post("/sign-in?next=/account", {"email": MEI.email, "password": PASSWORD})
    assert (first.status_code, first.location) == (303, "/sign-in/code?next=/account")
    assert nobody.get("/admin/").status_code == 302
    assert nobody.post(first.location, {"code": "000000"}).status_code == 422
    second = nobody.post(first.location, {"code": mei_app.now()})
    assert (second.status_code, second.location) == (303, "/account")
    assert nobody.get("/admin/").status_code == 200


def test_the_code_page_without_a_password_leads_back(nobody: Browser) -> None:
    assert nobody.get("/sign-in/code").location == "/sign-in"
    assert nobody.post("/sign-in/code", {"code": "123456"}).status_code == 302


def test_shows_no_code_outside_the_demo(nobody: Browser, mei_app: pyotp.TOTP) -> None:
    nobody.post("/sign-in", {"email": MEI.email, "password": PASSWORD})
    page = nobody.get("/sign-in/code").text
    assert 'data-demo-code=""' in page
    assert mei_app.now() not in page


def test_staff_without_a_factor_can_do_nothing_but_set_one_up(
    nobody: Browser, with_password: Callable[[Part], str]
) -> None:
    entered = nobody.post("/sign-in?next=/account", {"email": MEI.email, "password": with_password(MEI)})
    _keep_token(nobody)
    assert entered.location == "/account/second-factor?next=/account"
    assert nobody.get("/admin/").location == "/account/second-factor"
    assert nobody.get("/account").location == "/account/second-factor"
    assert nobody.get("/admin/", headers={"Accept": "application/json"}).status_code == 403
    assert nobody.post("/account", {"name": "M"}).status_code == 403
    assert nobody.post("/account/app?next=/account").location == "/account/app?next=/account"
    page = nobody.get("/account/app").text
    seed = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert nobody.post("/account/app/confirm", {"code": "000000"}).status_code == 422
    codes = nobody.post("/account/app/confirm?next=/account", {"code": pyotp.TOTP(seed).now()})
    assert codes.status_code == 200
    assert codes.text.count("<li><code>") == 10
    assert 'href="/account"' in codes.text
    assert nobody.get("/admin/").status_code == 200


def test_asks_for_a_fresh_proof_and_keeps_what_was_typed(
    database: Database, browser_of: OpenBrowser, with_password: Callable[[Part], str]
) -> None:
    """Attack case D17: 31 minutes after sign-in, the own e-mail changes only with a proof."""
    with_password(PING)
    ping = browser_of(PING)
    _grow_old(database)
    asked = ping.post("/account/e-mail", {"email": "new@acme.example"})
    assert asked.status_code == 403
    assert 'name="email" value="new@acme.example"' in asked.text
    assert letters_of(database, "mail-change") == []
    wrong = ping.post("/account/e-mail", {"email": "new@acme.example", "proof_password": "wrong"})
    assert wrong.status_code == 422
    assert 'value="new@acme.example"' in wrong.text
    right = ping.post("/account/e-mail", {"email": "new@acme.example", "proof_password": PASSWORD})
    assert right.status_code == 303
    assert [one.recipient for one in letters_of(database, "mail-change")] == ["new@acme.example"]


def test_tells_programs_why(database: Database, browser_of: OpenBrowser) -> None:
    ping = browser_of(PING)
    _grow_old(database)
    answer = ping.post(
        "/account/e-mail", {"email": "new@acme.example"}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, (answer.json or {})["error"]) == (403, "proof_needed")


def test_takes_a_code_as_proof_once(database: Database, browser_of: OpenBrowser, mei_app: pyotp.TOTP) -> None:
    mei = browser_of(MEI)
    _grow_old(database)
    code = mei_app.now()
    assert mei.get("/step-up?next=/account").status_code == 200
    assert mei.post("/step-up?next=/account", {"proof_code": code}).location == "/account"
    _grow_old(database)
    assert mei.post("/step-up?next=/account", {"proof_code": code}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/account/app",
        "/account/app/remove",
        "/account/recovery-codes",
        "/account/passkeys",
        "/account/e-mail",
    ],
)
def test_every_change_of_how_one_signs_in_needs_a_proof(
    path: str, database: Database, browser_of: OpenBrowser
) -> None:
    """Requirement of ASVS V7.5.3."""
    mei = browser_of(MEI)
    _grow_old(database)
    assert mei.post(path).status_code == 403


def test_approval_needs_a_proof(database: Database, browser_of: OpenBrowser) -> None:
    """Attack case D17: an approver 31 minutes after sign-in."""
    chen = browser_of(CHEN)
    assert chen.post(f"/admin/approvals/{'A' * 22}/approve").status_code == 404
    _grow_old(database)
    assert chen.post(f"/admin/approvals/{'A' * 22}/approve").status_code == 403


def test_the_new_address_confirms_and_the_old_one_is_told(
    nobody: Browser, database: Database, browser_of: OpenBrowser
) -> None:
    ping = browser_of(PING)
    ping.post("/account/e-mail", {"email": "New@Acme.example"})
    link = link_of(database, "mail-change")
    assert ping.get(link).status_code == 200
    assert nobody.get(link).status_code == 302
    assert browser_of(MEI).get(link).status_code == 404
    assert ping.post(link).status_code == 303
    assert ping.post(link).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.email == "new@acme.example")) is not None
    told = [(one.recipient, one.payload["what"]) for one in letters_of(database, "security-notice")]
    assert told == [
        (PING.email, "mail-changing"), (PING.email, "mail-changed"), ("new@acme.example", "mail-changed"),
    ]  # fmt: skip


def test_says_nothing_of_an_address_that_is_taken(database: Database, browser_of: OpenBrowser) -> None:
    ping = browser_of(PING)
    free = ping.post("/account/e-mail", {"email": "free@acme.example"})
    taken = ping.post("/account/e-mail", {"email": MEI.email})
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert [one.recipient for one in letters_of(database, "mail-change")] == ["free@acme.example"]
    with database.reading() as session:
        assert len(session.scalars(select(MailChange)).all()) == 2


def test_an_old_password_is_changed_before_anything_else(
    settings: Settings, database: Database, with_password: Callable[[Part], str]
) -> None:
    """The 等保 profile: 90 days, and never back to one of the last five."""
    current = with_password(PING)
    browser = Browser(create_app(settings.model_copy(update={"password_profile": "dengbao"}), database))
    entered = browser.post("/sign-in", {"email": PING.email, "password": current})
    _keep_token(browser)
    assert entered.location == "/account/new-password"
    assert browser.get("/statements").location == "/account/new-password"
    for weak in ("only small letters", current):
        assert browser.post("/account/password", {"current": current, "password": weak}).status_code == 422
    first = browser.post("/account/password", {"current": current, "password": "Four 4 other words"})
    assert first.status_code == 303
    back = browser.post(
        "/account/password", {"current": "Four 4 other words", "password": "Four 4 other words"}
    )
    assert back.status_code == 422
    assert browser.get("/account").status_code == 200
