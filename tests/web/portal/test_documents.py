"""The page of one document over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.db import Database
from portal.receivables.models import Document
from tests.cast import BO, Part
from tests.web.company import Company, dispute_line
from tests.web.conftest import Browser


@pytest.fixture
def address(company: Company, database: Database) -> Callable[[str], str]:
    """Return the address of a document by its number."""

    def of(number: str) -> str:
        with database.reading() as session:
            query = select(Document.public_id).where(Document.document_no == number)
            return f"/documents/{session.scalars(query).one()}"

    return of


def test_a_paid_invoice_names_what_paid_it(ping_browser: Browser, address: Callable[[str], str]) -> None:
    text = ping_browser.get(address("INV-2610-0001")).text
    assert "What paid it" in text
    assert "RC-2610-0010" in text
    assert "PO-5501" in text


def test_a_receipt_names_what_it_paid(ping_browser: Browser, address: Callable[[str], str]) -> None:
    text = ping_browser.get(address("RC-2610-0010")).text
    assert "What it was applied to" in text
    assert "INV-2610-0001" in text


def test_it_leads_back_to_the_line_and_on_to_a_dispute(
    ping_browser: Browser, company: Company, address: Callable[[str], str]
) -> None:
    text = ping_browser.get(address("INV-2610-0002")).text
    assert f'href="/statements/{company.newest}#line-2"' in text
    assert f"/disputes/new?statement={company.newest}&amp;line=2" in text


def test_a_disputed_one_says_why_and_leads_there(
    ping_browser: Browser, company: Company, database: Database, address: Callable[[str], str]
) -> None:
    with database.writing() as session:
        dispute = dispute_line(session, company.newest, 2)
    text = ping_browser.get(address("INV-2610-0002")).text
    assert "Disputed: Quantity contested" in text
    assert f"/disputes/{dispute}" in text


def test_a_viewer_sees_it_without_the_button(vera_browser: Browser, address: Callable[[str], str]) -> None:
    text = vera_browser.get(address("INV-2610-0002") + "?lang=en").text
    assert "INV-2610-0002" in text
    assert "/disputes/new" not in text


def test_strangers_get_404(
    ping_browser: Browser, address: Callable[[str], str], browser_of: Callable[[Part], Browser]
) -> None:
    """Attack case D01, documents."""
    path = address("INV-2610-0002")
    assert ping_browser.get(path).status_code == 200
    foreign, unknown = browser_of(BO).get(path), browser_of(BO).get(f"/documents/{'x' * 22}")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.data.split(b"nonce")[0] == unknown.data.split(b"nonce")[0]
