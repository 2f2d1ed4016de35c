"""Fixtures of page tests: the application on a test's database, and a browser for each member of the cast."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha1
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2.bccache import Bucket, BytecodeCache
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.access import hash_password, start_sign_in
from portal.access.models import Person
from portal.attachments import keep_files_in
from portal.clock import utc_now
from portal.db import Database
from portal.settings import Settings
from tests.bench import Bench
from tests.books import Books
from tests.cast import PASSWORD, Part
from tests.compare.february import issue_february
from wsgi import create_app

RAW_TOKEN = sha1(b"a test's own", usedforsecurity=False).hexdigest()


class Compiled(BytecodeCache):
    """Keeps the templates that one application compiled for the applications of the tests after it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand a kept template over, unless its text has changed."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


class Browser:
    """A client that keeps cookies and sends the right CSRF token with each POST unless told otherwise."""

    def __init__(self, app: Flask) -> None:
        """Open a browser nobody is signed in with."""
        self.client: FlaskClient = app.test_client()
        serializer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
        self.csrf_token = str(serializer.dumps(RAW_TOKEN))
        with self.client.session_transaction() as cookie:
            cookie["csrf_token"] = RAW_TOKEN

    def carry(self, token: str) -> None:
        """Carry the cookie of a sign-in."""
        with self.client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open an address."""
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with its CSRF token."""
        return self.client.post(path, data={"csrf_token": self.csrf_token, **(data or {})}, **options)


@pytest.fixture(scope="session")
def apps() -> dict[str, Flask]:
    """Applications by their settings: those on the bench serve one test after the other."""
    return {}


@pytest.fixture
def app(database: Database, settings: Settings, bench: Bench, apps: dict[str, Flask]) -> Flask:
    """The whole product on the test's database."""
    if database is not bench.database:
        return _open(settings, database)
    key = settings.model_dump_json()
    if key not in apps:
        apps[key] = _open(settings, database)
    keep_files_in(database, settings)
    return apps[key]


def _open(settings: Settings, database: Database) -> Flask:
    app = create_app(settings, database)
    app.jinja_env.bytecode_cache = COMPILED
    app.testing = False  # defects become the page people would see
    return app


@pytest.fixture
def nobody(app: Flask) -> Browser:
    """A browser nobody is signed in with."""
    return Browser(app)


@pytest.fixture
def browser_of(app: Flask, database: Database) -> Callable[[Part], Browser]:
    """Return a signed-in browser of a member of the cast."""

    def open_browser(part: Part) -> Browser:
        with database.writing() as session:
            person_id = session.scalars(select(Person.id).where(Person.email == part.email)).one()
            token, _side = start_sign_in(
                session,
                person_id=person_id,
                method="password",
                address="127.0.0.1",
                device="Test",
                now=utc_now(),
            )
        browser = Browser(app)
        browser.carry(token)
        return browser

    return open_browser


@pytest.fixture
def with_password(database: Database) -> Callable[[Part], str]:
    """Give a member of the cast the cast's password and return it."""

    def give(part: Part) -> str:
        with database.writing() as session:
            person = session.scalars(select(Person).where(Person.email == part.email)).one()
            person.password_hash = hash_password(PASSWORD, cost="test")
        return PASSWORD

    return give


def chromium() -> str:
    """Return the path of Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is missing: apt-get install chromium fonts-inter fonts-wqy-microhei"
    return found


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """The driver, started once."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium_browser(playwright_driver: Playwright) -> Iterator[Chromium]:
    """One Chromium; each page gets a context of its own."""
    browser = playwright_driver.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def issued(session: Session, books: Callable[[str], Books], now: datetime) -> None:
    """February of Acme is issued."""
    issue_february(session, books, now)
