"""The pages of statements over HTTP: list, one statement, its chart, its downloads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.db import Database
from portal.statements.models import Statement
from tests.cast import BO, MEI, Part
from tests.web.company import Company, dispute_line
from tests.web.conftest import Browser


def figure(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("\u2212", "-"))


def test_the_page_shows_every_line_once(ping_browser: Browser, company: Company) -> None:
    """Requirement 1-4: every document of the period with date, amount and content, exactly once."""
    page = ping_browser.get(f"/statements/{company.newest}")
    assert page.status_code == 200
    assert re.findall(r'id="line-(\d+)"', page.text) == [str(number) for number in range(1, 13)]
    assert "INV-2610-0001" in page.text
    assert "1 Oct" in page.text
    assert "CNY\u202f" in page.text


def test_opening_and_movements_come_to_the_closing_balance(ping_browser: Browser, company: Company) -> None:
    page = ping_browser.get(f"/statements/{company.newest}/statement.json").json
    assert page is not None
    parts = [Decimal(page[key]) for key in ("opening", "invoiced", "received", "credited", "closing")]
    assert parts[0] + parts[1] - parts[2] - parts[3] == parts[4]
    shown = ping_browser.get(f"/statements/{company.newest}").text
    for part in parts:
        assert f"{part:,}" in shown


def test_disputed_and_undisputed_come_to_the_closing_balance(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    """Requirement 2-12: disputed lines stand apart; disputed + undisputed = closing."""
    with database.writing() as session:
        dispute_line(session, company.newest, 3, amount="100000")
    text = ping_browser.get(f"/statements/{company.newest}").text
    tally = text.split('class="tally"')[1].split("</table>")[0]
    figures = [figure(found) for found in re.findall(r'class="money[^"]*">([^<]+)<', tally)]
    confirmed, disputed, unanswered, closing = figures
    assert disputed == Decimal("1000.00")
    assert confirmed + disputed + unanswered == closing
    assert "Quantity contested · 1,000.00" in text


def test_filters_search_and_order(ping_browser: Browser, company: Company) -> None:
    def numbers(query: str) -> list[str]:
        return re.findall(r'id="line-(\d+)"', ping_browser.get(f"/statements/{company.newest}?{query}").text)

    assert numbers("q=0007") == ["7"]
    assert numbers("q=PO-5502") == ["2"]
    assert numbers("tab=confirmed") == []
    assert numbers("sort=-number") == [str(number) for number in (10, 12, 11, 9, 8, 7, 6, 5, 4, 3, 2, 1)]
    assert ping_browser.get(f"/statements/{company.newest}?sort=(select 1)").status_code == 400


def test_by_date_carries_a_running_balance(ping_browser: Browser, company: Company) -> None:
    text = ping_browser.get(f"/statements/{company.newest}?by=date").text
    closing = ping_browser.get(f"/statements/{company.newest}/statement.json").json["closing"]  # type: ignore[index] # it is JSON
    last = text.split('id="line-12"')[1].split("</tr>")[0]
    assert f"{Decimal(closing):,}" in last


def test_a_long_group_of_confirmed_lines_folds_and_unfolds(ping_browser: Browser, company: Company) -> None:
    first = company.statements[0]
    assert "Show the other" not in ping_browser.get(f"/statements/{first}").text
    assert ping_browser.get(f"/statements/{first}?all=1").status_code == 200


def test_the_first_view_is_noted_once_and_only_of_who_answers(
    ping_browser: Browser, vera_browser: Browser, company: Company, database: Database
) -> None:
    def viewed() -> tuple[str, bool]:
        with database.reading() as session:
            query = select(Statement).where(Statement.public_id == company.newest)
            row = session.scalars(query).one()
            return row.state, row.first_viewed_at is not None

    vera_browser.get(f"/statements/{company.newest}")
    assert viewed() == ("issued", False)
    ping_browser.client.head(f"/statements/{company.newest}/statement.json")
    assert viewed() == ("issued", False)
    ping_browser.get(f"/statements/{company.newest}")
    assert viewed() == ("viewed", True)


def test_a_viewer_sees_no_button_that_answers(vera_browser: Browser, company: Company) -> None:
    text = vera_browser.get(f"/statements/{company.newest}?lang=en").text
    assert "Your role may look, not answer" in text
    assert 'value="confirm"' not in text
    assert "Sign the balance" not in text


def test_a_stranger_and_an_unknown_statement_get_the_same_404(
    ping_browser: Browser, company: Company, browser_of: Callable[[Part], Browser]
) -> None:
    bo = browser_of(BO)
    bo.get("/?lang=en")
    for path in ("", "/statement.pdf", "/statement.json", "/history.json", "/changes", "/sign"):
        assert ping_browser.get(f"/statements/{company.newest}{path}").status_code == 200, path
        foreign = bo.get(f"/statements/{company.newest}{path}")
        unknown = bo.get(f"/statements/{'x' * 22}{path}")
        assert (foreign.status_code, unknown.status_code) == (404, 404), path
        assert foreign.data.split(b"nonce")[0] == unknown.data.split(b"nonce")[0]


def test_staff_and_nobody_do_not_open_the_customers_page(
    nobody: Browser, company: Company, browser_of: Callable[[Part], Browser]
) -> None:
    assert nobody.get(f"/statements/{company.newest}").status_code == 302
    assert browser_of(MEI).get(f"/statements/{company.newest}").status_code == 403


@pytest.mark.parametrize(
    ("form", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("json", b"{")]
)
def test_the_statement_comes_as_a_file(
    form: str, start: bytes, ping_browser: Browser, company: Company
) -> None:
    answer = ping_browser.get(f"/statements/{company.newest}/statement.{form}")
    assert answer.status_code == 200
    assert answer.data.startswith(start)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_chart_holds_the_figures_of_its_table(ping_browser: Browser, company: Company) -> None:
    """Requirement 0-18: chart total = table total."""
    chart = json.loads(ping_browser.get(f"/statements/{company.newest}/history.json").data)
    drawn = sum(Decimal(value) for value in chart["data"][0]["y"])
    text = ping_browser.get(f"/statements/{company.newest}").text
    table = text.split('class="chart-table"')[1].split("</table>")[0]
    assert drawn == sum(figure(found) for found in re.findall(r'class="money[^"]*">([^<]+)<', table))
    assert chart["data"][0]["customdata"][-2:] == ["signed", "open"]


def test_the_list_finds_a_month_and_downloads(ping_browser: Browser, company: Company) -> None:
    assert ping_browser.get("/statements").text.count("/statements/" + company.newest) == 1
    september = ping_browser.get("/statements?q=2026-09").text
    assert company.statements[0] in september
    assert company.newest not in september
    lines = ping_browser.get("/statements?format=csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(company.statements)


def test_a_superseded_version_says_so(ping_browser: Browser, company: Company, database: Database) -> None:
    page = ping_browser.get(f"/statements/{company.newest}/changes")
    assert "This is the first version." in page.text


def test_words_of_documents_are_escaped(ping_browser: Browser, company: Company) -> None:
    text = ping_browser.get(f"/statements/{company.newest}?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in text
    assert "No line fits this filter." in text
