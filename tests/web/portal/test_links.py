"""Links of mails: opening one changes nothing and shows nothing of the customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.access import make_link
from portal.access.models import SignIn
from portal.clock import utc_now
from portal.customers.models import Customer
from portal.db import Database
from portal.outbox.models import OutboxMessage
from tests.cast import PING, Part
from tests.web.conftest import Browser


def _link(database: Database, made_at: datetime) -> str:
    with database.writing() as session:
        customer_id = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
        return make_link(
            session, path="/statements", label={"kind": "statement", "month": "2026-10"}, customer_id=customer_id,
            recipient=PING.email, now=made_at,
        )  # fmt: skip


@pytest.fixture
def link(database: Database) -> str:
    return _link(database, utc_now())


@pytest.fixture
def dead_link(database: Database) -> str:
    return _link(database, utc_now() - timedelta(days=15))


def _counts(database: Database) -> tuple[int, ...]:
    with database.reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (SignIn, OutboxMessage)
        )


def test_names_the_seller_and_the_page_but_no_customer_and_no_figure(nobody: Browser, link: str) -> None:
    page = nobody.get(link, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "October 2026 statement" in page.text
    assert "Our company" in page.text
    assert "Acme" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_opening_it_changes_nothing(nobody: Browser, link: str, database: Database) -> None:
    """Attack case D11: scanners open links, several times, without cookies."""
    assert nobody.client.head(link).status_code == 200
    for _ in range(5):
        nobody.get(link)
    assert _counts(database) == (0, 0)
    assert nobody.get("/statements").status_code == 302


def test_leads_on_after_sign_in(nobody: Browser, link: str, with_password: Callable[[Part], str]) -> None:
    page = nobody.get(link).text
    target = page.split('href="/sign-in?next=')[1].split('"')[0]
    entry = nobody.get(f"/sign-in?next={target}", headers={"Accept-Language": "en"})
    assert "October 2026 statement" in entry.text
    answer = nobody.post(f"/sign-in?next={target}", {"email": PING.email, "password": with_password(PING)})
    assert answer.location == "/statements"


def test_leads_straight_on_for_who_is_signed_in(browser_of: Callable[[Part], Browser], link: str) -> None:
    assert browser_of(PING).get(link).location == "/statements"


def test_a_dead_link_brings_a_new_one_by_mail(nobody: Browser, dead_link: str, database: Database) -> None:
    page = nobody.get(dead_link)
    assert page.status_code == 404
    assert "/new" in page.text
    assert nobody.post(f"{dead_link}/new").status_code == 303
    assert _counts(database) == (0, 1)


def test_answers_the_same_for_a_link_that_never_was(
    nobody: Browser, dead_link: str, database: Database
) -> None:
    known, unknown = nobody.post(f"{dead_link}/new"), nobody.post(f"/l/{'x' * 43}/new")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert _counts(database) == (0, 1)
    token = dead_link.removeprefix("/l/")
    known_page = nobody.get(dead_link).text.replace(token, "T")
    unknown_page = nobody.get(f"/l/{'x' * 43}").text.replace("x" * 43, "T")
    assert len(known_page) == len(unknown_page)


FORM = re.compile(r'<form method="post"([^>]*)>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<input(?=[^>]*name="([^"]+)")(?:[^>]*value="([^"]*)")?')


def test_a_scanner_that_sends_every_form_as_it_stands_signs_nobody_in(
    nobody: Browser, link: str, database: Database
) -> None:
    """Attack case D11: some open links in a browser with scripts and press what they find."""
    for address in (link, "/sign-in", "/reset"):
        for attributes, inside in FORM.findall(nobody.get(address).text):
            action = re.search(r'action="([^"]+)"', attributes)
            fields = dict(FIELD.findall(inside))
            assert nobody.client.post(action[1] if action else address, data=fields).status_code in {422, 303}
    assert _counts(database) == (0, 0)
    assert nobody.get("/statements").status_code == 302
