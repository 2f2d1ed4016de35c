"""Every address, called by nobody and by each member of the cast: the right ones get in, all others get nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.access import ROLE_PERMISSIONS, start_sign_in
from portal.clock import utc_now
from portal.db import Database
from portal.settings import Settings
from tests.architecture.sources import ROOT
from tests.cast import CAST, Part, actor_of
from tests.web.conftest import Browser
from wsgi import create_app

LISTED = ROOT / "tests" / "architecture" / "routes.txt"
UNKNOWN = "A" * 22
#: These end the sign-in the other calls need; their own page tests cover them.
ENDS_THE_SIGN_IN = {"sign_in.sign_out"}


@dataclass(frozen=True)
class Call:
    """One way to call one reviewed address."""

    method: str
    address: str
    permissions: frozenset[str]
    side: str

    def made_by(self, browser: Browser) -> TestResponse:
        """Make the call, with the right CSRF token."""
        return browser.get(self.address) if self.method == "GET" else browser.post(self.address)

    def answers(self, part: Part) -> set[int]:
        """Return the statuses that are right for a member of the cast."""
        held = {str(permission) for permission in ROLE_PERMISSIONS[part.role]}
        side = "customer" if part.customer_no else "staff"
        if not self.permissions & held or self.side not in {"any", side}:
            return {403, 404}
        if UNKNOWN in self.address:
            return {404} if self.method == "GET" else {404, 422}
        return {200, 302, 404} if self.method == "GET" else {200, 302, 303, 404, 409, 422}


def calls() -> Iterator[Call]:
    """Yield the calls of every reviewed address that is not public, unknown ids filled in."""
    for line in LISTED.read_text("utf-8").splitlines():
        rule, methods, endpoint, permissions, side = line.split("  ")
        if permissions == "public" or endpoint in ENDS_THE_SIGN_IN:
            continue
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int:\w+>", "1", rule))
        address = re.sub(r"<[^>]+>", UNKNOWN, address)
        for method in methods.split(","):
            yield Call(method, address, frozenset(permissions.split()), side)


@pytest.fixture
def app(database: Database, settings: Settings) -> Flask:
    app = create_app(settings, database)
    app.testing = False  # a defect becomes the page people would see, status 500
    return app


def signed_in(app: Flask, database: Database, part: Part) -> Browser:
    with database.writing() as session:
        person_id = actor_of(session, part).person_id
        assert person_id is not None
        token, _side = start_sign_in(
            session, person_id=person_id, method="password", address="127.0.0.1", device="Test", now=utc_now()
        )
    browser = Browser(app)
    browser.carry(token)
    return browser


def sent_to_sign_in(response: TestResponse) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith("/sign-in")


def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    browser = Browser(app)
    assert [call for call in calls() if not sent_to_sign_in(call.made_by(browser))] == []


@pytest.mark.parametrize("part", CAST, ids=lambda part: part.email.partition("@")[0])
def test_a_role_opens_exactly_its_own_addresses(part: Part, app: Flask, database: Database) -> None:
    browser = signed_in(app, database, part)
    wrong = []
    for call in calls():
        response = call.made_by(browser)
        if response.status_code not in call.answers(part) or sent_to_sign_in(response):
            wrong.append((call.method, call.address, response.status_code, call.answers(part)))
    assert wrong == []
