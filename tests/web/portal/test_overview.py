"""The customer's first page over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal

from portal.db import Database
from tests.cast import BO, Part
from tests.web.company import Company, dispute_line
from tests.web.conftest import Browser

FIGURE = re.compile(r'class="money[^"]*">([^<]+)<')


def figures(html: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "").replace("\u2212", "-")) for found in FIGURE.findall(html)]


def test_what_waits_stands_first_with_its_button(ping_browser: Browser, company: Company) -> None:
    text = ping_browser.get("/").text
    assert text.index("Waiting for you") < text.index("Balance today")
    assert "October 2026 statement: 12 lines left to answer" in text
    assert f'href="/statements/{company.newest}"' in text


def test_the_balance_is_the_sum_of_its_answers_and_of_its_ages(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 12, amount="100000")
    tables = ping_browser.get("/").text.split('class="tally')
    confirmed, disputed, unanswered, balance = figures(tables[2].split("</table>")[0])
    assert disputed == Decimal("1000.00")
    assert confirmed > 0
    assert confirmed + disputed + unanswered == balance
    ages = figures(tables[3].split("</table>")[0])
    assert sum(ages[:-1]) == ages[-1] == balance


def test_the_chart_holds_the_figures_of_its_table(ping_browser: Browser) -> None:
    """Requirement 0-18: chart total = table total."""
    drawn = json.loads(ping_browser.get("/balance.json?currency=CNY").data)["data"][0]["y"]
    table = ping_browser.get("/").text.split('class="chart-table"')[1].split("</table>")[0]
    assert sum(map(Decimal, drawn)) == sum(figures(table))


def test_the_latest_activity_and_a_contact_are_there(ping_browser: Browser) -> None:
    text = ping_browser.get("/").text
    assert "INV-2610-0012" in text
    assert "0512-6688 0142" in text


def test_a_currency_without_documents_is_not_here(ping_browser: Browser) -> None:
    assert ping_browser.get("/?currency=CNY").status_code == 200
    assert ping_browser.get("/?currency=USD").status_code == 404


def test_another_company_sees_nothing_of_it(
    ping_browser: Browser, browser_of: Callable[[Part], Browser]
) -> None:
    assert "INV-2610" in ping_browser.get("/").text
    text = browser_of(BO).get("/").text
    assert "INV-2610" not in text
    assert "Acme" not in text


def test_nobody_is_sent_to_sign_in(nobody: Browser) -> None:
    assert nobody.get("/").status_code == 302
