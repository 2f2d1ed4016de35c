"""Fixtures of the customer's pages: Acme's books with a statement that waits for an answer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from portal.db import Database
from tests.bench import Bench
from tests.cast import PING, VERA, Part
from tests.web.company import Company, make_company
from tests.web.conftest import Browser

MONTH = date(2026, 10, 1)


@pytest.fixture(scope="session")
def made_company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Company]:
    """Two months of Acme, made once: September signed, October of twelve lines waiting."""
    path = tmp_path_factory.mktemp("company") / "concord.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        made = make_company(session, month=MONTH, months=2, lines=12)
    database.dispose()
    return path, made


@pytest.fixture
def company(made_company: tuple[Path, Company]) -> Company:
    """The company, in a copy of its own: see ``database_url``."""
    return made_company[1]


@pytest.fixture
def database_url(request: pytest.FixtureRequest, bench: Bench) -> str:
    """Address of a fresh copy: with the company where the test asks for it, else of the bare template."""
    is_asked = "company" in request.fixturenames
    return bench.lay(
        request.getfixturevalue("made_company")[0] if is_asked else request.getfixturevalue("sqlite_template")
    )


@pytest.fixture
def ping_browser(company: Company, browser_of: Callable[[Part], Browser]) -> Browser:
    """Acme's confirmer, reading English."""
    browser = browser_of(PING)
    browser.get("/?lang=en")
    return browser


@pytest.fixture
def vera_browser(company: Company, browser_of: Callable[[Part], Browser]) -> Browser:
    """Acme's viewer, who may look and not answer."""
    return browser_of(VERA)
