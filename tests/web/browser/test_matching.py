"""Flow (f) in a browser: one key per sure receipt, a difference that must be nothing, two sets and none preselected."""

from __future__ import annotations

import re

import pytest
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import expect
from sqlalchemy import select

from portal.access import start_sign_in
from portal.access.models import Person
from portal.clock import utc_now
from portal.matching.models import Match
from portal.receivables.models import OpenItem
from tests.books import post_books
from tests.cast import MEI
from tests.matching.conftest import SYSTEM, Bank
from tests.web.browser.conftest import BrowserPage, LiveServer, OpenPage

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(live_server: LiveServer) -> list[int]:
    """Three sure receipts, one short of 40.00 without a reason, one nobody sent."""
    with live_server.database.writing() as session:
        story = post_books(
            session,
            """
            2026-01-05 invoice GLOBEX INV-26-70001 1100.00 CNY due 2026-02-04
            2026-01-06 invoice GLOBEX INV-26-70002 1200.00 CNY due 2026-02-05
            2026-01-07 invoice GLOBEX INV-26-70003 1300.00 CNY due 2026-02-06
            2026-01-08 invoice GLOBEX INV-26-70004 1400.00 CNY due 2026-02-07
            """,
            actor=SYSTEM,
            now=utc_now(),
        )
        bank = Bank(session, utc_now())
        bank.tell("""
            2026-01-24 1100.00 CNY Globex/62221 | INV-26-70001
            2026-01-23 1200.00 CNY Globex/62221 | INV-26-70002
            2026-01-22 1300.00 CNY Globex/62221 | INV-26-70003
            2026-01-21 900.00 CNY Globex/62221 | INV-26-70004
        """)
        bank.propose()
        return list(story.ids.values())


def left_open(live_server: LiveServer, ids: list[int]) -> list[int]:
    with live_server.database.reading() as session:
        return [session.get_one(OpenItem, id_).open_minor for id_ in ids]


def states(live_server: LiveServer) -> list[str]:
    with live_server.database.reading() as session:
        return list(session.scalars(select(Match.state).order_by(Match.booked_on.desc())))


def opened_at(live_server: LiveServer, browser_page: OpenPage, **how: bool) -> BrowserPage:
    """Open the workbench as Mei, who signed in before."""
    with live_server.database.writing() as session:
        person_id = session.scalars(select(Person.id).where(Person.email == MEI.email)).one()
        token, _side = start_sign_in(
            session, person_id=person_id, method="password", address="127.0.0.1", device="Test", now=utc_now()
        )
    serializer = SecureCookieSessionInterface().get_signing_serializer(live_server.app)
    assert serializer is not None
    opened = browser_page(**how)
    value = str(serializer.dumps({"_user_id": token, "_fresh": True}))
    opened.page.context.add_cookies([{"name": "concord", "value": value, "url": live_server.address}])
    opened.open("/admin/matching?lang=en")
    return opened


def test_one_key_per_sure_receipt(live_server: LiveServer, browser_page: OpenPage, desk: list[int]) -> None:
    page = opened_at(live_server, browser_page).page
    for place in range(3):
        expect(page.locator(".bench-money")).to_contain_text(f"1,{place + 1}00.00")
        page.keyboard.press("a")
        expect(page.locator("main .notice").first).to_contain_text(f"Posted: CNY\u202f1,{place + 1}00.00.")
    assert left_open(live_server, desk)[:3] == [0, 0, 0]
    expect(page.locator(".bench-money")).to_contain_text("900.00")


def test_says_what_is_left_and_sends_nothing(
    live_server: LiveServer, browser_page: OpenPage, desk: list[int]
) -> None:
    page = opened_at(live_server, browser_page).page
    page.locator(".bench-rows tr").nth(4).locator("a").click()
    expect(page.locator(".bench-money")).to_contain_text("900.00")
    field = page.locator(".bench-items input.money-input").first
    page.locator(".bench-items input.tick").first.set_checked(True)
    field.fill("1,400.00")
    page.locator("input[name=rest][value='']").check()
    expect(page.locator("[data-difference]")).to_contain_text("500.00")
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator("[data-said]")).to_contain_text("500.00 left: choose fee, discount, advance or part.")
    assert states(live_server)[3] == "proposed"
    page.locator("h1").click()
    page.keyboard.press("e")
    expect(page.locator("main .notice").first).to_contain_text("Posted")
    assert left_open(live_server, desk)[3] == 50000


def test_works_without_scripts(live_server: LiveServer, browser_page: OpenPage, desk: list[int]) -> None:
    page = opened_at(live_server, browser_page, scripts=False).page
    page.get_by_role("button", name="Accept and next").click()
    expect(page.locator("main .notice").first).to_contain_text("Posted")
    assert left_open(live_server, desk)[0] == 0


@pytest.mark.parametrize("how", [{}, {"dark": True}, {"phone": True}], ids=["light", "dark", "phone"])
def test_everyone_can_use_it(
    live_server: LiveServer, browser_page: OpenPage, desk: list[int], how: dict[str, bool]
) -> None:
    opened = opened_at(live_server, browser_page, **how)
    assert opened.breaches() == []
    for path in ("/history", "/unidentified", "/rules", "/sure", "/wishes"):
        opened.open(f"/admin/matching{path}")
        assert opened.breaches() == [], path
    width = opened.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0, "no sideways scrolling"


def test_parks_by_key_with_a_reason(live_server: LiveServer, browser_page: OpenPage, desk: list[int]) -> None:
    page = opened_at(live_server, browser_page).page
    page.keyboard.press("h")
    page.locator("dialog[open] input[name=reason]").fill("asked by phone")
    page.locator("dialog[open]").get_by_role("button", name="Park", exact=True).click()
    expect(page.locator("main .notice").first).to_contain_text("Parked.")
    page.get_by_role("link", name=re.compile("^Parked")).first.click()
    expect(page.locator(".bench-rows")).to_contain_text("Globex")
