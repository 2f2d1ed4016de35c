"""Remittance advices of a customer: typed, pasted or as a file; seen, taken back, and only by who may."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.cast import BO, PING, VERA
from tests.web.conftest import Browser

Tell = Callable[[str], Books]
BrowserOf = Callable[..., Browser]


@pytest.fixture
def story(session: Session, books: Tell) -> Books:
    found = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-06 invoice ACME INV-2 60.00 CNY
    """)
    session.commit()
    return found


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


def test_viewers_look_and_strangers_see_nothing(browser_of: BrowserOf, story: Books) -> None:
    browser_of(PING).post(
        "/remittances/new",
        {"paid_on": "2026-01-25", "named-0": "INV-1", "amount-0": "5.00", "currency": "CNY"},
    )
    assert browser_of(VERA).get("/remittances/new").status_code == 403
    assert "RA-26-0001" in browser_of(VERA).get("/remittances").get_data(as_text=True)
    assert "RA-26-0001" not in browser_of(BO).get("/remittances").get_data(as_text=True)


def test_takes_an_advice_back_once(browser_of: BrowserOf, story: Books) -> None:
    ping = browser_of(PING)
    ping.post("/remittances/new", {"paid_on": "2026-01-25", "table": "INV-2\t60.00", "currency": "CNY"})
    page = ping.get("/remittances").get_data(as_text=True)
    public_id = page.partition('action="/remittances/')[2][:22]
    assert ping.post(f"/remittances/{public_id}/withdraw").status_code == 303
    assert "Taken back" in ping.get("/remittances?lang=en").get_data(as_text=True)
    assert f"/remittances/{public_id}/withdraw" not in ping.get("/remittances").get_data(as_text=True)
