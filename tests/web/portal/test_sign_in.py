"""Sign-in and sign-out over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.db import Database
from tests.cast import BO, MEI, PING, Part
from tests.web.conftest import Browser


def _try(browser: Browser, email: str, password: str, **options: str) -> int:
    target = f"/sign-in?next={options['next']}" if "next" in options else "/sign-in"
    return browser.post(target, {"email": email, "password": password}).status_code


def test_the_page_speaks_both_languages_and_names_the_seller(nobody: Browser) -> None:
    page = nobody.get("/sign-in").text
    assert "登录" in page
    assert "Sign in" in page
    assert "Our company" in page or "我公司" in page


def test_leads_customers_and_staff_to_their_own_front(
    nobody: Browser, with_password: Callable[[Part], str], app: Flask
) -> None:
    for part, home in ((PING, "/"), (MEI, "/account/second-factor")):
        answer = Browser(app).post("/sign-in", {"email": part.email.upper(), "password": with_password(part)})
        assert (answer.status_code, answer.location) == (303, home)


def test_gives_the_same_answer_for_unknown_wrong_and_disabled(
    nobody: Browser, with_password: Callable[[Part], str]
) -> None:
    with_password(PING)
    unknown = nobody.post("/sign-in", {"email": "no@one.example", "password": "whatever1"})
    wrong = nobody.post("/sign-in", {"email": PING.email, "password": "whatever1"})
    assert (unknown.status_code, wrong.status_code) == (422, 422)
    assert (
        unknown.text.replace("no@one.example", PING.email).split("nonce")[0] == wrong.text.split("nonce")[0]
    )


def test_answers_429_from_the_eleventh_wrong_password(
    nobody: Browser, with_password: Callable[[Part], str]
) -> None:
    """Attack case D15: also when the client claims other addresses."""
    password = with_password(PING)
    statuses = [
        nobody.client.post(
            "/sign-in",
            data={"csrf_token": nobody.csrf_token, "email": PING.email, "password": f"wrong-{number}"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(11)
    ]
    assert statuses == [422] * 10 + [429]
    assert _try(nobody, PING.email, password) == 429


def test_starts_a_new_cookie_and_forgets_it_at_sign_out(
    app: Flask, with_password: Callable[[Part], str], nobody: Browser
) -> None:
    """Attack case D13: the cookie from before, and the one of a finished sign-in, are anonymous."""
    before = nobody.client.get_cookie("concord")
    assert _try(nobody, PING.email, with_password(PING)) == 303
    signed_in = nobody.client.get_cookie("concord")
    assert before is not None
    assert signed_in is not None
    assert before.value != signed_in.value
    assert nobody.get("/account").status_code == 200
    page = nobody.get("/account").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert nobody.client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    for value in (before.value, signed_in.value):
        replay = app.test_client()
        replay.set_cookie("concord", value)
        assert replay.get("/account").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_goes_only_to_addresses_of_this_site(
    target: str, nobody: Browser, with_password: Callable[[Part], str]
) -> None:
    """Attack case D16."""
    answer = nobody.client.post(
        "/sign-in",
        query_string={"next": target},
        data={"csrf_token": nobody.csrf_token, "email": PING.email, "password": with_password(PING)},
    )
    assert answer.location == "/"


def test_goes_on_to_the_page_that_was_asked_for(
    nobody: Browser, with_password: Callable[[Part], str]
) -> None:
    assert nobody.get("/account").location == "/sign-in?next=/account"
    answer = nobody.post("/sign-in?next=/account", {"email": PING.email, "password": with_password(PING)})
    assert answer.location == "/account"


def test_refuses_a_form_without_its_token(nobody: Browser) -> None:
    """Attack case D14."""
    answer = nobody.client.post("/sign-in", data={"email": PING.email, "password": "x"})
    assert answer.status_code == 400


def test_signs_out_only_by_post(browser_of: Callable[[Part], Browser]) -> None:
    ping = browser_of(PING)
    assert ping.get("/sign-out").status_code == 405
    assert ping.get("/account").status_code == 200


def test_sends_the_promised_headers(nobody: Browser, browser_of: Callable[[Part], Browser]) -> None:
    headers = nobody.get("/sign-in").headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert browser_of(BO).get("/account").headers["Cache-Control"] == "no-store"


def test_refuses_a_host_that_is_not_ours(nobody: Browser) -> None:
    """Attack case D09."""
    assert nobody.client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_writes_the_tries_into_the_security_log(
    nobody: Browser, database: Database, with_password: Callable[[Part], str]
) -> None:
    from sqlalchemy import select

    from portal.access.models import SecurityEvent

    _try(nobody, PING.email, "wrong-one")
    _try(nobody, PING.email, with_password(PING))
    with database.reading() as session:
        events = session.scalars(select(SecurityEvent.event).order_by(SecurityEvent.id)).all()
    assert events == ["sign-in.failed", "sign-in.succeeded"]
