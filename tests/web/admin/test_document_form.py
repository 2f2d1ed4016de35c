"""Clerks post invoices, debit notes and receipts; the other kinds lead to the form of two people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.receivables.models import Document, DocumentLine, OpenItem
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, Part
from tests.web.admin.desk import STORY, customer_id
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
INVOICE = {
    "customer_no": "ACME", "document_no": "INV-9", "currency": "cny", "amount": "1,130.00", "tax": "130",
    "document_on": "2026-11-02", "order_no": "PO-9", "line-0-item": "Ball screws", "line-0-quantity": "10",
    "line-0-amount": "1130",
}  # fmt: skip
RECEIPT = {
    "customer_no": "ACME", "document_no": "RC-9", "currency": "CNY", "amount": "30.00",
    "document_on": "2026-11-02", "applies": "oldest",
}  # fmt: skip


@pytest.fixture
def acme(session: Session, books: Callable[[str], Books]) -> Books:
    found = books(STORY)
    session.commit()
    return found


def test_posts_an_invoice_with_its_lines(browser_of: Open, session: Session, acme: Books) -> None:
    answer = browser_of(MEI).post("/admin/documents/new/invoice", INVOICE)
    assert answer.status_code == 303
    session.rollback()
    made = session.scalars(select(Document).where(Document.document_no == "INV-9")).one()
    assert answer.location.endswith(made.public_id)
    assert (made.amount_minor, made.tax_minor, made.order_no) == (113_000, 13_000, "PO-9")
    line = session.scalars(select(DocumentLine).where(DocumentLine.document_id == made.id)).one()
    assert (line.item, line.quantity, line.amount_minor) == ("Ball screws", "10", 113_000)


def test_applies_a_receipt_to_the_oldest_items_first(browser_of: Open, session: Session, acme: Books) -> None:
    assert browser_of(MEI).post("/admin/documents/new/receipt", RECEIPT).status_code == 303
    session.rollback()
    left = dict(session.execute(select(OpenItem.document_id, OpenItem.open_minor)).all())
    assert left[acme.ids["INV-1"]] == 0
    assert left[acme.ids["INV-2"]] == 24_050


def test_leads_to_the_open_items_when_one_wants_to_choose(browser_of: Open, acme: Books) -> None:
    answer = browser_of(MEI).post("/admin/documents/new/receipt", RECEIPT | {"applies": "chosen"})
    assert answer.location.endswith("/apply")


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer_no": "NOBODY"}, {"amount": "1.234"}, {"document_no": "INV-1"}, {"line-0-amount": "5"},
        {"currency": "XXX"}, {"document_on": ""}, {"tax": "9999"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_keeps_what_was_typed_when_it_is_refused(
    browser_of: Open, session: Session, acme: Books, wrong: dict[str, str]
) -> None:
    answer = browser_of(MEI).post("/admin/documents/new/invoice", INVOICE | wrong)
    assert answer.status_code == 422
    assert "Ball screws" in answer.text
    assert "PO-9" in answer.text
    session.rollback()
    assert session.scalars(select(Document).where(Document.document_no == "INV-9")).all() == []


def test_fills_in_the_customer_it_came_from(browser_of: Open, session: Session) -> None:
    public_id = customer_id(session)
    mei = browser_of(MEI)
    page = mei.get(f"/admin/documents/new/receipt?customer={public_id}").text
    assert 'value="ACME"' in page
    assert mei.get(f"/admin/documents/new/receipt?customer={'u' * 22}").status_code == 404


def test_sends_the_other_kinds_to_two_people(browser_of: Open, session: Session) -> None:
    mei = browser_of(MEI)
    assert mei.get("/admin/documents/new/credit_note").status_code == 404
    answer = mei.get("/admin/documents/request?number=ACME")
    assert answer.location.endswith(f"/admin/adjustments/new?customer={customer_id(session)}")
    assert mei.get("/admin/documents/request").status_code == 200
    assert mei.get("/admin/documents/request?number=NOBODY").status_code == 422


def test_is_for_clerks_and_needs_its_token(browser_of: Open) -> None:
    for part in (AUD, CHEN, PING):
        assert browser_of(part).get("/admin/documents/new/invoice").status_code == 403
    assert (
        browser_of(MEI).post("/admin/documents/new/invoice", INVOICE | {"csrf_token": ""}).status_code == 400
    )
