"""Customers' wishes on the staff's side: seen by those with books, agreed by a clerk, refused with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.clock import utc_now
from portal.matching import ask_allocation
from tests.books import Books
from tests.cast import AUD, CHEN, MEI
from tests.web.admin.receipts import URL
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


@pytest.fixture
def wish(session: Session, books: Callable[[str], Books], ping: Actor) -> str:
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-06 invoice ACME INV-2 60.00 CNY
        2026-01-20 receipt ACME R-1 120.00 CNY pays INV-1:100.00
    """)
    public_id = ask_allocation(
        session,
        document=story.public_ids["R-1"],
        method="pro_rata",
        words="as agreed",
        actor=ping,
        now=utc_now(),
    )
    session.commit()
    return public_id


def test_shows_what_is_and_what_would_be(browser_of: BrowserOf, wish: str) -> None:
    page = browser_of(AUD).get(f"{URL}/wishes").get_data(as_text=True)
    assert [text in page for text in ("as agreed", "75.00", "45.00")] == [True] * 3
    assert "Agree and submit" not in page


def test_a_clerk_refuses_with_a_reason_or_submits(browser_of: BrowserOf, wish: str) -> None:
    mei = browser_of(MEI)
    assert mei.post(f"{URL}/wishes/{wish}", {"act": "refuse"}).status_code == 422
    assert mei.post(f"{URL}/wishes/{wish}", {"act": "refuse", "reason": "disputed"}).status_code == 303
    assert mei.post(f"{URL}/wishes/{wish}", {"act": "take"}).status_code == 409
    assert browser_of(CHEN).post(f"{URL}/wishes/{wish}", {"act": "take"}).status_code == 403
