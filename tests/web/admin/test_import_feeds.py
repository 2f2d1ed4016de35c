"""Staff pages of expected files, and of customers entered twice."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from portal.clock import utc_now
from portal.customers.models import Customer
from portal.db import Database
from portal.imports.models import ImportFeed
from tests.cast import AUD, MEI, NOW
from tests.web.admin.test_imports import UNKNOWN, Open

FEED = {"name": "erp", "profile": "standard", "rhythm": "daily", "grace_days": "0"}


def test_a_file_is_expected_late_stopped_and_resumed(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    assert "No file is expected regularly." in mei.get("/admin/imports").text
    assert mei.get("/admin/imports/expected/new").status_code == 200
    assert mei.post("/admin/imports/expected/new", FEED | {"name": "a/b"}).status_code == 422
    assert mei.post("/admin/imports/expected/new", FEED | {"grace_days": "99"}).status_code == 422
    assert mei.post("/admin/imports/expected/new", FEED).status_code == 303
    assert mei.post("/admin/imports/expected/new", FEED).status_code == 422
    with database.writing() as session:
        session.scalars(select(ImportFeed)).one().began_on = (utc_now() - timedelta(days=9)).date()
    page = mei.get("/admin/imports").text
    assert "Late" in page
    switch = re.search(r"/admin/imports/expected/[\w-]{22}", page)
    assert switch is not None
    assert mei.post(switch[0], {"active": "no"}).status_code == 303
    assert "Stopped" in mei.get("/admin/imports").text


def test_customers_entered_twice_are_shown_with_reasons(browser_of: Open, database: Database) -> None:
    assert "No two customers look like one." in browser_of(AUD).get("/admin/imports/duplicates").text
    with database.writing() as session:
        session.add_all(
            Customer(
                number=number, name="Twice Ltd", name_key="twice", currency="EUR", tax_no="GB123456789",
                first_on=NOW.date(), created_at=NOW,
            )
            for number in ("T1", "T2")
        )  # fmt: skip
    page = browser_of(AUD).get("/admin/imports/duplicates").text
    assert "Same tax number" in page


def test_readers_expect_nothing(browser_of: Open) -> None:
    aud = browser_of(AUD)
    assert aud.get("/admin/imports/expected/new").status_code == 403
    assert aud.post("/admin/imports/expected/new", FEED).status_code == 403
    assert aud.post(f"/admin/imports/expected/{UNKNOWN}", {"active": "no"}).status_code == 403
    assert browser_of(MEI).post(f"/admin/imports/expected/{UNKNOWN}").status_code == 404
