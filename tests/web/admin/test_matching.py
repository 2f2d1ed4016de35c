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
