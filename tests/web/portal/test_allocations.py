"""The customer's side of matching: how a receipt was applied, another allocation, remittance advices."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

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
    assert browser_of(VERA).get("/remittances/new").status_code == 403


def test_sends_an_advice_typed_pasted_or_as_a_file(browser_of: BrowserOf, story: Books) -> None:
    ping = browser_of(PING)
    assert ping.get("/remittances/new").status_code == 200
    day = {"paid_on": "2026-01-25", "currency": "CNY"}
    typed = day | {"named-0": "INV-1", "amount-0": "100.00"}
    assert ping.post("/remittances/new", typed).status_code == 303
    assert ping.post("/remittances/new", day | {"table": "INV-2\t60.00\n"}).status_code == 303
    file = {"file": (BytesIO(b"Invoice,Amount\nINV-1,1.00\n"), "advice.csv")}
    assert ping.post("/remittances/new", day | file, content_type="multipart/form-data").status_code == 303
    page = ping.get("/remittances").get_data(as_text=True)
    assert [number in page for number in ("RA-26-0001", "RA-26-0002", "RA-26-0003")] == [True] * 3


def test_keeps_what_was_typed_when_it_cannot_be_read(browser_of: BrowserOf, story: Books) -> None:
    ping = browser_of(PING)
    answer = ping.post("/remittances/new", {"paid_on": "2026-01-25", "named-0": "INV-1", "amount-0": "12,00"})
    assert answer.status_code == 422
    assert "12,00" in answer.get_data(as_text=True)


def test_open_items_show_what_is_not_applied(browser_of: BrowserOf, story: Books) -> None:
    page = browser_of(PING).get("/open-items").get_data(as_text=True)
    assert story.public_ids["R-1"] in page
