"""Contacts of a customer: added, edited, never another customer's."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.customers.models import Contact
from tests.cast import AUD, MEI, Part
from tests.web.admin.desk import customer_id
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
GIVEN = {
    "name": "Wang Fang",
    "email": "wang@acme.example",
    "language": "zh",
    "wants_statements": "y",
    "is_active": "y",
}


def test_adds_and_edits(browser_of: Open, session: Session) -> None:
    address = f"/admin/customers/{customer_id(session)}/contacts"
    mei = browser_of(MEI)
    assert mei.post(f"{address}/new", GIVEN).status_code == 303
    row = session.scalars(select(Contact)).one()
    assert (row.name, row.wants_statements, row.wants_reminders) == ("Wang Fang", True, False)
    public_id = row.public_id
    session.rollback()
    assert 'value="wang@acme.example"' in mei.get(f"{address}/{public_id}").text
    changed = {"name": "Wang Fang", "email": "wang@acme.example", "language": "en"}
    assert mei.post(f"{address}/{public_id}", changed).status_code == 303
    assert session.scalars(select(Contact.is_active)).one() is False


def test_keeps_what_was_typed_when_it_is_refused(browser_of: Open, session: Session) -> None:
    address = f"/admin/customers/{customer_id(session)}/contacts/new"
    mei = browser_of(MEI)
    refused = mei.post(address, GIVEN | {"email": "not an address"})
    assert refused.status_code == 422
    assert 'value="Wang Fang"' in refused.text
    assert mei.post(address, GIVEN | {"csrf_token": ""}).status_code == 400


def test_a_contact_of_another_customer_is_not_there(browser_of: Open, session: Session) -> None:
    acme, globex = customer_id(session), customer_id(session, "GLOBEX")
    mei = browser_of(MEI)
    mei.post(f"/admin/customers/{acme}/contacts/new", GIVEN)
    public_id = session.scalars(select(Contact.public_id)).one()
    session.rollback()
    assert mei.get(f"/admin/customers/{globex}/contacts/{public_id}").status_code == 404
    assert mei.post(f"/admin/customers/{globex}/contacts/{public_id}", GIVEN).status_code == 404
    assert mei.get(f"/admin/customers/{'u' * 22}/contacts/new").status_code == 404


def test_is_for_clerks(browser_of: Open, session: Session) -> None:
    assert browser_of(AUD).get(f"/admin/customers/{customer_id(session)}/contacts/new").status_code == 403
