"""A posted credit is applied, taken back and reversed; what lowers a debt is refused to one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.views.document_acts import prefilled
from portal.money import Money
from portal.receivables.models import Allocation, Document, OpenItem
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, Part
from tests.web.admin.desk import STORY
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture
def acme(session: Session, books: Callable[[str], Books]) -> Books:
    found = books(STORY)
    session.commit()
    return found


def open_of(session: Session, acme: Books, number: str) -> int:
    session.rollback()
    found = session.scalars(select(OpenItem.open_minor).where(OpenItem.document_id == acme.ids[number])).one()
    session.rollback()
    return found


def test_offers_the_oldest_open_items_first_and_applies_what_is_posted(
    browser_of: Open, session: Session, acme: Books
) -> None:
    mei = browser_of(MEI)
    address = f"/admin/documents/{acme.public_ids['RC-1']}/apply"
    page = mei.get(address).text
    assert page.index(acme.public_ids["INV-1"]) < page.index(acme.public_ids["INV-2"])
    assert 'value="20.00"' in page
    assert 'value="30.00"' in page
    field = f"amount-{acme.public_ids['INV-1']}"
    assert mei.post(address, {"day": "2026-11-02", field: "=15+5"}).status_code == 303
    assert open_of(session, acme, "INV-1") == 0
    assert open_of(session, acme, "RC-1") == 3_000


def test_keeps_what_was_typed_when_more_is_applied_than_is_open(
    browser_of: Open, session: Session, acme: Books
) -> None:
    mei = browser_of(MEI)
    address = f"/admin/documents/{acme.public_ids['RC-1']}/apply"
    answer = mei.post(address, {"day": "2026-11-02", f"amount-{acme.public_ids['INV-1']}": "20.01"})
    assert answer.status_code == 422
    assert 'value="20.01"' in answer.text
    assert open_of(session, acme, "INV-1") == 2_000
    assert mei.post(address, {"day": "2026-11-02"}).status_code == 422
    assert mei.post(address, {"day": "2026-11-02", "csrf_token": ""}).status_code == 400


def test_takes_an_allocation_back_with_a_reason(browser_of: Open, session: Session, acme: Books) -> None:
    allocation = session.scalars(select(Allocation.public_id)).one()
    session.commit()
    address = f"/admin/documents/{acme.public_ids['INV-1']}/allocations/{allocation}/undo"
    mei = browser_of(MEI)
    assert mei.post(address, {"day": "2026-11-02", "reason": ""}).status_code == 422
    assert mei.post(address, {"day": "2026-11-02", "reason": "Wrong invoice"}).status_code == 303
    assert open_of(session, acme, "INV-1") == 10_000
    again = mei.post(address, {"day": "2026-11-02", "reason": "Wrong invoice"})
    assert again.status_code == 422
    assert mei.get(address.replace(allocation, "u" * 22)).status_code == 404


def test_reverses_a_receipt_but_never_an_invoice(browser_of: Open, session: Session, acme: Books) -> None:
    mei = browser_of(MEI)
    receipt, invoice = (f"/admin/documents/{acme.public_ids[number]}/reverse" for number in ("RC-1", "INV-2"))
    assert mei.get(invoice).status_code == 403
    assert mei.post(invoice, {"day": "2026-11-02", "reason": "Not ours"}).status_code == 403
    assert mei.post(receipt, {"day": "2026-01-01", "reason": "Bounced"}).status_code == 422
    assert mei.post(receipt, {"day": "2026-11-02", "reason": "Bounced"}).status_code == 303
    session.rollback()
    made = session.scalars(select(Document).where(Document.reverses_id == acme.ids["RC-1"])).one()
    assert (made.kind, made.amount_minor) == ("refund", 13_000)


@pytest.mark.parametrize("part", [AUD, CHEN], ids=lambda part: part.role)
def test_is_for_who_posts_documents(browser_of: Open, acme: Books, part: Part) -> None:
    for act in ("apply", "reverse"):
        assert browser_of(part).get(f"/admin/documents/{acme.public_ids['RC-1']}/{act}").status_code == 403


def test_fills_in_order_until_the_credit_is_used_up() -> None:
    class Item:
        def __init__(self, public_id: str, minor: int) -> None:
            self.public_id, self.open = public_id, Money(minor, "CNY")

    items = [Item("a", 30), Item("b", 50), Item("c", 70)]
    found = prefilled(Money(-60, "CNY"), items)  # type: ignore[arg-type]  # only these two facts are read
    assert {key: money.minor for key, money in found.items()} == {"a": 30, "b": 30}
