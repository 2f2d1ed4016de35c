"""Rules of matching: drafted, tried, activated by a second person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.approvals.models import Approval
from portal.db import Database
from tests.books import Books
from tests.cast import CHEN, MEI
from tests.matching.conftest import Bank
from tests.web.admin.receipts import STORY, URL, fresh, set_desk
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


@pytest.fixture
def desk(session: Session, books: Callable[[str], Books]) -> tuple[Bank, Books]:
    return set_desk(session, books(STORY))


def test_rules_are_drafted_tried_and_activated_by_a_second_person(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    """Requirement 0-15: versions, dry run with a diff, four eyes."""
    mei, chen = browser_of(MEI), browser_of(CHEN)
    url = mei.post(f"{URL}/rules").headers["Location"]
    form = {
        "row_version": "1", "threshold": "99.50", "reason": "cash desk is no customer", "act": "try",
        "rule-0-name": "Cash desk", "rule-0-narrative": "cash desk", "rule-0-act": "leave", "rule-0-on": "on",
        "rule-1-name": "All others", "rule-1-act": "post", "rule-1-on": "on",
        "tolerance-0-key": "", "tolerance-0-scope": "", "tolerance-0-fee_minor": "50.00",
        "tolerance-0-discount_bp": "3", "tolerance-0-rounding_minor": "10.00", "tolerance-0-fx_bp": "1.5",
        "limit-0-currency": "CNY", "limit-0-amount": "100,000.00",
    }  # fmt: skip
    answer = mei.post(url, form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = mei.get(answer.headers["Location"]).get_data(as_text=True)
    assert "1 would fare differently" in page
    assert mei.post(url, form | {"row_version": "2", "act": "submit"}).status_code == 303
    assert fresh(database, desk[0], 2).state == "proposed", "a draft changes nothing"
    with database.reading() as reading:
        waiting = reading.scalars(select(Approval).where(Approval.kind == "matching.rules")).one()
    assert chen.get(f"/admin/approvals/{waiting.public_id}").status_code == 200
    answer = chen.post(f"/admin/approvals/{waiting.public_id}/approve", {"seen_hash": waiting.content_hash})
    assert answer.status_code in {302, 303}, answer.get_data(as_text=True)
    assert "Active: version 1" in mei.get(f"{URL}/rules").get_data(as_text=True)
