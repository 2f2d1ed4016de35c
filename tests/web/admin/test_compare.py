"""Staff see what a customer compared, with the same figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.db import Database
from tests.cast import MEI, PING, Part
from tests.web.conftest import Browser
from tests.web.ledgers import compared


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
