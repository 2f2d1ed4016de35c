"""The parts of pages in a real browser: selecting rows, keys, amounts; under the policy, and without scripts."""

import json
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from portal.money import Money, format_amount
from tests.architecture.sources import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("parts")]
SITE = "http://parts.test"
POLICY = (
    "default-src 'none'; script-src 'nonce-n'; style-src 'self' 'nonce-n'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
PAGE = """
{% from "parts/table.html" import head_tick, row_attrs, selection_bar, tick %}
{% from "parts/marks.html" import button %}
{% from "parts/chart.html" import chart_with_table %}
<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Parts</title>
<style id="plotly.js-style-global" nonce="n"></style>
{% for sheet in ("tokens", "frame", "parts", "table", "forms", "statement") %}
<link rel="stylesheet" href="/static/css/{{ sheet }}.css">{% endfor %}</head><body>
<main id="main"><input type="search" name="q" aria-label="Search" data-key="/">
<section class="panel"><div class="grid-box"><table class="grid"><thead><tr>{{ head_tick() }}</tr></thead><tbody>
{% for id, m in rows %}
<tr {{ row_attrs(id, m) }}>{{ tick(id, id) }}<td><a href="#{{ id }}">{{ id }}</a></td></tr>{% endfor %}
</tbody></table></div>{% call selection_bar("parts", "/answers") %}
{{ button("Confirm", name="act", value="confirm", keyed="c") }}{% endcall %}</section>
<form><input name="amount" aria-label="Amount" data-money="2"><input name="yen" aria-label="Yen" data-money="0"></form>
<form data-entry><input aria-label="Debit" data-side="debit" data-money="2">
<input aria-label="Credit" data-side="credit" data-money="2"></form>
{% call chart_with_table("/figure", "Balance") %}<table><tr><td>1</td></tr></table>{% endcall %}</main>
{% for script in ("forms", "dialogs", "selection", "keys") %}
<script nonce="n" type="module" src="/static/js/{{ script }}.js"></script>{% endfor %}
<script nonce="n" type="module" src="/static/js/chart.js" id="chart-script" data-failed="-"
 data-plotly="/static/vendor/plotly-finance.min.js"></script>
</body></html>
"""
ROWS = [("A", Money(10, "CNY")), ("B", Money(20, "CNY")), ("C", Money(-5, "CNY")), ("D", Money(7, "JPY"))]
NEXT_PAGE = [("E", Money(900719925474099312345, "CNY"))]
FIGURE = {"data": [{"type": "scatter", "x": [1, 2], "y": [3, 4], "meta": {"role": "balance"}}], "layout": {}}


def drawn(rows: list[tuple[str, Money]]) -> str:
    """Return a page of parts with these rows."""
    loader = ChoiceLoader([DictLoader({"page": PAGE}), FileSystemLoader(ROOT / "templates")])
    world = Environment(loader=loader, autoescape=True, extensions=["jinja2.ext.i18n"])
    world.install_gettext_callables(lambda text: text, lambda one, many, _n: one, newstyle=True)  # type: ignore[attr-defined] # of the i18n extension
    world.globals |= {"vendor": lambda path: f"/static/vendor/{path}", "csrf_token": lambda: "token"}
    world.filters |= {"amount": format_amount, "headline": format_amount, "count": str}
    return world.get_template("page").render(rows=rows)


@dataclass
class Visit:
    """A page in the browser, what it sent, and what the policy or a script complained of."""

    page: Page
    sent: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Play the server."""
        url = urlsplit(route.request.url)
        if route.request.method == "POST":
            self.sent.append(route.request.post_data or "")
        if url.path.startswith("/static/"):
            kind = mimetypes.guess_type(url.path)[0] or ""
            route.fulfill(body=(ROOT / url.path[1:]).read_bytes(), content_type=kind)
        elif url.path == "/figure":
            route.fulfill(body=json.dumps(FIGURE), content_type="application/json")
        else:
            body = drawn(NEXT_PAGE if url.query == "page=2" else ROWS)
            route.fulfill(body=body, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    def hear(self, message: ConsoleMessage) -> None:
        """Keep errors of the console; a policy violation is one."""
        if message.type == "error":
            self.complaints.append(message.text)


def visit_with(chromium_browser: Browser, *, scripts: bool = True) -> Visit:
    """Open the page of parts."""
    visit = Visit(chromium_browser.new_context(java_script_enabled=scripts).new_page())
    visit.page.route("**/*", visit.answer)
    visit.page.on("console", visit.hear)
    visit.page.goto(SITE)
    return visit


@pytest.fixture
def visit(chromium_browser: Browser) -> Iterator[Visit]:
    visit = visit_with(chromium_browser)
    yield visit
    assert visit.complaints == []
    visit.page.context.close()


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.page


def words(page: Page) -> str:
    """Return what the selection bar says."""
    return " ".join(page.inner_text(".selection-words").split())


def test_ticked_rows_are_counted_and_summed(page: Page) -> None:
    for row in ("A", "C"):
        page.click(f"[data-row={row}] .tick-box")
    assert words(page) == "2 lines selected Sum 0.05"


def test_currencies_are_never_added_together(page: Page) -> None:
    page.check("[data-tick-all]")
    assert words(page) == "4 lines selected Sum CNY 0.25 · JPY 7"


def test_shift_ticks_the_rows_between(page: Page) -> None:
    page.click("[data-row=A] .tick")
    page.click("[data-row=C] .tick", modifiers=["Shift"])
    assert words(page).startswith("3 lines selected")


def test_the_selection_outlives_paging_and_is_exact(page: Page) -> None:
    page.click("[data-row=A] .tick-box")
    page.goto(f"{SITE}/?page=2")
    page.click("[data-row=E] .tick-box")
    assert words(page) == "2 lines selected, 1 not shown Sum 9,007,199,254,740,993,123.55"


def test_rows_ticked_on_another_page_are_sent_too(visit: Visit, page: Page) -> None:
    page.click("[data-row=A] .tick-box")
    page.goto(f"{SITE}/?page=2")
    page.click("[data-row=E] .tick-box")
    with page.expect_navigation():
        page.click(".selection .btn")
    assert visit.sent == ["row=E&csrf_token=token&act=confirm&row=A"]


def test_clearing_forgets_the_selection(page: Page) -> None:
    page.click("[data-row=A] .tick-box")
    page.click("[data-clear]")
    page.reload()
    assert not page.is_visible(".selection")


def test_keys_walk_tick_and_act(visit: Visit, page: Page) -> None:
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    assert words(page).startswith("3 lines selected")
    with page.expect_navigation():
        page.keyboard.press("c")
    assert visit.sent == ["row=A&row=B&row=C&csrf_token=token&act=confirm"]


@pytest.mark.parametrize("prepare", ["focus", "off", "modifier"])
def test_keys_stay_silent_where_they_would_disturb(page: Page, prepare: str) -> None:
    if prepare == "focus":
        page.focus("input[name=q]")
    if prepare == "off":
        page.evaluate("document.body.dataset.keys = 'off'")
    page.keyboard.press("Control+j" if prepare == "modifier" else "j")
    assert page.locator(".is-current").count() == 0


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1234.5", "1,234.50"), ("1,234.5", "1,234.50"), ("１２３４．５", "1,234.50"), ("=1200+34.5", "1,234.50"),
        ("=0.1+0.2", "0.30"), ("-5", "-5.00"), ("1.234", "1.234"), ("12,00x", "12,00x"), ("", ""),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_type_them(page: Page, typed: str, shown: str) -> None:
    page.fill("[name=amount]", typed)
    page.press("[name=amount]", "Tab")
    assert page.input_value("[name=amount]") == shown


def test_a_currency_without_decimals_keeps_what_it_cannot_round(page: Page) -> None:
    page.fill("[name=yen]", "1500.5")
    page.press("[name=yen]", "Tab")
    assert page.input_value("[name=yen]") == "1500.5"


def test_an_equals_sign_fills_the_balancing_amount(page: Page) -> None:
    page.fill("[data-side=debit]", "1,130.00")
    page.fill("[data-side=credit]", "=")
    page.press("[data-side=credit]", "Tab")
    assert page.input_value("[data-side=credit]") == "1,130.00"


def test_a_chart_is_drawn_within_the_policy_and_sends_nothing_away(page: Page) -> None:
    page.wait_for_selector(".chart .main-svg")
    assert page.locator(".modebar-btn").count() == 0


def test_without_scripts_ticked_rows_are_sent_by_the_button(chromium_browser: Browser) -> None:
    visit = visit_with(chromium_browser, scripts=False)
    visit.page.check("[data-row=B] .tick")
    with visit.page.expect_navigation():
        visit.page.click(".selection .btn")
    assert visit.sent == ["row=B&csrf_token=token&act=confirm"]
    visit.page.context.close()
