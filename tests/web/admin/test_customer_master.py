"""Addresses and bank details of a customer change by two people."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.customers.models import Contact, CustomerAccount, MasterChange
from tests.cast import CHEN, MEI, Part
from tests.web.admin.desk import address, approve_only, ask
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def test_an_address_and_an_account_change_by_two_people(browser_of: Open, session: Session) -> None:
    mei, chen, base = browser_of(MEI), browser_of(CHEN), address(session)
    given = {"name": "Li Wen", "email": "old@acme.example", "language": "en", "is_active": "y"}
    mei.post(f"{base}/contacts/new", given)
    (contact,) = ask(session, select(Contact.public_id))
    assert mei.post(f"{base}/contacts/{contact}", given | {"email": "new@acme.example"}).status_code == 422
    change = f"{base}/contacts/{contact}/email"
    refused = mei.post(change, {"email": "new@acme.example", "reason": ""})
    assert refused.status_code == 422
    assert 'value="new@acme.example"' in refused.text
    assert mei.post(change, {"email": "new@acme.example", "reason": "Call back"}).status_code == 303
    page = approve_only(chen, session)
    assert "old@acme.example → new@acme.example" in page
    assert "Call back" in page
    assert ask(session, select(Contact.email)) == ["new@acme.example"]
    account = {"account": "DE89370400440532013000", "bank_name": "Bank", "holder": "Acme", "reason": "Letter"}
    assert (
        mei.post(f"{base}/accounts/new", account | {"account": "DE00370400440532013000"}).status_code == 422
    )
    assert mei.post(f"{base}/accounts/new", account).status_code == 303
    assert "waits for approval" in mei.get(f"{base}?lang=en").text
    approve_only(chen, session)
    assert "Bank details changed" in mei.get(f"{base}?lang=en").text
    (public_id,) = ask(session, select(CustomerAccount.public_id))
    assert mei.get(f"{base}/accounts/{public_id}/end").status_code == 200
    assert mei.post(f"{base}/accounts/{public_id}/end", {"reason": "Closed"}).status_code == 303
    approve_only(chen, session)
    assert ask(session, select(CustomerAccount.ended_at)) != [None]
    assert len(ask(session, select(MasterChange.id).where(MasterChange.state == "approved"))) == 3


def test_an_account_of_another_customer_is_not_there(browser_of: Open, session: Session) -> None:
    base = address(session)
    for path in (f"{base}/accounts/{'x' * 22}/end", f"{base}/contacts/{'x' * 22}/email"):
        assert browser_of(MEI).get(path).status_code == 404
