"""Staff pages of disputes over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.attachments import keep_files_in
from portal.db import Database
from portal.disputes.models import Dispute
from portal.settings import Settings
from tests.cast import AUD, CHEN, MEI, PING, SEC, Part
from tests.web.admin.cases import Cases, make_cases
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture
def cases(database: Database, settings: Settings) -> Cases:
    """Two invoices of the same goods."""
    keep_files_in(database, settings)
    return make_cases(database)


@pytest.fixture
def mei_browser(browser_of: Open) -> Browser:
    """Mei, the clerk."""
    return browser_of(MEI)


def test_shows_documents_side_by_side_and_the_talk(mei_browser: Browser, cases: Cases) -> None:
    page = mei_browser.get(f"/admin/disputes/{cases.open()}").text
    assert "INV-2 was billed twice" in page
    assert "4 of 5 facts are the same" in page
    assert "Billed twice." in page
    assert "Send proposal" in page


def test_lists_tabs_search_and_download(mei_browser: Browser, cases: Cases) -> None:
    cases.open()
    assert "D-26-0001" in mei_browser.get("/admin/disputes/").text
    assert "No dispute in this filter." in mei_browser.get("/admin/disputes/?q=nothing").text
    assert "1130.00" in mei_browser.get("/admin/disputes/?tab=all&format=csv").text
    assert mei_browser.get("/admin/disputes/?tab=all&format=xlsx").data[:2] == b"PK"
    assert mei_browser.get("/admin/disputes/?sort=state;--").status_code == 400


def test_notes_show_only_under_all(mei_browser: Browser, browser_of: Open, cases: Cases) -> None:
    public_id = cases.open()
    answer = mei_browser.post(f"/admin/disputes/{public_id}/note", {"text": "Salt Lake"})
    assert answer.status_code == 303
    assert "Salt Lake" in mei_browser.get(f"/admin/disputes/{public_id}").text
    assert "Salt Lake" not in mei_browser.get(f"/admin/disputes/{public_id}?as=customer").text
    assert "Salt Lake" not in browser_of(PING).get(f"/disputes/{public_id}").text


def test_proposing_gives_the_customer_the_turn(mei_browser: Browser, cases: Cases) -> None:
    public_id = cases.open()
    values = {
        "resolution": "credit_note",
        "approved": "1,000",
        "explanation": "Most of it.",
        "root_cause": "duplicate",
    }
    assert mei_browser.post(f"/admin/disputes/{public_id}/propose", values).status_code == 303
    assert cases.state(Dispute, public_id) == "proposed"


@pytest.mark.parametrize(
    ("act", "values", "said"),
    [
        (
            "propose",
            {"resolution": "credit_note", "approved": "1130.01", "explanation": "x"},
            "must be between",
        ),
        ("propose", {"resolution": "credit_note", "approved": "1", "explanation": ""}, "This is needed."),
        (
            "propose",
            {"resolution": "explanation", "approved": "1", "explanation": "x"},
            "the amount must be 0",
        ),
        ("reply", {"text": ""}, "Write a few words."),
        ("move", {"act": "ask", "why": ""}, "Write a few words."),
    ],
)
def test_says_what_is_wrong(
    mei_browser: Browser, cases: Cases, act: str, values: dict[str, str], said: str
) -> None:
    public_id = cases.open()
    answer = mei_browser.post(f"/admin/disputes/{public_id}/{act}", values)
    assert answer.status_code == 422
    assert said in answer.text
    assert cases.state(Dispute, public_id) == "acknowledged"


@pytest.mark.parametrize(
    ("act", "state"), [("ask", "waiting_customer"), ("hold", "waiting_internal"), ("escalate", "escalated")]
)
def test_other_steps(mei_browser: Browser, cases: Cases, act: str, state: str) -> None:
    public_id = cases.open()
    answer = mei_browser.post(f"/admin/disputes/{public_id}/move", {"act": act, "why": "Which delivery?"})
    assert answer.status_code == 303
    assert cases.state(Dispute, public_id) == state


def test_handing_over(mei_browser: Browser, cases: Cases) -> None:
    public_id = cases.open()
    answer = mei_browser.post(f"/admin/disputes/{public_id}/assign", {"owner": "", "department": "sales"})
    assert answer.status_code == 303
    assert "Sales" in mei_browser.get(f"/admin/disputes/{public_id}").text


def test_an_accepted_credit_is_submitted_in_one_click(mei_browser: Browser, cases: Cases) -> None:
    public_id = cases.accepted()
    assert "Submit for approval" in mei_browser.get(f"/admin/disputes/{public_id}").text
    assert mei_browser.post(f"/admin/disputes/{public_id}/settle").status_code == 303
    assert cases.state(Dispute, public_id) == "pending_approval"
    page = mei_browser.get(f"/admin/disputes/{public_id}").text
    assert "Someone else must approve it." in page
    assert mei_browser.post(f"/admin/disputes/{public_id}/settle").status_code == 409


def test_a_closed_posting_date_is_said_at_once(mei_browser: Browser, browser_of: Open, cases: Cases) -> None:
    public_id = cases.accepted()
    answer = mei_browser.post(f"/admin/disputes/{public_id}/settle", {"posting_on": "2026-02-30"})
    assert answer.status_code == 422
    assert cases.state(Dispute, public_id) == "accepted"


def test_staff_record_a_dispute_on_behalf(mei_browser: Browser, cases: Cases) -> None:
    address = f"/admin/disputes/new?document={cases.books.public_ids['INV-1']}"
    assert "On" in mei_browser.get(address).text
    answer = mei_browser.post(address, {"reason": "NRC", "amount": "30", "text": "By phone."})
    assert answer.status_code == 303
    assert "on the customer’s behalf" in mei_browser.get(answer.location).text


def test_roles_see_what_they_may(browser_of: Open, cases: Cases) -> None:
    public_id = cases.open()
    for part, status in ((AUD, 200), (CHEN, 200), (SEC, 403), (PING, 404)):
        got = browser_of(part).get(f"/admin/disputes/{public_id}").status_code
        assert got == status or (part is PING and got == 403)
    page = browser_of(AUD).get(f"/admin/disputes/{public_id}").text
    for button in ("Send proposal", "Keep as internal note", "Hand over"):
        assert button not in page
    for act in ("reply", "note", "propose", "move", "assign", "settle"):
        assert browser_of(AUD).post(f"/admin/disputes/{public_id}/{act}", {"text": "x"}).status_code == 403
    assert cases.state(Dispute, public_id) == "acknowledged"


def test_unknown_disputes_are_not_found(mei_browser: Browser) -> None:
    assert mei_browser.get("/admin/disputes/" + "a" * 22).status_code == 404
    assert mei_browser.post("/admin/disputes/" + "a" * 22 + "/reply", {"text": "x"}).status_code == 404
