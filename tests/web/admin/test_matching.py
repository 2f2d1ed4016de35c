"""The workbench of matching: who sees it and what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, Part
from tests.matching.conftest import Bank
from tests.web.admin.receipts import STORY, URL, set_desk
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


@pytest.fixture
def desk(session: Session, books: Callable[[str], Books]) -> tuple[Bank, Books]:
    return set_desk(session, books(STORY))


def test_shows_the_receipts_and_why(browser_of: BrowserOf, desk: tuple[Bank, Books]) -> None:
    page = browser_of(MEI).get(f"{URL}?at={desk[0].match(1).public_id}")
    desk[0].session.rollback()
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "INV-26-08812" in text
    assert "9,985.00" in text
    assert "1002 Bank" in text


@pytest.mark.parametrize(("part", "status"), [(MEI, 200), (CHEN, 200), (AUD, 200), (PING, 403)])
def test_only_staff_with_books_see_it(
    browser_of: BrowserOf, desk: tuple[Bank, Books], part: Part, status: int
) -> None:
    browser = browser_of(part)
    for path in ("", "/history", "/unidentified", "/rules"):
        assert browser.get(URL + path).status_code == status


def test_money_out_is_shown_as_left_alone_with_the_reason(
    browser_of: BrowserOf, desk: tuple[Bank, Books], session: Session
) -> None:
    mei = browser_of(MEI)
    assert "Left alone: money out" not in mei.get(URL).get_data(as_text=True)
    desk[0].tell("2026-01-23 -500.00 CNY Acme/6222000033 | returned, account closed")
    desk[0].propose()
    session.commit()
    page = mei.get(URL).get_data(as_text=True)
    assert "Left alone: money out" in page
    assert "1 line: a refund or a bounced payment is no receipt" in page
    assert "returned, account closed" in mei.get("/admin/bank/lines?tab=new&direction=out").get_data(
        as_text=True
    )
