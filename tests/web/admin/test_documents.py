"""Staff find documents by number, customer, amount and date, and see one with its entries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, SEC, Part
from tests.web.admin.desk import STORY, customer_id
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture
def acme(session: Session, books: Callable[[str], Books]) -> Books:
    found = books(STORY)
    session.commit()
    return found


@pytest.mark.parametrize(
    ("words", "found", "missing"),
    [
        ("INV-2", "INV-2", "INV-1"), ("250.5", "INV-2", "INV-1"), ("2026-02-10", "RC-1", "INV-2"),
        ("po-7", "INV-1", "INV-2"), ("globex", "INV-3", "RC-1"),
    ],
)  # fmt: skip
def test_finds_by_number_amount_date_order_and_customer(
    browser_of: Open, acme: Books, words: str, found: str, missing: str
) -> None:
    page = browser_of(MEI).get(f"/admin/documents?q={words}").text
    assert f"/admin/documents/{acme.public_ids[found]}" in page
    assert f"/admin/documents/{acme.public_ids[missing]}" not in page


def test_sums_each_currency_and_narrows_to_kind_customer_and_days(
    browser_of: Open, session: Session, acme: Books
) -> None:
    mei = browser_of(MEI)
    page = mei.get("/admin/documents").text
    assert "220.50" in page
    assert "All of this filter, EUR" in page
    assert acme.public_ids["RC-1"] not in mei.get("/admin/documents?tab=invoice").text
    of_acme = mei.get(
        f"/admin/documents?customer={customer_id(session)}&since=2026-02-01&until=2026-02-03"
    ).text
    assert acme.public_ids["INV-2"] in of_acme
    assert acme.public_ids["RC-1"] not in of_acme
    assert acme.public_ids["INV-3"] not in of_acme
    assert mei.get("/admin/documents?since=yesterday").status_code == 422


def test_downloads_what_the_filter_shows(browser_of: Open, acme: Books) -> None:
    text = browser_of(AUD).get("/admin/documents?format=csv&tab=receipt").text
    assert "-130.00" in text
    assert "INV-1" not in text


def test_shows_figures_entries_and_what_was_applied(browser_of: Open, acme: Books) -> None:
    page = browser_of(CHEN).get(f"/admin/documents/{acme.public_ids['RC-1']}").text
    assert "1002" in page
    assert "2203" in page
    assert acme.public_ids["INV-1"] in page
    assert "\u221250.00" in page or "\u2212CNY" in page
    assert "/apply" not in page  # only who posts applies
    assert "/apply" in browser_of(MEI).get(f"/admin/documents/{acme.public_ids['RC-1']}").text


def test_is_for_staff_who_read_the_books(browser_of: Open, acme: Books) -> None:
    address = f"/admin/documents/{acme.public_ids['INV-1']}"
    assert browser_of(SEC).get(address).status_code == 403
    assert browser_of(PING).get("/admin/documents").status_code == 403
    assert browser_of(AUD).get(f"/admin/documents/{'u' * 22}").status_code == 404
    assert browser_of(AUD).get(f"/admin/documents?customer={'u' * 22}").status_code == 404
