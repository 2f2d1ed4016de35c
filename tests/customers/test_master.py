"""Bank accounts in use, what waits, and what is pointed out after a change (R8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers import (
    accounts_of,
    bank_alerts,
    propose_account,
    propose_account_end,
)
from portal.errors import Conflict, NotAllowed, NotFound
from portal.http.mail_texts import render_mail
from portal.outbox.models import OutboxMessage
from tests.customers.test_changes import DRAFT, acme, contact, say_yes


@pytest.mark.db
def test_a_bank_account_appears_only_when_approved_and_is_pointed_out(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    customer_id, public_id = acme(session)
    contact(session, mei, now)
    propose_account(session, customer=public_id, draft=DRAFT, reason="Letter", actor=mei, now=now)
    known: dict[str, Any] = {"customer_id": customer_id, "actor": mei}
    assert accounts_of(session, **known) == ()
    assert [one.is_pending for one in bank_alerts(session, now=now, **known)] == [True]
    with pytest.raises(Conflict):
        propose_account(session, customer=public_id, draft=DRAFT, reason="Again", actor=mei, now=now)
    say_yes(session, chen, now)
    (account,) = accounts_of(session, **known)
    assert account.grouped == "DE89 3704 0044 0532 0130 00"
    assert [one.is_pending for one in bank_alerts(session, now=now, **known)] == [False]
    assert bank_alerts(session, now=now + timedelta(days=31), **known) == ()
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "contact-changed")).one()
    text = render_mail(told, base_url="http://x").text
    assert "3000" in text
    assert "DE89" not in text
    propose_account_end(session, public_id=account.public_id, reason="Closed", actor=mei, now=now)
    say_yes(session, chen, now)
    assert accounts_of(session, **known) == ()
    session.commit()


def test_another_company_has_no_such_customer(session: Session, bo: Actor, mei: Actor, now: datetime) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        accounts_of(session, customer_id=acme(session)[0], actor=bo)
