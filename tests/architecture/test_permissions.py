"""Every address, called by nobody and by each role: the right ones get in, all others get nothing."""

import os
from collections.abc import Iterable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import ALL_ROLES, CUSTOMER_ROLES, ROLE_PERMISSIONS, Permission, start_sign_in
from portal.access import rules as access_rules
from portal.access.models import Grant, Person
from portal.clock import utc_now
from portal.customers.models import Customer
from portal.db import Database
from portal.settings import Settings
from tests.architecture.matrix import FILE, Call, draft_matrix, guarded_calls, read_matrix
from tests.cast import NOW
from tests.web.conftest import Browser
from wsgi import create_app

#: These end the sign-in the other calls need; their own page tests cover them.
ENDS_THE_SIGN_IN = {"/sign-out", "/account/company", "/account/leave"}
#: Anyone may ask for them, but only who proves a second factor gets them; tests/web/portal/test_account.py covers it.
NEEDS_A_FACTOR = {"/account/recovery-codes"}
#: A department agent may send an internal note here, never an answer; tests/web/admin/test_disputes.py covers both.
NOTE_OR_ANSWER = {
    "/admin/disputes/<string:public_id>/reply",
    "/admin/disputes/<string:public_id>/<any(reply, note):act>",
}
HINT = "if meant, run CONCORD_WRITE_MATRIX=1 .venv/bin/python -m pytest tests/architecture/test_permissions.py -n0"


@pytest.fixture
def app(database: Database, settings: Settings) -> Flask:
    app = create_app(settings, database)
    app.testing = False  # a defect becomes the page people would see, status 500
    return app


@pytest.fixture
def browsers(app: Flask, database: Database) -> dict[str, Browser]:
    """A browser for each role; a new person each, so that no other role helps."""
    with database.writing() as session:
        acme = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
        tokens = {role: _token(session, role, acme) for role in ALL_ROLES}
    found = {role: Browser(app) for role in ALL_ROLES}
    for role, token in tokens.items():
        found[role].carry(token)
    return found


def _token(session: Session, role: str, acme: int) -> str:
    person = Person(email=f"{role}@matrix.example", name=role, language="en", created_at=NOW)
    session.add(person)
    session.flush()
    customer_id = acme if role in CUSTOMER_ROLES else None
    session.add(Grant(person_id=person.id, role=role, customer_id=customer_id, granted_at=NOW))
    session.flush()
    token, _side = start_sign_in(
        session, person_id=person.id, method="totp", address="127.0.0.1", device="Test", now=utc_now()
    )
    return token


def wrong_answers(browser: Browser, role: str, calls: Iterable[Call]) -> list[str]:
    """Return the calls whose answer is not the one of the matrix."""
    wrong = []
    for call in calls:
        if call.rule in ENDS_THE_SIGN_IN | NEEDS_A_FACTOR | (
            NOTE_OR_ANSWER if role == "department" else set()
        ):
            continue
        made = browser.get(call.address) if call.method == "GET" else browser.post(call.address)
        led_out = made.status_code == 302 and made.headers["Location"].startswith("/sign-in")
        if made.status_code not in call.right(role) or led_out:
            wrong.append(f"{call.method} {call.address} {made.status_code}, not {sorted(call.right(role))}")
    return wrong


def test_every_address_has_a_line_for_each_method(whole_app: Flask) -> None:
    if os.environ.get("CONCORD_WRITE_MATRIX"):
        FILE.write_text(draft_matrix(whole_app), "utf-8")
    there = {(method, rule) for method, rule, *_ in guarded_calls(whole_app)}
    assert {(call.method, call.rule) for call in read_matrix()} ^ there == set(), HINT


def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    """Rule R12."""
    browser = Browser(app)
    for call in read_matrix():
        made = browser.get(call.address) if call.method == "GET" else browser.post(call.address)
        assert made.status_code == 302, call.address
        assert made.headers["Location"].startswith("/sign-in"), call.address


@pytest.mark.slow
@pytest.mark.parametrize("role", ALL_ROLES)
def test_a_role_opens_exactly_its_own_addresses(role: str, browsers: dict[str, Browser]) -> None:
    """Attack case D05; Requirement 1-14."""
    assert wrong_answers(browsers[role], role, read_matrix()) == []


#: Permission bugs as they happen: one word too many in a table, one too few, a page with the wrong mark.
PLANTED = {
    "a clerk may approve": ("clerk", "+", Permission.APPROVALS_DECIDE),
    "a viewer may answer": ("viewer", "+", Permission.STATEMENTS_ANSWER),
    "a customer's administrator may sign": ("customer-admin", "+", Permission.STATEMENTS_SIGN),
    "an auditor may import": ("auditor", "+", Permission.IMPORTS_RUN),
    "an auditor may no longer read the trail": ("auditor", "-", Permission.AUDIT_READ),
    "a system administrator may give roles": ("system-admin", "+", Permission.ROLES_GRANT),
    "a security administrator may read the books": ("security-admin", "+", Permission.BOOKS_READ),
    "a department may see the customers": ("department", "+", Permission.CUSTOMERS_READ),
    "an approver may draft what he approves": ("approver", "+", Permission.POSTINGS_REQUEST),
    "a confirmer may invite people": ("confirmer", "+", Permission.PEOPLE_COMPANY),
}


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_permission_bug_is_found(
    bug: str, browsers: dict[str, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    role, sign, permission = PLANTED[bug]
    held = ROLE_PERMISSIONS[role]
    assert (permission in held) == (sign == "-"), "the bug is in the product already"
    changed = held | {permission} if sign == "+" else held - {permission}
    monkeypatch.setitem(access_rules.ROLE_PERMISSIONS, role, changed)
    assert wrong_answers(browsers[role], role, read_matrix()) != []
