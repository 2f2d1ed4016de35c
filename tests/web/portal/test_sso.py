"""Single sign-on through a real OpenID provider on loopback: who gets in, and every answer that proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from pydantic import ValidationError
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.access.models import Person, SecurityEvent, SignIn, SsoLink
from portal.clock import utc_now
from portal.db import Database
from portal.outbox.models import OutboxMessage
from portal.settings import Settings
from tests.cast import BO, MEI, PASSWORD, PING, Part
from tests.web.conftest import Browser
from tests.web.portal.openid import CLIENT, SECRET, OpenId, open_id

BACK = "/sign-in/sso/back"


@pytest.fixture(scope="module")
def served() -> Iterator[OpenId]:
    with open_id() as provider:
        yield provider


@pytest.fixture
def provider(served: OpenId) -> OpenId:
    served.reset()
    return served


@pytest.fixture
def settings(database_url: str, home: Path, provider: OpenId) -> Settings:
    return Settings(
        home=home, database_url=database_url, secret_key="test-secret", password_cost="test",
        oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="Acme ID",
    )  # fmt: skip


@pytest.fixture
def linked(database: Database, settings: Settings) -> Callable[[Part], None]:
    """Link ``subject-1`` with a member of the cast."""

    def link(part: Part) -> None:
        with database.writing() as session:
            person_id = session.scalars(select(Person.id).where(Person.email == part.email)).one()
            row = SsoLink(
                issuer=settings.oidc_issuer, subject="subject-1", person_id=person_id, linked_at=utc_now()
            )
            session.add(row)

    return link


def _go(browser: Browser, provider: OpenId, target: str = "", **claims: Any) -> TestResponse:
    """Walk to the provider and back."""
    start = browser.get("/sign-in/sso", query_string={"next": target} if target else {})
    assert start.status_code == 303
    answer = provider.authorize(start.location, **{"email": PING.email, **claims})
    return browser.get(BACK, query_string=answer)


def _is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def _refused(browser: Browser, answer: TestResponse) -> bool:
    page = browser.get("/sign-in?lang=en").text
    return answer.location == "/sign-in" and "Signing in with Acme ID did not work" in page


def _rows(database: Database, query: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(query))


def test_the_button_is_there_when_a_provider_is_set(nobody: Browser) -> None:
    page = nobody.get("/sign-in?next=/statements&lang=en").text
    assert "Sign in with Acme ID" in page
    assert "/sign-in/sso?next=" in page


def test_signs_in_whom_the_subject_is_linked_with(
    nobody: Browser, provider: OpenId, linked: Callable[[Part], None], database: Database
) -> None:
    linked(PING)
    answer = _go(nobody, provider, "/account", email="renamed@elsewhere.example")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert _is_in(nobody)
    assert _rows(database, select(SignIn.method)) == ["oidc"]
    assert "sign-in.succeeded" in _rows(database, select(SecurityEvent.event))


def test_links_by_e_mail_only_after_the_password_was_proved(
    app: Flask, nobody: Browser, provider: OpenId, with_password: Callable[[Part], str], database: Database
) -> None:
    with_password(PING)
    assert _go(nobody, provider, "/account").location == "/sign-in/sso/link"
    assert not _is_in(nobody)
    assert PING.email in nobody.get("/sign-in/sso/link").text
    wrong = nobody.post("/sign-in/sso/link", {"password": "not this one"})
    assert wrong.status_code == 422
    assert _rows(database, select(SsoLink.id)) == []
    right = nobody.post("/sign-in/sso/link", {"password": PASSWORD})
    assert (right.status_code, right.location) == (303, "/account")
    assert len(_rows(database, select(SsoLink.id))) == 1
    assert "security-notice" in _rows(database, select(OutboxMessage.event))
    again = Browser(app)
    assert _go(again, provider).location == "/"
    assert _is_in(again)


def test_a_password_without_its_code_links_nothing(
    nobody: Browser, provider: OpenId, with_password: Callable[[Part], str], database: Database, app: Flask
) -> None:
    with_password(MEI)
    seed = _app_of(app, MEI)
    assert _go(nobody, provider, email=MEI.email, amr=["mfa"]).location == "/sign-in/sso/link"
    answer = nobody.post("/sign-in/sso/link", {"password": PASSWORD})
    assert answer.location == "/sign-in/code"
    assert _rows(database, select(SsoLink.id)) == []
    nobody.post("/sign-in/code", {"code": _next_code(seed)})
    assert len(_rows(database, select(SsoLink.id))) == 1


def _app_of(app: Flask, part: Part) -> str:
    """Set an authenticator app up and return its seed."""
    browser = Browser(app)
    browser.post("/sign-in", {"email": part.email, "password": PASSWORD})
    page = browser.get("/account").text if _is_in(browser) else browser.get("/account/second-factor").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    browser.client.post("/account/app", data={"csrf_token": token})
    page = browser.get("/account/app").text
    seed = next(word for word in _words(page) if len(word) == 32)
    browser.client.post(
        "/account/app/confirm", data={"csrf_token": token, "code": pyotp.TOTP(seed).at(utc_now())}
    )
    return seed


def _next_code(seed: str) -> str:
    return pyotp.TOTP(seed).at(utc_now() + timedelta(seconds=30))


def _words(page: str) -> list[str]:
    lines = (line.replace("<", ">").split(">") for line in page.splitlines())
    return [part.replace(" ", "") for line in lines for part in line if part.replace(" ", "").isalnum()]


def test_an_identity_is_never_linked_with_somebody_else(
    nobody: Browser, provider: OpenId, with_password: Callable[[Part], str], database: Database
) -> None:
    with_password(BO)
    assert _go(nobody, provider, email=PING.email).location == "/sign-in/sso/link"
    assert nobody.post("/sign-in", {"email": BO.email, "password": PASSWORD}).status_code == 303
    assert _rows(database, select(SsoLink.id)) == []


def test_a_foreign_subject_with_the_right_e_mail_opens_nothing(
    nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(PING)
    assert _go(nobody, provider, sub="subject-2").location == "/sign-in/sso/link"
    assert not _is_in(nobody)


def test_a_disabled_person_and_an_unknown_one_get_the_same_answer(
    app: Flask, provider: OpenId, linked: Callable[[Part], None], database: Database,
    with_password: Callable[[Part], str],
) -> None:  # fmt: skip
    linked(PING)
    with_password(PING)
    with database.writing() as session:
        session.execute(update(Person).where(Person.email == PING.email).values(is_active=False))
    pages = []
    claimed: tuple[dict[str, Any], ...] = ({}, {"sub": "nobody", "email": "no@one.example"})
    for claims in claimed:
        browser = Browser(app)
        assert _go(browser, provider, **claims).location == "/sign-in/sso/link"
        answer = browser.post("/sign-in/sso/link?lang=en", {"password": PASSWORD})
        assert answer.status_code == 422
        pages.append(answer.text.replace("no@one.example", PING.email).split("nonce")[0])
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("claims", "place"),
    [
        ({}, "/account/second-factor"),
        ({"amr": ["pwd"]}, "/account/second-factor"),
        ({"amr": ["pwd", "otp"]}, "/admin/"),
        ({"amr": ["fido"]}, "/admin/"),
        ({"acr": "phr"}, "/admin/"),
    ],
)
def test_staff_need_a_second_factor_there_or_here(
    claims: dict[str, Any], place: str, nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(MEI)
    assert _go(nobody, provider, **claims).location == place


def test_asks_for_our_own_code_when_the_provider_asked_for_none(
    app: Flask, nobody: Browser, provider: OpenId, linked: Callable[[Part], None],
    with_password: Callable[[Part], str], database: Database,
) -> None:  # fmt: skip
    linked(MEI)
    with_password(MEI)
    seed = _app_of(app, MEI)
    assert _go(nobody, provider).location == "/sign-in/code"
    assert nobody.get("/admin/").status_code == 302
    answer = nobody.post("/sign-in/code", {"code": _next_code(seed)})
    assert answer.location == "/admin/"
    assert _rows(database, select(SignIn.method).order_by(SignIn.id))[-1] == "oidc+code"


NOW = int(utc_now().timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"nonce": "another"}, id="nonce"),
        pytest.param({"aud": "another"}, id="audience"),
        pytest.param({"aud": [CLIENT, "another"]}, id="two audiences without a party"),
        pytest.param({"azp": "another"}, id="party"),
        pytest.param({"iss": "https://evil.example"}, id="issuer"),
        pytest.param({"exp": NOW - 3600}, id="expired"),
        pytest.param({"email_verified": False}, id="unverified"),
        pytest.param({"email_verified": None}, id="not said to be verified"),
        pytest.param({"email": None}, id="no e-mail"),
        pytest.param({"sub": ""}, id="no subject"),
        pytest.param({"auth_time": NOW - 9 * 3600}, id="proved too long ago"),
        pytest.param({"at_hash": "another"}, id="access token"),
    ],
)
def test_a_token_that_does_not_hold_is_refused(
    claims: dict[str, Any],
    nobody: Browser,
    provider: OpenId,
    linked: Callable[[Part], None],
    database: Database,
) -> None:
    linked(PING)
    answer = _go(nobody, provider, **claims)
    assert _refused(nobody, answer)
    assert not _is_in(nobody)
    assert "sign-in.sso-refused" in _rows(database, select(SecurityEvent.event))


@pytest.mark.parametrize("algorithm", ["none", "RS512"])
def test_only_the_listed_algorithms_sign(
    algorithm: str, nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(PING)
    provider.header = {"alg": algorithm, "kid": "one"}
    assert _refused(nobody, _go(nobody, provider))
    assert not _is_in(nobody)


def test_a_key_the_provider_does_not_publish_signs_nothing(
    nobody: Browser, provider: OpenId, linked: Callable[[Part], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(PING)
    with open_id() as other:
        other.issuer = provider.issuer
        monkeypatch.setattr(provider, "id_token", other.id_token)
        assert _refused(nobody, _go(nobody, provider))


def test_an_answer_nobody_asked_for_is_refused(
    app: Flask, nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(PING)
    start = nobody.get("/sign-in/sso")
    answer = provider.authorize(start.location, email=PING.email)
    for query in (answer | {"state": "another"}, {"error": "access_denied", "state": answer["state"]}):
        assert _refused(nobody, nobody.get(BACK, query_string=query))
        start = nobody.get("/sign-in/sso")
        answer = provider.authorize(start.location, email=PING.email)
    stranger = Browser(app)  # the answer of one browser in another
    assert _refused(stranger, stranger.get(BACK, query_string=answer))
    assert not _is_in(stranger)


def test_an_answer_counts_once_even_with_the_cookie_of_before(
    app: Flask, nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(PING)
    provider.is_replaying = True  # a careless provider, so that ours is the only guard
    start = nobody.get("/sign-in/sso")
    kept = nobody.client.get_cookie("concord")
    answer = provider.authorize(start.location, email=PING.email)
    assert nobody.get(BACK, query_string=answer).location == "/"
    assert kept is not None
    replay = Browser(app)
    replay.client.set_cookie("concord", kept.value)
    assert _refused(replay, replay.get(BACK, query_string=answer))
    assert not _is_in(replay)


def test_a_code_the_provider_took_before_is_refused(
    nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(PING)
    start = nobody.get("/sign-in/sso")
    answer = provider.authorize(start.location, email=PING.email)
    provider.codes.clear()
    assert _refused(nobody, nobody.get(BACK, query_string=answer))


def test_a_provider_that_names_itself_otherwise_is_not_asked(nobody: Browser, provider: OpenId) -> None:
    provider.named = "https://evil.example"
    answer = nobody.get("/sign-in/sso")
    assert _refused(nobody, answer)


def test_another_sites_link_begins_no_sign_in(nobody: Browser, provider: OpenId) -> None:
    answer = nobody.get("/sign-in/sso?next=/account", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.location == "/sign-in?next=/account"


def test_goes_on_only_to_pages_of_this_site(
    nobody: Browser, provider: OpenId, linked: Callable[[Part], None]
) -> None:
    linked(PING)
    assert _go(nobody, provider, "//evil.example").location == "/"


def test_throttles_answers_that_prove_nothing(nobody: Browser, provider: OpenId) -> None:
    statuses = [nobody.get(BACK, query_string={"code": "x", "state": "y"}).status_code for _ in range(11)]
    assert statuses == [303] * 10 + [429]


def test_nothing_is_there_unless_a_provider_is_set(
    app: Flask, database: Database, settings: Settings
) -> None:
    from tests.web.conftest import _open

    bare = Browser(_open(settings.model_copy(update={"oidc_issuer": ""}), database))
    assert "/sign-in/sso" not in bare.get("/sign-in").text
    assert [bare.get(path).status_code for path in ("/sign-in/sso", BACK, "/sign-in/sso/link")] == [404] * 3
    assert bare.post("/sign-in/sso/link", {"password": "x"}).status_code == 404


def test_a_provider_without_tls_or_client_is_refused_at_start() -> None:
    for values in (
        {"oidc_issuer": "http://idp.example", "oidc_client_id": "x"},
        {"oidc_issuer": "https://idp.example"},
    ):
        with pytest.raises(ValidationError):
            Settings.model_validate(values)
