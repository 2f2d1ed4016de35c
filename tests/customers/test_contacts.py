"""Contacts of customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.customers import ContactDraft, add_contact, contacts_of, customers_by_number, edit_contact
from portal.errors import Conflict, Invalid, NotAllowed, NotFound

LI = ContactDraft("Li Na", "Li.Na@Acme.Example", job_title="Accountant", language="en")


@pytest.fixture
def acme(session: Session) -> tuple[int, str]:
    view = customers_by_number(session, ["ACME"])["ACME"]
    return view.id, view.public_id


def test_adds_and_edits_with_one_audit_row_each(
    session: Session, acme: tuple[int, str], mei: Actor, now: datetime
) -> None:
    public_id = add_contact(session, customer_public_id=acme[1], draft=LI, actor=mei, now=now)
    edit_contact(session, public_id=public_id, draft=replace(LI, phone="123"), actor=mei, now=now)
    edit_contact(session, public_id=public_id, draft=replace(LI, phone="123"), actor=mei, now=now)
    (view,) = contacts_of(session, acme[0])
    assert (view.email, view.phone, view.language) == ("li.na@acme.example", "123", "en")
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert events == ["contacts.added", "contacts.edited"]


def test_inactive_ones_leave_the_list(
    session: Session, acme: tuple[int, str], mei: Actor, now: datetime
) -> None:
    public_id = add_contact(session, customer_public_id=acme[1], draft=LI, actor=mei, now=now)
    edit_contact(session, public_id=public_id, draft=replace(LI, is_active=False), actor=mei, now=now)
    assert contacts_of(session, acme[0]) == ()
    assert len(contacts_of(session, acme[0], include_inactive=True)) == 1


@pytest.mark.parametrize(
    "draft",
    [
        replace(LI, name=" "), replace(LI, language="fr"), replace(LI, email="nobody"), replace(LI, email="a@b"),
        replace(LI, email="a b@c.example"), replace(LI, email="x@y.example\nbcc: z@y.example"),
    ],
)  # fmt: skip
def test_refuses_values_that_cannot_be(
    session: Session, acme: tuple[int, str], mei: Actor, now: datetime, draft: ContactDraft
) -> None:
    with pytest.raises(Invalid):
        add_contact(session, customer_public_id=acme[1], draft=draft, actor=mei, now=now)


def test_refuses_an_address_twice(session: Session, acme: tuple[int, str], mei: Actor, now: datetime) -> None:
    add_contact(session, customer_public_id=acme[1], draft=LI, actor=mei, now=now)
    with pytest.raises(Conflict):
        add_contact(session, customer_public_id=acme[1], draft=LI, actor=mei, now=now)


def test_refuses_the_unknown_and_those_who_only_read(
    session: Session, acme: tuple[int, str], mei: Actor, aud: Actor, now: datetime
) -> None:
    with pytest.raises(NotFound):
        add_contact(session, customer_public_id="unknown", draft=LI, actor=mei, now=now)
    with pytest.raises(NotFound):
        edit_contact(session, public_id="unknown", draft=LI, actor=mei, now=now)
    with pytest.raises(NotAllowed):
        add_contact(session, customer_public_id=acme[1], draft=LI, actor=aud, now=now)
    with pytest.raises(NotAllowed):
        edit_contact(session, public_id="unknown", draft=LI, actor=aud, now=now)
