"""Staff pages of adjustments over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.adjustments.models import Adjustment
from portal.approvals.models import Approval
from portal.db import Database
from tests.cast import AUD, CHEN, MEI, PING, Part
from tests.web.admin.cases import Cases, make_cases
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
GOOD = {
    "kind": "credit_note", "currency": "CNY", "amount": "113.00", "tax": "", "posting_on": "2026-03-02",
    "reason": "Freight was free.",
}  # fmt: skip


@pytest.fixture
def cases(database: Database) -> Cases:
    """Two invoices of the same goods."""
    return make_cases(database)


@pytest.fixture
def mei_browser(browser_of: Open) -> Browser:
    """Mei, the clerk."""
    return browser_of(MEI)


def _new(cases: Cases) -> str:
    return f"/admin/adjustments/new?document={cases.books.public_ids['INV-1']}"


def test_drafts_from_a_document(mei_browser: Browser, cases: Cases) -> None:
    assert "1,130.00" in mei_browser.get(_new(cases)).text
    answer = mei_browser.post(_new(cases), GOOD)
    assert answer.status_code == 303
    page = mei_browser.get(answer.location).text
    assert "Credit note for INV-1" in page
    assert "13.00" in page
    assert cases.credit_notes() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "1130.01"}, "is left of this document"),
        ({"amount": "1.234"}, "is not an amount"),
        ({"amount": "0"}, "above zero"),
        ({"reason": ""}, "This is needed."),
        ({"kind": "invoice"}, "Not a valid choice"),
        ({"tax": "113.00"}, "below the amount"),
    ],
)
def test_says_what_is_wrong(mei_browser: Browser, cases: Cases, changes: dict[str, str], said: str) -> None:
    answer = mei_browser.post(_new(cases), GOOD | changes)
    assert answer.status_code == 422
    assert said in answer.text or changes == {"kind": "invoice"}


def test_fields_nobody_offers_are_ignored(mei_browser: Browser, cases: Cases) -> None:
    """Security case D06: mass assignment."""
    answer = mei_browser.post(_new(cases), GOOD | {"state": "posted", "approved_by": "7", "posted_id": "1"})
    public_id = answer.location.rsplit("/", 1)[1]
    assert cases.state(Adjustment, public_id) == "draft"


def test_submits_and_says_who_must_approve(mei_browser: Browser, cases: Cases) -> None:
    public_id = cases.draft()
    assert (
        mei_browser.post(f"/admin/adjustments/{public_id}/submit", {"note": "See the quote."}).status_code
        == 303
    )
    page = mei_browser.get(f"/admin/adjustments/{public_id}").text
    assert "You prepared this. Someone else must approve it." in page
    assert mei_browser.post(f"/admin/adjustments/{public_id}/submit").status_code == 409


def test_an_edit_voids_the_request(mei_browser: Browser, browser_of: Open, cases: Cases) -> None:
    """Separation rule R6."""
    public_id, approval = cases.pending()
    address = f"/admin/adjustments/{public_id}/edit"
    assert "100.00" in mei_browser.get(address).text
    assert mei_browser.post(address, GOOD | {"row_version": "1"}).status_code == 303
    assert cases.state(Adjustment, public_id) == "draft"
    assert cases.state(Approval, approval) == "voided"
    assert mei_browser.post(address, GOOD | {"row_version": "1"}).status_code == 409


def test_voids_without_posting(mei_browser: Browser, cases: Cases) -> None:
    public_id = cases.draft()
    assert mei_browser.post(f"/admin/adjustments/{public_id}/void").status_code == 303
    assert cases.state(Adjustment, public_id) == "voided"
    assert mei_browser.post(f"/admin/adjustments/{public_id}/void").status_code == 409


def test_what_settles_a_dispute_is_changed_there(mei_browser: Browser, cases: Cases) -> None:
    cases.submitted()
    with cases.database.reading() as session:
        public_id = session.query(Adjustment.public_id).scalar()
    assert "See what is approved" in mei_browser.get(f"/admin/adjustments/{public_id}").text
    assert (
        mei_browser.post(f"/admin/adjustments/{public_id}/edit", GOOD | {"row_version": "1"}).status_code
        == 409
    )
    assert mei_browser.post(f"/admin/adjustments/{public_id}/void").status_code == 409


def test_lists_with_sums_and_downloads(mei_browser: Browser, cases: Cases) -> None:
    cases.draft()
    cases.pending()
    page = mei_browser.get("/admin/adjustments/").text
    assert "A-26-0001" in page
    assert "200.00" in page
    assert "Freight was free." in mei_browser.get("/admin/adjustments/?format=csv").text
    assert "No adjustment in this filter." in mei_browser.get("/admin/adjustments/?tab=posted").text


def test_roles(browser_of: Open, cases: Cases) -> None:
    public_id = cases.draft()
    for part in (AUD, CHEN):
        browser = browser_of(part)
        assert browser.get(f"/admin/adjustments/{public_id}").status_code == 200
        assert "Submit for approval" not in browser.get(f"/admin/adjustments/{public_id}").text
        for act in ("submit", "void", "edit"):
            assert browser.post(f"/admin/adjustments/{public_id}/{act}", GOOD).status_code == 403
        assert browser.get(_new(cases)).status_code == 403
    assert browser_of(PING).get(f"/admin/adjustments/{public_id}").status_code in {403, 404}
    assert browser_of(MEI).get("/admin/adjustments/" + "a" * 22).status_code == 404
