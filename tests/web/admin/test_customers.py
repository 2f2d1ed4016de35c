"""Staff look after customers: find, create, edit what nobody changed meanwhile, archive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, SEC, Part
from tests.web.admin.desk import STORY, customer_id
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
NEW = {
    "number": "C-9", "name": "北岸包装", "name_en": "Northquay", "currency": "cny",
    "terms_days": "45", "language": "zh",
    "credit_limit": "1,000,000", "row_version": "1",
}  # fmt: skip


def test_lists_customers_with_balances_and_finds_by_pinyin(
    browser_of: Open, session: Session, books: Callable[[str], Books]
) -> None:
    books(STORY)
    session.commit()
    mei = browser_of(MEI)
    page = mei.get("/admin/customers").text
    assert "Acme Trading" in page
    assert "220.50" in page
    mei.post("/admin/customers/new", NEW)
    found = mei.get("/admin/customers?q=beian").text
    assert "Northquay" in found
    assert "Acme Trading" not in found
    assert "999.99" in mei.get("/admin/customers?format=csv").text


def test_shows_the_whole_story_of_one(
    browser_of: Open, session: Session, books: Callable[[str], Books]
) -> None:
    acme = books(STORY)
    session.commit()
    page = browser_of(AUD).get(f"/admin/customers/{customer_id(session)}").text
    assert f"/admin/documents/{acme.public_ids['INV-1']}" in page
    assert "No open dispute." in page
    assert "Archive" not in page


def test_creates_with_an_owner_and_keeps_what_was_typed(
    browser_of: Open, session: Session, mei: Actor
) -> None:
    session.rollback()
    browser = browser_of(MEI)
    assert browser.post("/admin/customers/new", NEW | {"owner": mei.public_id}).status_code == 303
    made = session.scalars(select(Customer).where(Customer.number == "C-9")).one()
    assert (made.owner_id, made.currency, made.credit_limit_minor) == (mei.person_id, "CNY", 100_000_000)
    session.rollback()
    again = browser.post("/admin/customers/new", NEW)
    assert again.status_code == 422
    assert 'value="Northquay"' in again.text
    assert (
        browser.post("/admin/customers/new", NEW | {"number": "C-10", "credit_limit": "much"}).status_code
        == 422
    )
    assert browser.post("/admin/customers/new", NEW | {"csrf_token": ""}).status_code == 400


def test_refuses_an_edit_of_an_older_version(browser_of: Open, session: Session) -> None:
    address = f"/admin/customers/{customer_id(session)}/edit"
    mei = browser_of(MEI)
    assert 'value="Acme Trading"' in mei.get(address).text
    given = NEW | {"number": "ACME", "name_en": "Acme Renamed", "mail_domains": "acme.example"}
    assert mei.post(address, given).status_code == 303
    assert mei.post(address, given | {"name_en": "Too late"}).status_code == 409
    row = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
    assert (row.name_en, row.mail_domains) == ("Acme Renamed", "acme.example")


def test_keeps_the_owner_and_limit_of_a_customer_that_is_edited(
    browser_of: Open, session: Session, mei: Actor
) -> None:
    session.execute(update(Customer).where(Customer.number == "ACME").values(owner_id=mei.person_id))
    session.commit()
    page = browser_of(MEI).get(f"/admin/customers/{customer_id(session)}/edit").text
    assert f'selected value="{mei.public_id}"' in page


def test_archives_and_takes_back(browser_of: Open, session: Session) -> None:
    public_id = customer_id(session)
    mei = browser_of(MEI)
    assert mei.post(f"/admin/customers/{public_id}/archive").status_code == 303
    assert "Archived" in mei.get(f"/admin/customers/{public_id}").text
    assert mei.post(f"/admin/customers/{public_id}/archive").status_code == 303
    assert session.scalars(select(Customer.archived_at).where(Customer.number == "ACME")).one() is None


@pytest.mark.parametrize("part", [CHEN, AUD, SEC, PING], ids=lambda part: part.role)
def test_only_clerks_change_customers(browser_of: Open, session: Session, part: Part) -> None:
    public_id = customer_id(session)
    browser = browser_of(part)
    for path in ("new", f"{public_id}/edit"):
        assert browser.get(f"/admin/customers/{path}").status_code == 403
    assert browser.post(f"/admin/customers/{public_id}/archive").status_code == 403
    seen = browser.get(f"/admin/customers/{public_id}").status_code
    assert seen == (200 if part in {CHEN, AUD} else 403)


def test_an_unknown_one_is_not_there(browser_of: Open) -> None:
    assert browser_of(MEI).get(f"/admin/customers/{'u' * 22}").status_code == 404
