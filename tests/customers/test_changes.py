"""Addresses and bank details change only with two people, and the old address hears of it (R8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, find_approval, reject
from portal.approvals.models import Approval
from portal.customers import (
    AccountDraft,
    ContactDraft,
    add_contact,
    contacts_of,
    customers_by_number,
    edit_contact,
    pending_changes,
    propose_account,
    propose_email,
)
from portal.customers.models import Contact, CustomerAccount, MasterChange
from portal.errors import Conflict, Invalid, NotAllowed, SecondPersonRequired
from portal.http.mail_texts import render_mail
from portal.outbox.models import OutboxMessage
from portal.reminders.queries import recipients_of

DRAFT = AccountDraft("DE89 3704 0044 0532 0130 00", "Commerzbank", "Acme Trading", "COBADEFFXXX")


def acme(session: Session) -> tuple[int, str]:
    view = customers_by_number(session, ["ACME"])["ACME"]
    return view.id, view.public_id


def contact(session: Session, actor: Actor, now: datetime) -> str:
    draft = ContactDraft("Li Wen", "old@acme.example", language="en")
    return add_contact(session, customer_public_id=acme(session)[1], draft=draft, actor=actor, now=now)


def waiting(session: Session) -> Approval:
    return session.scalars(select(Approval).where(Approval.state == "pending")).one()


def say_yes(session: Session, actor: Actor, now: datetime) -> None:
    row = waiting(session)
    view = find_approval(session, public_id=row.public_id, actor=actor)
    approve(session, public_id=row.public_id, seen_hash=view.content_hash, actor=actor, now=now)


@pytest.mark.db
def test_an_address_changes_by_two_people_and_mail_follows_a_day_later(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = contact(session, mei, now)
    propose_email(session, public_id=public_id, email="new@acme.example", reason="Call", actor=mei, now=now)
    customer_id, _ = acme(session)
    assert contacts_of(session, customer_id)[0].email == "old@acme.example"
    both = replace(mei, permissions=mei.permissions | chen.permissions)
    with pytest.raises(SecondPersonRequired):
        approve(session, public_id=waiting(session).public_id, seen_hash="", actor=both, now=now)
    say_yes(session, chen, now)
    assert contacts_of(session, customer_id)[0].email == "new@acme.example"
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "contact-changed")).one()
    assert told.recipient == "old@acme.example"
    text = render_mail(told, base_url="http://x").text
    assert "new@acme.example" not in text
    assert "another address" in text

    def mails_at(hours: int) -> set[str]:
        found = recipients_of(session, [customer_id], now=now + timedelta(hours=hours))[customer_id]
        return {one.email for one in found if one.reason == "contact"}

    assert mails_at(23) == {"old@acme.example"}
    assert mails_at(24) == {"new@acme.example"}
    session.commit()


def test_refuses_a_second_change_a_taken_address_and_an_edit_past_the_rule(
    session: Session, mei: Actor, aud: Actor, now: datetime
) -> None:
    public_id = contact(session, mei, now)
    ask: dict[str, Any] = {"public_id": public_id, "reason": "Call", "now": now}
    with pytest.raises(NotAllowed):
        propose_email(session, email="x@acme.example", actor=aud, **ask)
    with pytest.raises(Invalid):
        propose_email(session, email="old@acme.example", actor=mei, **ask)
    with pytest.raises(Invalid):
        propose_email(session, public_id=public_id, email="x@acme.example", reason=" ", actor=mei, now=now)
    with pytest.raises(Invalid) as refused:
        edit_contact(
            session, public_id=public_id, draft=ContactDraft("Li Wen", "x@acme.example"), actor=mei, now=now
        )
    assert refused.value.field == "email"
    propose_email(session, email="new@acme.example", actor=mei, **ask)
    with pytest.raises(Conflict):
        propose_email(session, email="newer@acme.example", actor=mei, **ask)


def test_a_refused_change_leaves_all_as_it_was(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = contact(session, mei, now)
    propose_email(session, public_id=public_id, email="new@acme.example", reason="Call", actor=mei, now=now)
    reject(session, public_id=waiting(session).public_id, note="Number unknown", actor=chen, now=now)
    row = session.scalars(select(Contact).where(Contact.public_id == public_id)).one()
    assert (row.email, row.previous_email) == ("old@acme.example", "")
    assert session.scalars(select(MasterChange.state)).one() == "rejected"
    assert pending_changes(session, customer_id=acme(session)[0], actor=mei) == ()


@pytest.mark.db
def test_the_database_refuses_an_account_nobody_approved(session: Session, mei: Actor, now: datetime) -> None:
    customer_id, public_id = acme(session)
    propose_account(session, customer=public_id, draft=DRAFT, reason="Letter", actor=mei, now=now)
    change = session.scalars(select(MasterChange.id)).one()
    row = {
        "public_id": "x" * 22, "customer_id": customer_id, "change_id": change, "account": "1234567", "bank_name": "B",
        "bic": "", "holder": "H", "added_at": now,
    }  # fmt: skip
    with pytest.raises(IntegrityError):
        session.execute(insert(CustomerAccount).values(row))
    session.rollback()


@pytest.mark.parametrize(
    ("account", "field"), [("DE89370400440532013001", "account"), ("12", "account"), ("abc§defgh", "account")]
)
def test_refuses_numbers_that_cannot_be_an_account(
    session: Session, mei: Actor, now: datetime, account: str, field: str
) -> None:
    draft = AccountDraft(account, "Bank", "Acme")
    with pytest.raises(Invalid) as refused:
        propose_account(session, customer=acme(session)[1], draft=draft, reason="x", actor=mei, now=now)
    assert refused.value.field == field
