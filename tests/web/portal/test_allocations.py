"""The customer's side of matching: how a receipt was applied, and asking for another allocation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.cast import BO, MEI, PING, VERA
from tests.web.conftest import Browser

Tell = Callable[[str], Books]
BrowserOf = Callable[..., Browser]


@pytest.fixture
def story(session: Session, books: Tell) -> Books:
    found = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-06 invoice ACME INV-2 60.00 CNY
        2026-01-20 receipt ACME R-1 120.00 CNY pays INV-1:100.00
    """)
    session.commit()
    return found


def test_a_receipt_offers_another_allocation(browser_of: BrowserOf, story: Books) -> None:
    document = story.public_ids["R-1"]
    ping = browser_of(PING)
    assert f"/allocations/new?document={document}" in ping.get(f"/documents/{document}").get_data(
        as_text=True
    )
    assert "/allocations/new" not in browser_of(VERA).get(f"/documents/{document}").get_data(as_text=True)
    page = ping.get(f"/allocations/new?document={document}&method=pro_rata").get_data(as_text=True)
    assert "75.00" in page
    assert "45.00" in page


def test_asks_and_staff_agree(browser_of: BrowserOf, story: Books) -> None:
    document = story.public_ids["R-1"]
    ping, mei = browser_of(PING), browser_of(MEI)
    form = {"document": document, "method": "pro_rata", "words": "wie besprochen"}
    assert ping.post("/allocations/new", form | {"act": "preview"}).status_code == 200
    assert ping.post("/allocations/new", form | {"act": "ask"}).status_code == 303
    assert ping.post("/allocations/new", form | {"act": "ask"}).status_code == 409
    assert "AL-26-0001" in ping.get(f"/documents/{document}").get_data(as_text=True)
    page = mei.get("/admin/matching/wishes").get_data(as_text=True)
    assert "wie besprochen" in page
    public_id = page.partition("/admin/matching/wishes/")[2][:22]
    assert mei.post(f"/admin/matching/wishes/{public_id}", {"act": "refuse"}).status_code == 422
    assert mei.post(f"/admin/matching/wishes/{public_id}", {"act": "take"}).status_code == 303
    assert mei.post(f"/admin/matching/wishes/{public_id}", {"act": "take"}).status_code == 409


def test_strangers_see_nothing(browser_of: BrowserOf, story: Books) -> None:
    document = story.public_ids["R-1"]
    bo = browser_of(BO)
    assert bo.get(f"/allocations/new?document={document}").status_code == 404
    assert bo.post("/allocations/new", {"document": document, "method": "fifo"}).status_code == 404


def test_open_items_show_what_is_not_applied(browser_of: BrowserOf, story: Books) -> None:
    page = browser_of(PING).get("/open-items").get_data(as_text=True)
    assert story.public_ids["R-1"] in page
