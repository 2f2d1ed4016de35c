"""One act a receipt: what adds up is posted, what does not keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal.db import Database
from portal.receivables.models import OpenItem
from tests.books import Books
from tests.cast import AUD, CHEN, MEI
from tests.matching.conftest import Bank
from tests.web.admin.receipts import STORY, URL, form_of, fresh, set_desk
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


@pytest.fixture
def desk(session: Session, books: Callable[[str], Books]) -> tuple[Bank, Books]:
    return set_desk(session, books(STORY))


def test_accepts_and_goes_to_the_next(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, story = desk
    match = fresh(database, bank, 1)
    following = fresh(database, bank, 2).public_id
    answer = browser_of(MEI).post(
        f"{URL}/{match.public_id}/accept",
        form_of(match, story.public_ids["INV-26-08812"], rest="fee", next=following, tab="open"),
    )
    assert answer.status_code == 303
    assert following in answer.headers["Location"]
    with database.reading() as reading:
        assert reading.get_one(OpenItem, story.ids["INV-26-08812"]).open_minor == 0


def test_says_what_is_left_and_keeps_what_was_typed(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, story = desk
    match = fresh(database, bank, 1)
    document = story.public_ids["INV-26-08812"]
    answer = browser_of(MEI).post(
        f"{URL}/{match.public_id}/accept", form_of(match, document, **{f"amount-{document}": "9,990.00"})
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "5.00 left: choose fee, discount, advance or part." in text
    assert "9,990.00" in text
    assert fresh(database, bank, 1).state == "proposed"


def test_auditors_look_and_cannot_act(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    match = fresh(database, desk[0], 1)
    aud = browser_of(AUD)
    assert aud.post(f"{URL}/{match.public_id}/accept", form_of(match)).status_code == 403
    assert aud.post(f"{URL}/{match.public_id}/hold", {"verb": "park", "reason": "x"}).status_code == 403
    assert 'data-key="a"' not in aud.get(f"{URL}?at={match.public_id}").get_data(as_text=True)


def test_parks_with_a_reason_and_brings_back(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, _story = desk
    mei = browser_of(MEI)
    match = fresh(database, bank, 2)
    url = f"{URL}/{match.public_id}/hold"
    assert mei.post(url, {"verb": "park", "row_version": "1", "reason": ""}).status_code == 422
    assert mei.post(url, {"verb": "park", "row_version": "1", "reason": "asked the desk"}).status_code == 303
    assert fresh(database, bank, 2).state == "parked"
    assert "asked the desk" in mei.get(f"{URL}?tab=parked").get_data(as_text=True)
    assert mei.post(url, {"verb": "resume", "row_version": "2"}).status_code == 303
    assert mei.post(url, {"verb": "resume", "row_version": "9"}).status_code == 409
    assert mei.post(url, {"verb": "dance", "row_version": "3"}).status_code == 422


def test_an_approver_undoes_and_a_clerk_asks(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, story = desk
    match = fresh(database, bank, 1)
    mei, chen = browser_of(MEI), browser_of(CHEN)
    mei.post(f"{URL}/{match.public_id}/accept", form_of(match, story.public_ids["INV-26-08812"], rest="fee"))
    assert mei.post(f"{URL}/undo-last").status_code == 303
    assert fresh(database, bank, 1).state == "posted"
    assert chen.post(f"{URL}/{match.public_id}/undo", {"reason": ""}).status_code == 422
    assert chen.post(f"{URL}/{match.public_id}/undo", {"reason": "wrong"}).status_code == 303
    assert fresh(database, bank, 1).state == "proposed"
