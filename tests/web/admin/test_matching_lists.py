"""Many at once after their sum was seen; unidentified cash by age until identified."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.customers.models import Customer
from portal.db import Database
from portal.matching.models import Match, UnidentifiedMoney
from tests.books import Books
from tests.cast import MEI
from tests.matching.conftest import Bank
from tests.web.admin.receipts import STORY, URL, fresh, set_desk
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
