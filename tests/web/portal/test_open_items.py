"""The page of open items over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from tests.cast import BO, Part
from tests.web.company import Company
from tests.web.conftest import Browser

FIGURE = re.compile(r'class="money[^"]*">([^<]+)<')


def figures(html: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "").replace("\u2212", "-")) for found in FIGURE.findall(html)]


def rows(text: str) -> list[str]:
    return re.findall(r"(?:INV|RC)-\d{4}-\d{4}(?=</a></th>)", text)


def test_items_come_to_the_ageing_and_the_balance(ping_browser: Browser, company: Company) -> None:
    text = ping_browser.get("/open-items").text
    shown = [figures(row)[-1] for row in text.split('<tr role="row" data-row')[1:]]
    total = figures(text.split("<tfoot")[1])[0]
    ages = figures(text.split('class="tally')[1].split("</table>")[0])
    items = [figures(row.split("</tr>")[0])[-1] for row in text.split('<tr role="row" data-row')[1:]]
    assert len(items) == len(shown) > 5
    assert sum(items) == total == ages[-1] == sum(ages[:-1])


def test_the_past_is_not_changed_by_later_payments(ping_browser: Browser, company: Company) -> None:
    """Invoices a receipt of 25 October paid were open on the day before."""
    before = rows(ping_browser.get("/open-items?as_of=2026-10-20").text)
    after = rows(ping_browser.get("/open-items?as_of=2026-10-31").text)
    assert "INV-2610-0001" in before
    assert "INV-2610-0001" not in after


def test_a_day_to_come_is_today_and_no_date_is_refused(ping_browser: Browser, company: Company) -> None:
    assert ping_browser.get("/open-items?as_of=2999-01-01").status_code == 200
    assert ping_browser.get("/open-items?as_of=yesterday").status_code == 422


def test_sort_filter_and_export(ping_browser: Browser, company: Company) -> None:
    assert ping_browser.get("/open-items?sort=password").status_code == 400
    up = rows(ping_browser.get("/open-items?sort=number").text)
    assert up == sorted(up)
    assert rows(ping_browser.get("/open-items?q=PO-5509").text)[0].endswith("-0009")
    lines = ping_browser.get("/open-items?format=csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(up)
    assert ping_browser.get("/open-items?format=xlsx").data.startswith(b"PK")


def test_another_company_sees_its_own(
    ping_browser: Browser, company: Company, browser_of: Callable[[Part], Browser]
) -> None:
    assert rows(ping_browser.get("/open-items").text)
    assert rows(browser_of(BO).get("/open-items").text) == []
