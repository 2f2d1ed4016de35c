"""Staff pages of layouts: which column is which, save a version, ask for a second person."""

from __future__ import annotations

import re

from portal.db import Database
from tests.cast import AUD, CHEN, MEI
from tests.imports.test_mapping import GERMAN
from tests.web.admin.test_imports import UNKNOWN, Open, upload, work

SAVED = {
    "column-0": "document_no", "column-1": "customer_no", "column-2": "document_date", "column-3": "due_date",
    "column-4": "amount", "column-5": "currency", "record": "documents", "kind": "invoice", "date_order": "dmy",
    "decimal": ",", "name": "op-liste", "title": "Offene Posten",
}  # fmt: skip


def test_a_file_nobody_knows_is_mapped_saved_and_checked(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei, GERMAN, profile="auto")
    work(database)
    assert "Say which column is which" in mei.get(address).text
    page = mei.get(f"{address}/mapping").text
    assert "Bruttobetrag" in page
    assert "guess" in page
    assert "1190" in page
    again = mei.post(f"{address}/mapping", SAVED | {"act": "look", "decimal": "."})
    assert (again.status_code, "1.190,00" in again.text) == (200, True)
    wrong = mei.post(f"{address}/mapping", SAVED | {"act": "save", "name": "Ä"})
    assert (wrong.status_code, 'value="Ä"' in wrong.text) == (422, True)
    assert mei.post(f"{address}/mapping", SAVED | {"act": "save"}).status_code == 303
    work(database)
    assert "Import 2 good rows" in mei.get(address).text
    layouts = mei.get("/admin/imports/layouts").text
    assert "Offene Posten" in layouts
    ask = re.search(r"/admin/imports/layouts/[\w-]{22}/request", layouts)
    assert ask is not None
    approval = mei.post(ask[0]).headers["Location"]
    shown = browser_of(CHEN).get(approval).text
    assert "Layout of files" in shown
    assert "Rechnungsnr." in shown


def test_a_known_layout_can_be_taken_instead(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei, GERMAN, profile="auto")
    work(database)
    assert mei.post(f"{address}/mapping", {"act": "known", "known": "kingdee"}).status_code == 303
    work(database)
    assert "The file has no column “单据编号”." in mei.get(address).text
    assert mei.post(f"{address}/mapping", {"act": "known", "known": "nothing"}).status_code == 422


def test_readers_see_layouts_and_map_nothing(browser_of: Open) -> None:
    aud = browser_of(AUD)
    assert "Kingdee" in aud.get("/admin/imports/layouts").text
    assert aud.get(f"/admin/imports/{UNKNOWN}/mapping").status_code == 403
    assert browser_of(MEI).get(f"/admin/imports/{UNKNOWN}/mapping").status_code == 404
    assert browser_of(MEI).post(f"/admin/imports/layouts/{UNKNOWN}/request").status_code == 404
