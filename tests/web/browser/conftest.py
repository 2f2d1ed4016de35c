"""Fixtures of browser tests: the application on a free port, Debian's Chromium, policy reports, axe."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.access import hash_password
from portal.access.models import Person
from portal.clock import utc_now
from portal.db import Database
from portal.settings import Settings
from tests.cast import PASSWORD, PING, Part
from tests.web.company import Company, make_company
from wsgi import create_app

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: Tells every breach of the content-security policy, also those a page survives.
WATCH = (
    "document.addEventListener('securitypolicyviolation', "
    "e => policyReport(`${e.violatedDirective} ${e.blockedURI}`));"
)


def last_month() -> date:
    """Return the first day of the month before this one, so that its statement is fresh."""
    return (utc_now().date().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture(scope="session")
def made_for_browsers(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Company]:
    """Four months of Acme with fifty lines in the last one, made once; everybody has the cast's password."""
    path = tmp_path_factory.mktemp("browsers") / "concord.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        made = make_company(session, month=last_month(), months=4, lines=50)
        for person in session.scalars(select(Person)):
            person.password_hash = hash_password(PASSWORD, cost="test")
    database.dispose()
    return path, made


@dataclass(frozen=True)
class LiveServer:
    """A running application with its company."""

    address: str
    company: Company
    app: Flask
    database: Database


@pytest.fixture
def live_server(made_for_browsers: tuple[Path, Company], tmp_path: Path) -> Iterator[LiveServer]:
    """The application on a free port of loopback, on a copy of its own."""
    source, company = made_for_browsers
    copy = tmp_path / "concord.db"
    shutil.copyfile(source, copy)
    database = Database(f"sqlite:///{copy}")
    settings = Settings(
        home=tmp_path, database_url=database.url, secret_key="browser-secret", password_cost="test"
    )
    app = create_app(settings, database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield LiveServer(f"http://127.0.0.1:{server.port}", company, app, database)
    server.shutdown()
    database.dispose()


@dataclass
class BrowserPage:
    """One page with what it reported."""

    page: Page
    address: str
    reports: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Open an address of the application."""
        self.page.goto(self.address + path)

    def sign_in(self, part: Part = PING, *, lang: str = "en") -> None:
        """Sign in as a member of the cast by the form."""
        self.open(f"/sign-in?lang={lang}")
        self.page.fill("input[name=email]", part.email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.open(f"/?lang={lang}")

    def breaches(self) -> list[str]:
        """Return what axe finds wrong by WCAG 2 A and AA: rule and places."""
        options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found]


OpenPage = Callable[..., BrowserPage]


@pytest.fixture
def browser_page(chromium_browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Return a maker of pages: ``browser_page(phone=True, dark=True, scripts=False)``."""
    contexts: list[BrowserContext] = []
    pages: list[BrowserPage] = []

    def open_page(*, phone: bool = False, dark: bool = False, scripts: bool = True) -> BrowserPage:
        context = chromium_browser.new_context(
            viewport=PHONE if phone else WIDE,  # type: ignore[arg-type] # a plain dictionary is what it reads
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        made = BrowserPage(context.new_page(), live_server.address)
        if scripts:
            context.expose_binding("policyReport", lambda _source, words: made.reports.append(words))
            context.add_init_script(WATCH)
        made.page.on("pageerror", lambda error: made.errors.append(str(error)))
        pages.append(made)
        return made

    yield open_page
    for context in contexts:
        context.close()
    assert [report for one in pages for report in one.reports] == []
    assert [error for one in pages for error in one.errors] == []
