"""A forgotten password: one answer for everybody, a link that works once, and no sign-in by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.access.models import PasswordReset, Person, SignIn
from portal.access.throttle import LIMITS, WINDOW
from portal.clock import utc_now
from portal.db import Database
from portal.jobs.models import Job
from tests.cast import BO, PING, Part
from tests.web.conftest import Browser
from tests.web.letters import letters_of, link_of, run_resets

NEW = "four other words here"


def _ask(browser: Browser, database: Database, email: str = PING.email) -> str:
    browser.post("/reset", {"email": email})
    run_resets(database)
    return link_of(database, "password-reset")


def test_gives_one_answer_and_writes_the_same_rows_for_every_address(
    nobody: Browser, database: Database, with_password: Callable[[Part], str]
) -> None:
    """Attack case D08."""
    with_password(PING)
    answers = [nobody.post("/reset", {"email": email}) for email in (PING.email, "no@one.example")]
    assert [(one.status_code, one.location, one.text) for one in answers] == [
        (303, "/reset/sent", answers[0].text)
    ] * 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 2
    run_resets(database)
    assert [letter.recipient for letter in letters_of(database, "password-reset")] == [PING.email]


def test_takes_the_same_time_for_every_address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack case D08."""
    monkeypatch.setitem(LIMITS, "reset-address", ((1000, WINDOW),))
    spent: dict[str, list[float]] = {PING.email: [], "no@one.example": []}
    for _ in range(9):
        for email, seconds in spent.items():
            browser, start = Browser(app), time.process_time()
            browser.post("/reset", {"email": email})
            seconds.append(time.process_time() - start)
    known, unknown = (median(seconds) for seconds in spent.values())
    assert 0.6 < known / unknown < 1.6


def test_sets_the_password_once_and_signs_nobody_in(
    app: Flask, nobody: Browser, database: Database, browser_of: Callable[[Part], Browser]
) -> None:
    """Attack case D10."""
    there = browser_of(PING)
    link = _ask(nobody, database)
    page = nobody.get(link)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    answer = nobody.post(link, {"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert nobody.get("/account").status_code == 302
    assert there.get("/account").status_code == 302
    assert Browser(app).post("/sign-in", {"email": PING.email, "password": NEW}).status_code == 303
    assert nobody.get(link).status_code == 404
    assert nobody.post(link, {"password": "five more words right here"}).status_code == 404
    assert letters_of(database, "security-notice")[0].payload["what"] == "password-changed"


def test_only_the_newest_link_works_and_only_until_the_next_sign_in(
    app: Flask, nobody: Browser, database: Database, with_password: Callable[[Part], str]
) -> None:
    """Attack case D10."""
    password = with_password(PING)
    older, newer = _ask(nobody, database), _ask(nobody, database)
    assert [nobody.get(older).status_code, nobody.get(newer).status_code] == [404, 200]
    Browser(app).post("/sign-in", {"email": PING.email, "password": password})
    assert nobody.get(newer).status_code == 404


def test_a_link_is_void_after_an_hour_and_after_a_password_change(
    nobody: Browser,
    database: Database,
    with_password: Callable[[Part], str],
    browser_of: Callable[[Part], Browser],
) -> None:
    current = with_password(PING)
    ping = browser_of(PING)
    link = _ask(nobody, database)
    ping.post("/account/password", {"current": current, "password": NEW})
    assert nobody.get(link).status_code == 404
    link = _ask(nobody, database)
    with database.writing() as session:
        session.execute(update(PasswordReset).values(ends_at=utc_now() - timedelta(seconds=1)))
    assert nobody.get(link).status_code == 404


def test_opening_it_changes_nothing(nobody: Browser, database: Database) -> None:
    """Attack case D11."""
    link = _ask(nobody, database)
    nobody.client.head(link)
    for _ in range(5):
        assert nobody.get(link).status_code == 200
    with database.reading() as session:
        assert session.scalars(select(PasswordReset.ended_at)).all() == [None]
        assert session.scalars(select(SignIn.id)).all() == []


def test_asks_too_often_in_silence(nobody: Browser, database: Database) -> None:
    for _ in range(7):
        assert nobody.post("/reset", {"email": PING.email}).status_code == 303
    run_resets(database)
    assert len(letters_of(database, "password-reset")) == 5


def test_links_only_to_the_public_address(nobody: Browser, database: Database) -> None:
    """Attack case D09."""
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        nobody.client.post(
            "/reset", data={"csrf_token": nobody.csrf_token, "email": PING.email}, headers=headers
        )
    run_resets(database)
    letters = letters_of(database, "password-reset")
    assert len(letters) == 1
    assert "evil" not in repr(letters[0].payload)
    assert link_of(database, "password-reset").startswith("/reset/")


def test_refuses_a_weak_password_and_keeps_the_link(nobody: Browser, database: Database) -> None:
    link = _ask(nobody, database)
    assert nobody.post(link, {"password": "12345678"}).status_code == 422
    assert nobody.get(link).status_code == 200


def test_mails_nothing_to_who_cannot_sign_in(nobody: Browser, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Person).where(Person.email == BO.email).values(is_active=False))
    nobody.post("/reset", {"email": BO.email})
    run_resets(database)
    assert letters_of(database, "password-reset") == []
