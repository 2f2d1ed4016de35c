"""The page of a receipt over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.confirmations.models import Confirmation
from portal.db import Database
from tests.cast import BO, Part
from tests.web.company import Company
from tests.web.conftest import Browser


@pytest.fixture
def receipt(company: Company, database: Database) -> Confirmation:
    """September's signature."""
    with database.reading() as session:
        return session.scalars(select(Confirmation)).one()


def test_it_says_who_when_and_to_what(ping_browser: Browser, company: Company, receipt: Confirmation) -> None:
    text = ping_browser.get(f"/receipts/{receipt.public_id}").text
    assert "Ping Zhou" in text
    assert receipt.statement_hash in text
    assert "September 2026" in text
    assert f'href="/statements/{company.statements[0]}"' in text
    assert receipt.signed_text.split("\n")[0] in text


def test_the_download_holds_the_evidence(ping_browser: Browser, receipt: Confirmation) -> None:
    answer = ping_browser.get(f"/receipts/{receipt.public_id}/receipt.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt-2026-09-v1.json"'
    assert answer.json is not None
    assert receipt.statement_hash in answer.data.decode()
    assert "\\u" not in answer.data.decode()


def test_the_signed_statement_leads_to_it(
    ping_browser: Browser, company: Company, receipt: Confirmation
) -> None:
    text = ping_browser.get(f"/statements/{company.statements[0]}").text
    assert f'href="/receipts/{receipt.public_id}"' in text
    assert "Sign the balance" not in text
    sign = ping_browser.get(f"/statements/{company.statements[0]}/sign")
    assert sign.location == f"/receipts/{receipt.public_id}"


def test_strangers_get_404(
    ping_browser: Browser, receipt: Confirmation, browser_of: Callable[[Part], Browser]
) -> None:
    for path in ("", "/receipt.json"):
        assert ping_browser.get(f"/receipts/{receipt.public_id}{path}").status_code == 200
        assert browser_of(BO).get(f"/receipts/{receipt.public_id}{path}").status_code == 404
