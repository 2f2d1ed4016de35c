"""A customer's ledger sent through its page."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from portal.compare import run_comparison
from portal.db import Database
from tests.compare.february import LEDGER

if TYPE_CHECKING:
    from tests.web.conftest import Browser

READ = {"act": "compare", "as_of": "2026-02-28", "currency": "CNY", "basis": "movements", "sign": "auto"}


def uploaded(browser: Browser, content: bytes = LEDGER.encode("gb18030"), name: str = "明细账.csv") -> str:
    """Send a ledger and return the public id of the comparison."""
    answer = browser.post(
        "/compare", {"ledger": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def compared(browser: Browser, database: Database, now: datetime) -> str:
    """Send Acme's ledger of February and let it be compared."""
    public_id = uploaded(browser)
    assert browser.post(f"/compare/{public_id}/reading", READ).status_code == 303
    assert "hx-get" in browser.get(f"/compare/{public_id}").text
    run_comparison(database, public_id=public_id, now=now)
    return public_id
