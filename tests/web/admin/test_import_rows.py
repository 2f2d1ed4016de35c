"""Staff pages of quarantine: mend a row in place, try again one or all, discard with a reason."""

from __future__ import annotations

import re

import pytest

from portal.db import Database
from portal.imports import load as load_module
from tests.cast import AUD, MEI, PING
from tests.web.admin.test_imports import GOOD, UNKNOWN, Open, upload, work
from tests.web.conftest import Browser


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)


@pytest.fixture
def mei(browser_of: Open) -> Browser:
    return browser_of(MEI)


@pytest.fixture
def rows(mei: Browser, database: Database) -> str:
    """The address of the refused rows of a loaded file."""
    address = upload(mei)
    work(database)
    mei.post(f"{address}/load")
    work(database)
    return f"{address}/rows"


def first(page: str, rows: str) -> str:
    found = re.search(rf"{rows}/[A-Za-z0-9_-]{{22}}", page)
    assert found is not None
    return found[0]


def test_a_row_is_mended_where_it_stands(mei: Browser, rows: str, database: Database) -> None:
    page = mei.get(rows).text
    assert "Row 3" in page
    row = first(page, rows)
    assert 'value="12,00"' in mei.get(row).text
    cells = {
        "c-document_no": "INV-2", "c-kind": "invoice", "c-customer_no": "ACME", "c-currency": "CNY",
        "c-document_date": "2026-01-05", "c-amount": "1x",
    }  # fmt: skip
    wrong = mei.post(row, cells)
    assert (wrong.status_code, 'value="1x"' in wrong.text) == (422, True)
    assert "“1x” is not an amount in CNY." in wrong.text
    assert mei.post(row, cells | {"c-amount": "12.00"}).status_code == 303
    work(database)
    assert "Row 3" not in mei.get(rows).text
    assert "Row 3" in mei.get(f"{rows}?tab=taken").text


def test_all_are_tried_again_and_one_is_discarded(mei: Browser, rows: str, database: Database) -> None:
    row = first(mei.get(rows).text, rows).rpartition("/")[2]
    assert mei.post(rows, {"act": "all"}).status_code == 303
    work(database)
    assert "Row 3" in mei.get(rows).text
    mei.post(rows, {"act": "discard", "row": row, "reason": ""})
    assert "Say why these rows are discarded." in mei.get(rows).text
    mei.post(rows, {"act": "discard", "row": row, "reason": "A test"})
    assert "A test" in mei.get(f"{rows}?tab=discarded").text
    assert mei.post(rows, {"act": "retry", "row": row}).status_code == 409


def test_the_list_is_downloaded_harmlessly(mei: Browser, rows: str) -> None:
    answer = mei.get(f"{rows}?format=csv")
    assert b"'=1+1 | invoice" in answer.data
    assert GOOD


def test_readers_look_only_and_strangers_find_nothing(browser_of: Open, rows: str) -> None:
    aud = browser_of(AUD)
    page = aud.get(rows)
    assert (page.status_code, "Try all again" in page.text) == (200, False)
    assert aud.post(rows, {"act": "all"}).status_code == 403
    assert browser_of(PING).get(rows).status_code == 403
    assert aud.get(f"/admin/imports/{UNKNOWN}/rows").status_code == 404
