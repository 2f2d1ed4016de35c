"""What an approver reads of a request: words and values, before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.views.approval_facts import KIND_WORDS, asked_facts, asked_title, files_subject
from portal.access import Actor
from portal.approvals import ApprovalView, find_approval
from portal.approvals.models import Approval
from portal.customers import (
    AccountDraft,
    ColleagueDraft,
    ContactDraft,
    add_contact,
    customers_by_number,
    invite_colleague,
    propose_account,
    propose_email,
)
from portal.i18n import translator

EN = translator("en")


def waiting(session: Session, actor: Actor) -> ApprovalView:
    public_id = session.scalars(select(Approval.public_id).order_by(Approval.id.desc())).first()
    return find_approval(session, public_id=public_id or "", actor=actor)


def test_a_change_of_address_shows_before_and_after(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    acme = customers_by_number(session, ["ACME"])["ACME"].public_id
    draft = ContactDraft("Li Wen", "old@acme.example", language="en")
    contact = add_contact(session, customer_public_id=acme, draft=draft, actor=mei, now=now)
    propose_email(
        session, public_id=contact, email="new@acme.example", reason="Call back", actor=mei, now=now
    )
    facts = dict(asked_facts(waiting(session, chen), EN))
    assert facts["E-mail"] == "old@acme.example → new@acme.example"
    assert facts["How we know"] == "Call back"


def test_new_bank_details_show_every_part_and_no_files(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    acme = customers_by_number(session, ["ACME"])["ACME"].public_id
    account = AccountDraft("DE89370400440532013000", "Commerzbank", "Acme Trading", "COBADEFFXXX")
    propose_account(session, customer=acme, draft=account, reason="Letter", actor=mei, now=now)
    view = waiting(session, chen)
    facts = dict(asked_facts(view, EN))
    assert (facts["Bank"], facts["BIC"], facts["Account holder"]) == (
        "Commerzbank", "COBADEFFXXX", "Acme Trading",
    )  # fmt: skip
    assert "Accounts known so far" not in facts
    assert files_subject(view) is None


def test_a_sign_in_is_told_by_name_address_and_role(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    draft = ColleagueDraft("new@acme.example", "New One", "confirmer")
    customer_id = customers_by_number(session, ["ACME"])["ACME"].id
    invite_colleague(session, customer_id=customer_id, draft=draft, actor=mei, now=now)
    view = waiting(session, chen)
    facts = dict(asked_facts(view, EN))
    assert (facts["Name"], facts["E-mail"]) == ("New One", "new@acme.example")
    assert asked_title(view, EN) == "Sign-in for New One"
    assert "Reach" not in facts
    other = replace(view, kind="adjustments.post")
    assert other.kind not in KIND_WORDS
    assert (asked_facts(other, EN), asked_title(other, EN)) == ([], "")
