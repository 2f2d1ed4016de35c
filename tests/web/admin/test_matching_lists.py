"""Many at once after their sum was seen; unidentified cash by age until identified."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.approvals.models import Approval
from portal.customers.models import Customer
from portal.db import Database
from portal.matching.models import Match, UnidentifiedMoney
from tests.books import Books
from tests.cast import CHEN, MEI
from tests.matching.conftest import Bank
from tests.web.admin.receipts import STORY, URL, form_of, fresh, set_desk
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


@pytest.fixture
def desk(session: Session, books: Callable[[str], Books]) -> tuple[Bank, Books]:
    return set_desk(session, books(STORY))


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


def test_large_unidentified_cash_waits_for_a_second_person(
    browser_of: BrowserOf, session: Session, books: Callable[[str], Books], database: Database
) -> None:
    bank, story = set_desk(session, books(STORY + "    2026-01-07 invoice ACME INV-26-09000 150000.00 CNY"))
    bank.tell("2026-01-22 120000.00 CNY | counter")
    bank.propose()
    session.commit()
    mei, match = browser_of(MEI), fresh(database, bank, 3)
    mei.post(f"{URL}/{match.public_id}/hold", {"verb": "unidentified", "row_version": "1"})
    with database.reading() as reading:
        customer = reading.scalars(select(Customer.public_id).where(Customer.number == "ACME")).one()
    pane = mei.get(f"{URL}/{match.public_id}?customer={customer}").get_data(as_text=True)
    assert "INV-26-09000" in pane
    document = story.public_ids["INV-26-09000"]
    typed = {f"amount-{document}": "120,000.00", "customer": customer, "page": "show"}
    form = form_of(fresh(database, bank, 3), document, **typed)
    assert mei.post(f"{URL}/{match.public_id}/accept", form).status_code == 303
    page = mei.get(f"{URL}/unidentified").get_data(as_text=True)
    assert "Waits for a second person" in page
    assert "Identify" not in page.partition("<main")[2]
    with database.reading() as reading:
        asked = reading.scalars(select(Approval.public_id).where(Approval.kind == "matching.identify")).one()
    chen = browser_of(CHEN)
    shown = chen.get(f"/admin/approvals/{asked}").get_data(as_text=True)
    for words in ("Customer of unidentified cash", "INV-26-09000, open", "→ 30,000.00", "→ 0.00"):
        assert words in shown
    assert chen.post(f"/admin/approvals/{asked}/reject", {"note": "ask the bank"}).status_code == 303
    page = mei.get(f"{URL}/unidentified").get_data(as_text=True)
    assert "ask the bank" in page
    assert "Waits for a second person" not in page
