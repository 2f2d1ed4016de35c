"""How a ledger is read is shown, corrected and remembered before anything is compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select

from portal.compare import run_comparison
from portal.compare.models import LedgerComparison, LedgerLayout
from portal.db import Database
from tests.cast import PING, Part
from tests.web.conftest import Browser
from tests.web.ledgers import READ, uploaded


def test_shows_how_a_file_is_read_before_anything_is_compared(
    issued: None, browser_of: Callable[[Part], Browser], database: Database
) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    page = ping.get(f"/compare/{public_id}?lang=en", follow_redirects=True).text
    assert "收到发票 INV-26-0002" in page
    assert ">2,200.00<" in page
    assert re.search(r'<option value="credit" selected>', page)
    with database.reading() as reading:
        row = reading.scalars(select(LedgerComparison)).one()
    assert (row.state, row.as_of_on, row.begin_on, row.row_count) == (
        "reading", date(2026, 2, 28), date(2026, 2, 1), 5,
    )  # fmt: skip


def test_a_corrected_layout_is_remembered_for_the_customer(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    changed = READ | {"role-1": "other"}
    assert ping.post(f"/compare/{public_id}/reading", changed).status_code == 303
    run_comparison(database, public_id=public_id, now=now)
    with database.reading() as reading:
        assert reading.scalars(select(LedgerLayout.layout)).one()["roles"][1] == "other"
    again = ping.get(f"/compare/{uploaded(ping)}?lang=en", follow_redirects=True).text
    assert "Read as last time" in again


def test_a_wrong_layout_keeps_what_was_chosen(issued: None, browser_of: Callable[[Part], Browser]) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    answer = ping.post(f"/compare/{public_id}/reading?lang=en", READ | {"role-3": "text", "role-4": "day"})
    assert answer.status_code == 422
    assert "Two columns cannot both be" in answer.text
    assert re.search(r'id="role-3".*?<option value="text" selected>', answer.text, re.DOTALL)


def test_an_upload_is_put_aside(issued: None, browser_of: Callable[[Part], Browser]) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    assert ping.post(f"/compare/{public_id}/reading", {"act": "discard"}).status_code == 303
    assert ping.get(f"/compare/{public_id}").status_code == 404
