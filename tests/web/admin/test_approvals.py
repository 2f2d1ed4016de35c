"""Staff pages of approvals over HTTP: two people, exactly what was seen, exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from portal.adjustments.models import Adjustment
from portal.approvals.models import Approval
from portal.db import Database
from portal.disputes.models import Dispute
from tests.cast import AUD, CHEN, MEI, PING, SEC, Part
from tests.web.admin.cases import Cases, make_cases
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture
def cases(database: Database) -> Cases:
    """Two invoices of the same goods."""
    return make_cases(database)


def _hash(browser: Browser, approval: str) -> str:
    found = re.search(
        r'name="seen_hash" value="([0-9a-f]{64})"', browser.get(f"/admin/approvals/{approval}").text
    )
    assert found
    return found[1]


def test_the_second_person_sees_entry_changes_and_checks(browser_of: Open, cases: Cases) -> None:
    _, approval = cases.submitted()
    page = browser_of(CHEN).get(f"/admin/approvals/{approval}").text
    for words in (
        "Approve and post 1,130.00", "6001 Income", "2221.01.01 Output VAT", "1122 Accounts receivable",
        "CNY, balanced", "Customer balance", "Of it disputed", "Not prepared by you", "Unchanged since prepared",
        "4 of 5 facts are the same", "Billed twice.",
    ):  # fmt: skip
        assert words in page


def test_approving_posts_and_tells_everyone(browser_of: Open, cases: Cases) -> None:
    dispute, approval = cases.submitted()
    chen = browser_of(CHEN)
    answer = chen.post(f"/admin/approvals/{approval}/approve", {"seen_hash": _hash(chen, approval)})
    assert answer.status_code == 303
    assert cases.state(Dispute, dispute) == "resolved"
    assert cases.credit_notes() == ["CN-26-0001"]
    assert "CN-26-0001" in browser_of(PING).get(f"/disputes/{dispute}").text
    again = chen.post(f"/admin/approvals/{approval}/approve", {"seen_hash": "0" * 64})
    assert again.status_code == 409
    assert cases.credit_notes() == ["CN-26-0001"]


def test_the_maker_finds_no_button_and_is_refused(browser_of: Open, cases: Cases) -> None:
    """Requirement 0-7, security case D30: 403."""
    _, approval = cases.pending()
    mei = browser_of(MEI)
    page = mei.get(f"/admin/approvals/{approval}").text
    assert "You prepared this. Someone else must approve it." in page
    assert "Approve and post" not in page
    assert mei.post(f"/admin/approvals/{approval}/approve", {"seen_hash": "x"}).status_code == 403
    assert cases.credit_notes() == []


def test_another_hash_than_seen_posts_nothing(browser_of: Open, cases: Cases) -> None:
    """Separation rule R6."""
    _, approval = cases.pending()
    answer = browser_of(CHEN).post(f"/admin/approvals/{approval}/approve", {"seen_hash": "0" * 64})
    assert answer.status_code == 409
    assert cases.state(Approval, approval) == "pending"


def test_sending_back_needs_a_reason(browser_of: Open, cases: Cases) -> None:
    adjustment, approval = cases.pending()
    chen = browser_of(CHEN)
    assert 'name="note"' in chen.get(f"/admin/approvals/{approval}?back=1").text
    assert chen.post(f"/admin/approvals/{approval}/reject", {"note": " "}).status_code == 422
    assert chen.post(f"/admin/approvals/{approval}/reject", {"note": "Wrong period"}).status_code == 303
    assert cases.state(Adjustment, adjustment) == "rejected"
    assert "Wrong period" in browser_of(MEI).get(f"/admin/adjustments/{adjustment}").text


def test_the_maker_takes_it_back(browser_of: Open, cases: Cases) -> None:
    dispute, approval = cases.submitted()
    assert browser_of(MEI).post(f"/admin/approvals/{approval}/withdraw").status_code == 303
    assert cases.state(Dispute, dispute) == "accepted"


def test_lists_what_waits_and_pages_through_it(browser_of: Open, cases: Cases) -> None:
    _, first = cases.pending()
    _, second = cases.submitted()
    chen = browser_of(CHEN)
    listed = chen.get("/admin/approvals/").text
    assert f"/admin/approvals/{first}" in listed
    assert "Credit note for INV-2" in listed
    assert f"/admin/approvals/{first}" in chen.get(f"/admin/approvals/{second}").text
    assert "100.00" in chen.get("/admin/approvals/?format=csv").text
    assert "Nothing waits for you." in chen.get("/admin/approvals/?tab=rejected").text


def test_readers_look_and_strangers_do_not(browser_of: Open, cases: Cases) -> None:
    _, approval = cases.pending()
    assert browser_of(AUD).get(f"/admin/approvals/{approval}").status_code == 200
    assert browser_of(AUD).post(f"/admin/approvals/{approval}/approve", {"seen_hash": "x"}).status_code == 403
    assert browser_of(SEC).get(f"/admin/approvals/{approval}").status_code == 403
    assert browser_of(PING).get(f"/admin/approvals/{approval}").status_code in {403, 404}
    assert browser_of(CHEN).get("/admin/approvals/" + "a" * 22).status_code == 404


def test_twenty_approvals_over_http_post_once(browser_of: Open, cases: Cases) -> None:
    """Security case D27 over HTTP: one success, the others 409, never a 5xx."""
    _, approval = cases.pending()
    browsers = [browser_of(CHEN) for _ in range(20)]
    seen = _hash(browsers[0], approval)
    start = Barrier(len(browsers))

    def press(browser: Browser) -> int:
        start.wait()
        return browser.post(f"/admin/approvals/{approval}/approve", {"seen_hash": seen}).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = sorted(pool.map(press, browsers))
    assert answers == [303] + [409] * 19
    assert cases.credit_notes() == ["CN-26-0001"]
