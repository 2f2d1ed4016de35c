"""Exchange rates are set by clerks and value the books only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.cast import AUD, MEI, SEC, Part
from tests.web.admin.desk import STORY
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
RATE = {"currency": "eur", "rate_on": "2026-02-02", "rate": "7.8125", "source": "central bank"}


@pytest.fixture(autouse=True)
def in_yuan(session: Session, books: Callable[[str], Books]) -> None:
    books(STORY)
    session.commit()


def test_sets_a_rate_and_lists_it(browser_of: Open) -> None:
    mei = browser_of(MEI)
    assert mei.post("/admin/rates", RATE).status_code == 303
    assert "7.8125" in mei.get("/admin/rates").text
    assert "central bank" in browser_of(AUD).get("/admin/rates?format=csv").text


@pytest.mark.parametrize(
    "wrong", [{"rate": "0"}, {"rate": "seven"}, {"currency": "XXX"}, {"rate_on": ""}], ids=str
)
def test_keeps_what_was_typed_when_it_is_refused(browser_of: Open, wrong: dict[str, str]) -> None:
    answer = browser_of(MEI).post("/admin/rates", RATE | wrong)
    assert answer.status_code == 422
    assert 'value="central bank"' in answer.text


def test_is_for_who_edits_the_books(browser_of: Open) -> None:
    assert browser_of(AUD).post("/admin/rates", RATE).status_code == 403
    assert browser_of(SEC).get("/admin/rates").status_code == 403
    assert browser_of(MEI).post("/admin/rates", RATE | {"csrf_token": ""}).status_code == 400
