"""A statement, and somebody who signed it and left traces before they are erased."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor, SecurityNote, make_link, note_security
from portal.confirmations import sign_balance
from portal.customers import ContactDraft, add_contact, customers_by_number
from portal.statements import StatementPage
from tests.confirmations.conftest import page
from tests.confirmations.test_sign import draft_of

__all__ = ["page", "receipt"]


@pytest.fixture
def receipt(session: Session, page: StatementPage, ping: Actor, mei: Actor, now: datetime) -> str:
    """Ping signed a statement, got mail and left traces everywhere."""
    public_id = sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    customer = customers_by_number(session, ["ACME"])["ACME"]
    draft = ContactDraft("Ping Zhou", ping.email, phone="+86 10 5555", language="zh")
    add_contact(session, customer_public_id=customer.public_id, draft=draft, actor=mei, now=now)
    make_link(session, path="/statements", label={}, customer_id=customer.id, recipient=ping.email, now=now)
    note_security(session, SecurityNote("sign-in.succeeded", ping.person_id, "192.0.2.7"), now=now)
    session.commit()
    return public_id
