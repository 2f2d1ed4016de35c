"""Staff see what a customer compared, with the same figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.db import Database
from tests.cast import MEI, PING, SEC, Part
from tests.web.conftest import Browser
from tests.web.ledgers import compared, uploaded


def test_staff_see_the_same_figures(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    public_id = compared(browser_of(PING), database, now)
    mei = browser_of(MEI)
    assert "明细账.csv" in mei.get("/admin/compare").text
    page = mei.get(f"/admin/compare/{public_id}?lang=en").text
    assert "INV-26-0005" in page
    assert "All explained" in page
    assert mei.get(f"/admin/compare/{public_id}/bridge.xlsx").status_code == 200


def test_is_not_for_customers_or_who_reads_no_books(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    public_id = compared(browser_of(PING), database, now)
    for part in (PING, SEC):
        assert browser_of(part).get(f"/admin/compare/{public_id}").status_code == 403
    assert browser_of(MEI).get(f"/admin/compare/{'x' * 22}").status_code == 404


def test_a_ledger_not_yet_compared_has_no_figures(
    issued: None, browser_of: Callable[[Part], Browser]
) -> None:
    public_id, mei = uploaded(browser_of(PING)), browser_of(MEI)
    assert "To be checked" in mei.get(f"/admin/compare/{public_id}?lang=en").text
    assert mei.get(f"/admin/compare/{public_id}/bridge.json").status_code == 404
