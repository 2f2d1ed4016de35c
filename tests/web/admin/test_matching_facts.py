"""What a second person reads of a request about matching: the entry, the changes, what is taken back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.approvals.models import Approval
from portal.db import Database
from tests.books import Books
from tests.cast import CHEN, MEI
from tests.web.admin.receipts import STORY, URL, form_of, fresh, set_desk
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


def test_a_receipt_above_the_tolerance_shows_its_entry(
    browser_of: BrowserOf, session: Session, books: Callable[[str], Books], database: Database
) -> None:
    bank, story = set_desk(session, books(STORY + "    2026-01-07 invoice ACME INV-26-09000 11000.00 CNY"))
    match = fresh(database, bank, 1)
    form = form_of(match, story.public_ids["INV-26-09000"], rest="fee")
    assert browser_of(MEI).post(f"{URL}/{match.public_id}/accept", form).status_code == 303
    with database.reading() as reading:
        asked = reading.scalars(select(Approval.public_id).where(Approval.kind == "matching.post")).one()
    page = browser_of(CHEN).get(f"/admin/approvals/{asked}").get_data(as_text=True)
    assert "6603 Financial expenses" in page
    assert "1,015.00" in page
