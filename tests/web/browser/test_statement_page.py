"""The statement page in a browser: by keys and by mouse, with and without scripts, in both themes and sizes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import BrowserPage, LiveServer, OpenPage
from tests.web.company import dispute_line

pytestmark = pytest.mark.browser


def statement(live_server: LiveServer) -> str:
    return f"/statements/{live_server.company.newest}"


def dispute(page: Page, line: int) -> None:
    """Dispute a line by its own button and the form: quantity, the whole amount."""
    page.locator(f"#line-{line}").get_by_role("link", name="Dispute").click()
    page.locator("input[name=reason][value=QTY], select[name=reason]").first.check()
    note = page.locator("[name=fact-QTY-receipt_note], [name$=receipt_note]").first
    note.fill("GRN-17")
    page.get_by_role("button", name=re.compile("Send dispute")).click()
    expect(page.locator("#progress")).to_be_visible()


def test_confirm_all_but_two_dispute_two_and_sign(live_server: LiveServer, browser_page: OpenPage) -> None:
    """Flow (a): two disputes, one click for the other 48 lines, one signature."""
    opened = browser_page()
    opened.sign_in()
    page = opened.page
    page.get_by_role("link", name="Answer").click()
    expect(page).to_have_url(re.compile(statement(live_server)))
    dispute(page, 1)
    dispute(page, 2)
    expect(page.locator("#progress")).to_contain_text("2 of 50 answered")
    page.locator(".rail").get_by_role("button", name="Confirm the other 48 lines").click()
    expect(page.locator("main .notice").first).to_contain_text("48 lines confirmed")
    expect(page.locator("#progress")).to_contain_text("50 of 50 answered")
    expect(page.locator(":focus")).to_contain_text("Sign the balance")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign the balance of")
    figure = page.locator(".answer:has(input:checked) .money").inner_text()
    page.get_by_role("button", name=re.compile("Sign CNY")).click()
    expect(page.locator("main .notice").first).to_contain_text("Signed.")
    expect(page.locator(".sum")).to_contain_text(figure)


def test_keys_select_rows_and_the_bar_tells_their_sum(
    live_server: LiveServer, browser_page: OpenPage
) -> None:
    opened = browser_page()
    opened.sign_in()
    opened.open(statement(live_server))
    page = opened.page
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    bar = page.locator(".selection")
    expect(bar).to_contain_text("3 lines selected")
    amounts = [page.locator(f"#line-{number}").get_attribute("data-minor") or "0" for number in (1, 2, 3)]
    total = sum(int(amount) for amount in amounts) / 100
    expect(bar).to_contain_text(f"Sum {total:,.2f}")
    page.keyboard.press("c")
    expect(page.locator("main .notice").first).to_contain_text(f"3 lines confirmed, {total:,.2f}.")
    page.locator("main .notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#progress")).to_contain_text("0 of 50 answered")


def test_the_selection_outlives_sorting(live_server: LiveServer, browser_page: OpenPage) -> None:
    opened = browser_page()
    opened.sign_in()
    opened.open(statement(live_server))
    page = opened.page
    page.locator("#line-5 input.tick").check()
    page.get_by_role("link", name="Amount (CNY)").click()
    expect(page.locator("#line-5 input.tick")).to_be_checked()
    page.get_by_role("link", name=re.compile("Disputed")).first.click()
    expect(page.locator(".selection, .nothing").first).to_be_visible()


def test_the_chart_is_drawn_and_offers_to_share_nothing(
    live_server: LiveServer, browser_page: OpenPage
) -> None:
    opened = browser_page()
    opened.sign_in()
    opened.open(statement(live_server))
    page = opened.page
    page.locator("#history").scroll_into_view_if_needed()
    expect(page.locator("#history .main-svg").first).to_be_visible(timeout=15_000)
    assert page.locator("#history [data-title*='Edit'], #history .modebar-btn--logo").count() == 0
    assert page.locator("a[href*='plotly']").count() == 0
    page.locator("#history summary").click()
    expect(page.locator("#history table")).to_be_visible()


def test_it_all_works_without_scripts(live_server: LiveServer, browser_page: OpenPage) -> None:
    opened = browser_page(scripts=False)
    opened.sign_in()
    opened.open(statement(live_server))
    page = opened.page
    page.locator("#line-1 input.tick").check()
    page.locator("#line-2 input.tick").check()
    page.locator(".selection").get_by_role("button", name="Confirm").click()
    expect(page.locator("main .notice").first).to_contain_text("2 lines confirmed")
    page.locator(".rail").get_by_role("button", name="Confirm the other 48 lines").click()
    expect(page.locator("#progress")).to_contain_text("50 of 50 answered")
    page.locator(".rail").get_by_role("link", name="Sign the balance").click()
    page.get_by_role("button", name=re.compile("Sign CNY")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_line_is_on_the_first_screen(
    lang: str, phone: bool, live_server: LiveServer, browser_page: OpenPage
) -> None:
    opened = browser_page(phone=phone)
    opened.sign_in(lang=lang)
    opened.open(statement(live_server))
    box = opened.page.locator("#line-1").bounding_box()
    bar = opened.page.locator(".phone-bar").bounding_box() if phone else None
    assert box is not None
    assert box["y"] + 10 < (bar["y"] if bar else 900)
    width = opened.page.evaluate("document.documentElement.scrollWidth")
    assert width <= (390 if phone else 1440)


PAGES = (
    "/",
    "/statements",
    "{statement}",
    "{statement}?by=date",
    "{statement}/sign",
    "/open-items",
    "{receipt}",
)


@pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (False, True), (True, False)], ids=["light", "dark", "phone"]
)
def test_no_page_breaches_the_accessibility_rules(
    dark: bool, phone: bool, live_server: LiveServer, browser_page: OpenPage
) -> None:
    with live_server.database.writing() as session:
        dispute_line(session, live_server.company.newest, 3, amount="100000")
    opened = browser_page(phone=phone, dark=dark)
    opened.sign_in(lang="zh" if dark else "en")
    named = {"statement": statement(live_server), "receipt": receipt_path(opened, live_server)}
    breaches = {}
    for pattern in PAGES:
        opened.open(pattern.format(**named))
        breaches[pattern] = opened.breaches()
    assert {path: found for path, found in breaches.items() if found} == {}


def receipt_path(opened: BrowserPage, live_server: LiveServer) -> str:
    """Return the address of the receipt of an earlier month."""
    opened.open(f"/statements/{live_server.company.statements[0]}")
    return opened.page.locator("a[href^='/receipts/']").first.get_attribute("href") or ""
