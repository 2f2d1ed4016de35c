"""Signing the balance: the exact text, once, and never something other than what was on the page."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.confirmations import (
    SignatureDraft,
    confirmation_json,
    default_outcome,
    find_confirmation,
    sign_balance,
    signing_text,
    take_back_answers,
)
from portal.confirmations.models import Confirmation
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.money import Money
from portal.outbox.models import OutboxMessage
from portal.statements import StatementPage, find_statement
from tests.books import Books
from tests.confirmations.test_confirm import dispute
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
STORY = """
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 invoice ACME INV-3 80.00 CNY due 2026-03-12
"""


def draft_of(page: StatementPage, *, outcome: str = "agreed", stated: Money | None = None) -> SignatureDraft:
    return SignatureDraft(
        outcome=outcome, stated=stated, reason="INV-3 is not in our books" if stated else "", signer_name="Ping Zhou",
        job_title="Bookkeeper", signed_text=signing_text(page, outcome=outcome, language="zh", stated=stated).full,
        language="zh", content_hash=page.content_hash, answers_hash=page.answers_hash,
    )  # fmt: skip


@pytest.mark.db
def test_keeps_the_exact_text_and_who_signed_how(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    public_id = sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    view = find_confirmation(session, public_id=public_id, actor=ping)
    assert "人民币叁佰叁拾元伍角整" in view.signed_text
    assert "¥330.50" in view.signed_text
    assert (view.outcome, view.agreed, view.disputed) == ("agreed", Money(33_050, "CNY"), Money(0, "CNY"))
    assert (view.person_email, view.method, view.address) == ("ping@acme.example", "password", "192.0.2.7")
    assert view.local_time == "2026-03-02T10:00:00+08:00"
    assert view.statement_hash == page.content_hash
    assert confirmation_json(view)["closing"] == "330.50"
    assert find_statement(session, public_id=page.public_id, actor=ping).state == "confirmed"


def test_agrees_except_for_what_is_disputed(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    """No peer has it (1): agreed + disputed = closing, the undisputed part is agreed at once."""
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    take_back_answers(session, line_nos=[1], **known)
    dispute(session, page, line_no=1, minor=5_050, actor=ping, now=now)
    page = find_statement(session, public_id=page.public_id, actor=ping)
    assert default_outcome(page) == "agreed-except"
    draft = draft_of(page, outcome="agreed-except")
    public_id = sign_balance(session, public_id=page.public_id, signature=draft, actor=ping, now=now)
    view = find_confirmation(session, public_id=public_id, actor=ping)
    assert (view.agreed, view.disputed) == (Money(28_000, "CNY"), Money(5_050, "CNY"))
    assert view.agreed + view.disputed == view.closing
    assert "人民币贰佰捌拾元整" in view.signed_text
    assert [line.document_no for line in view.open_lines] == ["INV-2"]
    assert find_statement(session, public_id=page.public_id, actor=ping).state == "confirmed-with-exceptions"


def test_disagrees_with_the_customers_own_figure(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    draft = draft_of(page, outcome="disagreed", stated=Money(25_050, "CNY"))
    public_id = sign_balance(session, public_id=page.public_id, signature=draft, actor=ping, now=now)
    view = find_confirmation(session, public_id=public_id, actor=ping)
    assert (view.stated, view.reason) == (Money(25_050, "CNY"), "INV-3 is not in our books")
    assert find_statement(session, public_id=page.public_id, actor=ping).state == "disagreed"


def test_the_text_is_english_without_capital_numerals(page: StatementPage) -> None:
    words = signing_text(page, outcome="agreed", language="en")
    assert words.words == ""
    assert "CNY\u202f330.50" in words.full
    assert "28 February 2026" in words.full


def test_the_signer_gets_the_receipt_by_mail_without_an_amount(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "balance-signed")).one()
    assert (mail.recipient, mail.payload["month"], mail.payload["signed_on"]) == (
        "ping@acme.example", "2026-02", "2026-03-02",
    )  # fmt: skip
    assert "330" not in str(mail.payload)


def test_signing_has_one_audit_row(session: Session, page: StatementPage, ping: Actor, now: datetime) -> None:
    sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    session.commit()
    assert session.scalar(select(func.count()).where(AuditRow.event == "balances.signed")) == 1


@pytest.mark.db
def test_a_signature_never_changes_or_vanishes(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE confirmations SET agreed_minor = 1"))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"answers_hash": "0" * 64}, Conflict),
        ({"signed_text": "We owe you nothing."}, Conflict),
        ({"content_hash": "0" * 64}, Conflict),
        ({"outcome": "agreed-except"}, Invalid),
        ({"outcome": "disagreed"}, Invalid),
        ({"outcome": "perhaps"}, Invalid),
        ({"signer_name": " "}, Invalid),
    ],
)
def test_refuses_what_was_not_on_the_page(
    change: dict[str, Any],
    refusal: type[Exception],
    session: Session,
    page: StatementPage,
    ping: Actor,
    now: datetime,
) -> None:
    draft = replace(draft_of(page), **change)
    with pytest.raises(refusal):
        sign_balance(session, public_id=page.public_id, signature=draft, actor=ping, now=now)


def test_the_text_survives_the_line_ends_of_a_browser(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    draft = draft_of(page)
    posted = replace(draft, signed_text=draft.signed_text.replace("\n", "\r\n") + "\r\n")
    public_id = sign_balance(session, public_id=page.public_id, signature=posted, actor=ping, now=now)
    assert find_confirmation(session, public_id=public_id, actor=ping).signed_text == draft.signed_text


def test_refuses_while_lines_are_unanswered(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    known: dict[str, Any] = {
        "public_id": page.public_id,
        "content_hash": page.content_hash,
        "actor": ping,
        "now": now,
    }
    take_back_answers(session, line_nos=[2], **known)
    page = find_statement(session, public_id=page.public_id, actor=ping)
    with pytest.raises(Invalid, match="1 lines are unanswered"):
        sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)


@pytest.mark.db
def test_refuses_when_a_newer_statement_was_issued_and_says_when(
    session: Session, page: StatementPage, books: BookStory, mei: Actor, ping: Actor, now: datetime
) -> None:
    books("2026-02-27 invoice ACME INV-4 10.00 CNY")
    issue_month(session, month=FEBRUARY, actor=mei, now=now + timedelta(minutes=41))
    with pytest.raises(Conflict, match=r"A newer statement was issued at 10:41\. Nothing was signed\."):
        sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)


def test_a_second_signature_is_refused_and_names_the_first(
    session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    with pytest.raises(Conflict, match=r"Ping Zhou signed this statement at 10:00"):
        sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)


def test_a_nil_statement_is_signed_without_an_answer_to_any_line(
    session: Session, books: BookStory, mei: Actor, bo: Actor, now: datetime
) -> None:
    """No peer has it (19): nil statements are confirmed like any other."""
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    nil = find_statement(session, public_id=statement_of(session, "GLOBEX", "EUR").public_id, actor=bo)
    public_id = sign_balance(session, public_id=nil.public_id, signature=draft_of(nil), actor=bo, now=now)
    assert find_confirmation(session, public_id=public_id, actor=bo).closing == Money(0, "EUR")


def test_a_credit_balance_is_owed_the_other_way(
    session: Session, books: BookStory, mei: Actor, bo: Actor, now: datetime
) -> None:
    books("2026-02-03 receipt GLOBEX RC-7 70.00 EUR")
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    page = find_statement(session, public_id=statement_of(session, "GLOBEX", "EUR").public_id, actor=bo)
    words = signing_text(page, outcome="agreed", language="en")
    assert "you owe us" in words.text
    assert words.figure == "EUR\u202f70.00"


def test_who_may_not_sign(
    session: Session, page: StatementPage, vera: Actor, bo: Actor, mei: Actor, now: datetime
) -> None:
    for actor, refusal in ((vera, NotAllowed), (mei, NotAllowed), (bo, NotFound)):
        with pytest.raises(refusal):
            sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=actor, now=now)


@pytest.mark.db
def test_of_two_people_who_sign_at_the_same_time_one_does(
    database: Database, session: Session, page: StatementPage, ping: Actor, now: datetime
) -> None:
    session.commit()
    session.close()
    gate, outcomes = threading.Barrier(2), []

    def sign() -> None:
        gate.wait()
        try:
            with database.writing() as own:
                sign_balance(own, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
            outcomes.append("signed")
        except Conflict:
            outcomes.append("refused")

    people = [threading.Thread(target=sign) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    with database.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(Confirmation)) == 1
    assert sorted(outcomes) == ["refused", "signed"]
