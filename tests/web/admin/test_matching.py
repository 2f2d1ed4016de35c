"""The workbench of matching: who sees it, one act a receipt, what adds up, and that nothing is lost when refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.matching.models import Match, UnidentifiedMoney
from portal.receivables.models import OpenItem
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING
from tests.matching.conftest import Bank
from tests.web.conftest import Browser

Tell = Callable[[str], Books]
BrowserOf = Callable[..., Browser]
URL = "/admin/matching"


@pytest.fixture
def desk(session: Session, books: Tell) -> tuple[Bank, Books]:
    story = books("""
        2026-01-05 invoice ACME INV-26-08812 10000.00 CNY due 2026-02-04 order QH-7781
        2026-01-06 invoice ACME INV-26-08815 500.00 CNY due 2026-02-05
    """)
    bank = Bank(session, datetime.now(UTC) - timedelta(days=1))
    bank.tell("""
        2026-01-20 9985.00 CNY Acme/6222000033 | INV-26-08812 less fee
        2026-01-21 77.77 CNY | cash desk
    """)
    bank.propose()
    session.commit()
    return bank, story


def fresh(database: Database, bank: Bank, number: int) -> Match:
    with database.reading() as reading:
        return reading.scalars(
            select(Match).where(Match.bank_line_id == bank.lines[number - 1], Match.state != "undone")
        ).one()


def form_of(match: Match, *picks: str, **more: str) -> dict[str, object]:
    return {"row_version": str(match.row_version), "pick": list(picks), "rest": "", "act": "accept", **more}


def test_shows_the_receipts_and_why(browser_of: BrowserOf, desk: tuple[Bank, Books]) -> None:
    page = browser_of(MEI).get(f"{URL}?at={desk[0].match(1).public_id}")
    desk[0].session.rollback()
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "INV-26-08812" in text
    assert "9,985.00" in text
    assert "1002 Bank" in text


@pytest.mark.parametrize(("part", "status"), [(MEI, 200), (CHEN, 200), (AUD, 200), (PING, 403)])
def test_only_staff_with_books_see_it(
    browser_of: BrowserOf, desk: tuple[Bank, Books], part: object, status: int
) -> None:
    browser = browser_of(part)
    for path in ("", "/history", "/unidentified", "/rules"):
        assert browser.get(URL + path).status_code == status


def test_accepts_and_goes_to_the_next(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, story = desk
    match = fresh(database, bank, 1)
    following = fresh(database, bank, 2).public_id
    answer = browser_of(MEI).post(
        f"{URL}/{match.public_id}/accept",
        form_of(match, story.public_ids["INV-26-08812"], rest="fee", next=following, tab="open"),
    )
    assert answer.status_code == 303
    assert following in answer.headers["Location"]
    with database.reading() as reading:
        assert reading.get_one(OpenItem, story.ids["INV-26-08812"]).open_minor == 0


def test_says_what_is_left_and_keeps_what_was_typed(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, story = desk
    match = fresh(database, bank, 1)
    document = story.public_ids["INV-26-08812"]
    answer = browser_of(MEI).post(
        f"{URL}/{match.public_id}/accept", form_of(match, document, **{f"amount-{document}": "9,990.00"})
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "5.00 left: choose fee, discount, advance or part." in text
    assert "9,990.00" in text
    assert fresh(database, bank, 1).state == "proposed"


def test_auditors_look_and_cannot_act(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    match = fresh(database, desk[0], 1)
    aud = browser_of(AUD)
    assert aud.post(f"{URL}/{match.public_id}/accept", form_of(match)).status_code == 403
    assert aud.post(f"{URL}/{match.public_id}/hold", {"verb": "park", "reason": "x"}).status_code == 403
    assert 'data-key="a"' not in aud.get(f"{URL}?at={match.public_id}").get_data(as_text=True)


def test_parks_with_a_reason_and_brings_back(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, _story = desk
    mei = browser_of(MEI)
    match = fresh(database, bank, 2)
    url = f"{URL}/{match.public_id}/hold"
    assert mei.post(url, {"verb": "park", "row_version": "1", "reason": ""}).status_code == 422
    assert mei.post(url, {"verb": "park", "row_version": "1", "reason": "asked the desk"}).status_code == 303
    assert fresh(database, bank, 2).state == "parked"
    assert "asked the desk" in mei.get(f"{URL}?tab=parked").get_data(as_text=True)
    assert mei.post(url, {"verb": "resume", "row_version": "2"}).status_code == 303
    assert mei.post(url, {"verb": "resume", "row_version": "9"}).status_code == 409
    assert mei.post(url, {"verb": "dance", "row_version": "3"}).status_code == 400


def test_unidentified_cash_is_listed_by_age_and_identified(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, _story = desk
    mei = browser_of(MEI)
    match = fresh(database, bank, 2)
    mei.post(f"{URL}/{match.public_id}/hold", {"verb": "unidentified", "row_version": "1"})
    page = mei.get(f"{URL}/unidentified").get_data(as_text=True)
    assert "77.77" in page
    assert "cash desk" in page
    with database.reading() as reading:
        from portal.customers.models import Customer

        customer = reading.scalars(select(Customer.public_id).where(Customer.number == "ACME")).one()
    answer = mei.post(
        f"{URL}/{match.public_id}/accept",
        {"row_version": "2", "customer": customer, "act": "advance", "page": "show"},
    )
    assert answer.status_code == 303
    with database.reading() as reading:
        assert reading.scalars(select(UnidentifiedMoney.state)).all() == ["identified"]


def test_bulk_lists_what_it_will_do_with_its_sum(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, _story = desk
    with database.writing() as writing:
        match = writing.scalars(select(Match).where(Match.bank_line_id == bank.lines[0])).one()
        match.confidence_bp = 9900
    mei = browser_of(MEI)
    page = mei.get(f"{URL}/sure").get_data(as_text=True)
    assert "9,985.00" in page
    match = fresh(database, bank, 1)
    answer = mei.post(f"{URL}/sure", {"row": [f"{match.public_id}.{match.row_version}"]})
    assert answer.status_code == 303
    assert fresh(database, bank, 1).decided_how == "hand"


def test_an_approver_undoes_and_a_clerk_asks(
    browser_of: BrowserOf, desk: tuple[Bank, Books], database: Database
) -> None:
    bank, story = desk
    match = fresh(database, bank, 1)
    mei, chen = browser_of(MEI), browser_of(CHEN)
    mei.post(f"{URL}/{match.public_id}/accept", form_of(match, story.public_ids["INV-26-08812"], rest="fee"))
    assert mei.post(f"{URL}/undo-last").status_code == 303
    assert fresh(database, bank, 1).state == "posted"
    assert chen.post(f"{URL}/{match.public_id}/undo", {"reason": ""}).status_code == 422
    assert chen.post(f"{URL}/{match.public_id}/undo", {"reason": "wrong"}).status_code == 303
    assert fresh(database, bank, 1).state == "proposed"


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
    from portal.approvals.models import Approval

    with database.reading() as reading:
        waiting = reading.scalars(select(Approval).where(Approval.kind == "matching.rules")).one()
    page = chen.get(f"/admin/approvals/{waiting.public_id}")
    assert page.status_code == 200
    answer = chen.post(f"/admin/approvals/{waiting.public_id}/approve", {"seen_hash": waiting.content_hash})
    assert answer.status_code in {302, 303}, answer.get_data(as_text=True)
    assert "Active: version 1" in mei.get(f"{URL}/rules").get_data(as_text=True)
