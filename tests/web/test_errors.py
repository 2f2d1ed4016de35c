"""Every refusal has its status, says what is safe, and carries a number to quote."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Blueprint, Flask, g
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Permission
from portal.access.models import Person, SecurityEvent
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired, Throttled
from portal.http.access import public, requires
from portal.http.unit import Busy
from portal.lists import UnknownSort
from portal.settings import Settings
from tests.cast import MEI, PING, Part
from tests.web.conftest import Browser
from wsgi import create_app

REFUSALS: dict[str, tuple[Exception, int]] = {
    "unknown": (NotFound(), 404),
    "role": (NotAllowed(), 403),
    "second": (SecondPersonRequired(), 403),
    "race": (Conflict(), 409),
    "value": (Invalid(field="amount"), 422),
    "sort": (UnknownSort(), 400),
    "often": (Throttled(300), 429),
    "busy": (Busy(), 503),
    "twice": (IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")), 409),
    "defect": (ZeroDivisionError("secret detail"), 500),
    "full": (OSError(28, "No space left on device"), 503),
}


@pytest.fixture
def app(database: Database, settings: Settings) -> Flask:
    """The product with pages that refuse, fail and write."""
    app = create_app(settings, database)
    pages = Blueprint("trial", __name__)

    @pages.get("/trial/<word>")
    @public
    def refuse(word: str) -> str:
        raise REFUSALS[word][0]

    @pages.get("/trial/scope/<word>")
    @requires(Permission.STATEMENTS_READ, side="any")
    def scoped(word: str) -> str:
        raise REFUSALS[word][0]

    @pages.post("/trial/write/<word>")
    @public
    def write(word: str) -> str:
        g.session.execute(text("UPDATE people SET job_title = 'changed'"))
        if word != "fine":
            raise REFUSALS[word][0]
        return "written"

    @pages.get("/trial/write-while-reading")
    @public
    def write_while_reading() -> str:
        g.session.execute(text("UPDATE people SET job_title = 'changed'"))
        return "written"

    app.register_blueprint(pages)
    return app


def _titles(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Person.job_title)))


@pytest.mark.parametrize("word", REFUSALS)
def test_answers_with_the_status_of_the_table(nobody: Browser, word: str) -> None:
    answer = nobody.get(f"/trial/{word}", headers={"Accept-Language": "en"})
    status = REFUSALS[word][1]
    assert answer.status_code == status
    assert bool(re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", answer.text)) == (status != 404)
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_never_shows_what_went_wrong_inside(nobody: Browser) -> None:
    """Attack case D26."""
    page = nobody.get("/trial/defect").text
    assert "secret detail" not in page
    assert "Traceback" not in page


def test_speaks_the_readers_language(nobody: Browser) -> None:
    pages = [
        nobody.get("/trial/race", headers={"Accept-Language": one}).text for one in ("en", "zh-CN,zh;q=0.9")
    ]
    assert '<html lang="en"' in pages[0]
    assert '<html lang="zh-Hans"' in pages[1]


def test_answers_programs_in_json(nobody: Browser) -> None:
    answer = nobody.get("/trial/value", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert (answer.json["error"], answer.json["field"], answer.status_code) == ("invalid", "amount", 422)
    assert nobody.get("/account", headers={"Accept": "application/json"}).status_code == 401


def test_looks_the_same_for_unknown_and_out_of_scope(browser_of: Callable[[Part], Browser]) -> None:
    ping = browser_of(PING)
    assert ping.get("/trial/scope/unknown").data == ping.get("/no-such-page").data


def test_notes_refusals_of_rights_in_the_security_log(
    browser_of: Callable[[Part], Browser], nobody: Browser, database: Database
) -> None:
    ping = browser_of(PING)
    for word in ("unknown", "role", "race"):
        ping.get(f"/trial/scope/{word}")
    nobody.get("/trial/unknown")
    with database.reading() as session:
        events = session.scalars(
            select(SecurityEvent.event).where(SecurityEvent.event == "authz.denied")
        ).all()
    assert len(events) == 2


def test_commits_a_good_answer_only(nobody: Browser, database: Database) -> None:
    for word in ("race", "value", "defect"):
        assert nobody.post(f"/trial/write/{word}").status_code == REFUSALS[word][1]
    assert _titles(database) == {"Bookkeeper"}
    assert nobody.post("/trial/write/fine").status_code == 200
    assert _titles(database) == {"changed"}


def test_cannot_write_while_answering_a_get(nobody: Browser, database: Database) -> None:
    assert nobody.get("/trial/write-while-reading").status_code == 500
    assert _titles(database) == {"Bookkeeper"}


@pytest.mark.slow
def test_says_busy_when_another_process_holds_the_lock(
    nobody: Browser, session: Session, database: Database
) -> None:
    """Test F3: waits at most five seconds, then 503 with Retry-After; reading goes on."""
    session.execute(text("UPDATE people SET phone = 'held'"))
    answer = nobody.post("/trial/write/fine")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert nobody.get("/sign-in").status_code == 200
    session.rollback()
    assert nobody.post("/trial/write/fine").status_code == 200


def test_refuses_what_is_too_large(database: Database, settings: Settings) -> None:
    browser = Browser(create_app(settings.model_copy(update={"max_upload_mb": 1}), database))
    assert browser.post("/sign-in", {"email": "x" * 1_100_000}).status_code == 413


def test_tells_which_methods_there_are(nobody: Browser) -> None:
    answer = nobody.get("/sign-out")
    assert (answer.status_code, sorted(answer.allow)) == (405, ["OPTIONS", "POST"])


def test_keeps_customers_out_of_staff_pages_and_staff_out_of_customers(
    browser_of: Callable[[Part], Browser],
) -> None:
    assert browser_of(PING).get("/admin/approvals").status_code == 403
    assert browser_of(MEI).get("/open-items").status_code == 403


def test_marks_cookies_and_transport_as_secure_with_https(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret_key="s" * 32, base_url="https://ar.example.com")
    client = create_app(settings, database).test_client()
    answer = client.get("/sign-in", base_url="https://ar.example.com")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-concord=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert client.get("/sign-in", base_url="https://127.0.0.1").status_code == 400
