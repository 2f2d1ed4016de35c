"""Bank pages: drop files, look, take in, undo; accounts with their chain; lines held and left aside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.db import Database
from tests.bank import files
from tests.bank.files import LINES, Line
from tests.cast import MEI, PING
from tests.web.admin.dropping import Open, take_in


def test_shows_what_is_missing_between_statements(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    take_in(mei, database, "a.sta", files.mt940(LINES))
    later = Line(LINES[-1].day + timedelta(days=6), 1000, "Acme", "INV-9")
    take_in(mei, database, "b.sta", files.mt940([later], opening=2000000, number="9"))
    page = mei.get("/admin/bank").text
    assert "Feed late" in page
    account = page.partition("/admin/bank/accounts/")[2][:22]
    page = mei.get(f"/admin/bank/accounts/{account}").text
    assert "Missing: 5 Feb – 9 Feb 2026" in page
    assert "1 place in the chain of balances needs a look." in page


def test_holds_lines_and_opens_them_again(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    take_in(mei, database, "a.sta", files.mt940(LINES))
    row = mei.get("/admin/bank/lines").text.partition('data-row="')[2][:22]
    assert mei.post("/admin/bank/lines", {"act": "hold", "row": row}).status_code == 303
    assert "Bank fee" in mei.get("/admin/bank/lines?tab=parked").text
    mei.post("/admin/bank/lines?tab=parked", {"act": "open", "row": row})
    assert "Nothing fits this filter" in mei.get("/admin/bank/lines?tab=parked").text
    assert mei.get(f"/admin/bank/lines/{row}").status_code == 200


def test_downloads_what_the_filter_shows(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    take_in(mei, database, "a.sta", files.mt940(LINES))
    text = mei.get("/admin/bank/lines?format=csv&direction=in").get_data(as_text=True)
    assert "1250.50" in text
    assert "-4.50" not in text
    for path in ("/admin/bank?format=csv", "/admin/bank/files?format=csv"):
        assert mei.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/admin/bank", "/admin/bank/lines", "/admin/bank/files", "/admin/bank/files/new"]
)
def test_keeps_customers_out(browser_of: Open, path: str) -> None:
    assert browser_of(MEI).get(path).status_code == 200
    assert browser_of(PING).get(path).status_code in {403, 404}
