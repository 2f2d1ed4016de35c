"""Posting documents: who may, what is refused, what the database refuses, what else moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit.models import AuditRow
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired
from portal.ledger import PeriodClosed, close_period, default_entity
from portal.money import Money
from portal.receivables import (
    Application,
    DocumentDraft,
    DuplicateDocument,
    LineDraft,
    OverApplied,
    post_document,
    post_documents,
)
from portal.receivables.models import Allocation, Document, MonthBalance, OpenItem
from tests.books import Books

Tell = Callable[[str], Books]
SYSTEM = system_actor("test")


def customer(session: Session, number: str = "ACME") -> Customer:
    return session.scalars(select(Customer).where(Customer.number == number)).one()


@pytest.fixture
def draft(session: Session) -> DocumentDraft:
    return DocumentDraft(
        entity_id=default_entity(session).id, customer_id=customer(session).id, kind="invoice", document_no="INV-1",
        currency="CNY", amount_minor=10000, document_on=date(2026, 1, 5),
    )  # fmt: skip


def opened(session: Session, document_id: int) -> int:
    return session.scalars(select(OpenItem.open_minor).where(OpenItem.document_id == document_id)).one()


def test_a_clerk_posts_an_invoice(session: Session, draft: DocumentDraft, mei: Actor, now: datetime) -> None:
    document_id = post_document(session, draft=draft, actor=mei, now=now)
    row = session.get_one(Document, document_id)
    assert (row.amount_minor, row.balance_minor, row.posting_on) == (10000, 10000, date(2026, 1, 5))
    assert (row.created_by_id, opened(session, document_id)) == (mei.person_id, 10000)


def test_each_document_leaves_one_audit_row(
    session: Session, draft: DocumentDraft, mei: Actor, now: datetime
) -> None:
    drafts = [draft, replace(draft, document_no="INV-2")]
    post_documents(session, drafts, actor=mei, now=now)
    session.commit()
    rows = session.execute(select(AuditRow.event, AuditRow.customer_id).order_by(AuditRow.number)).all()
    assert rows == [("documents.posted", draft.customer_id)] * 2


@pytest.mark.parametrize("who", ["aud", "ping"])
def test_refuses_those_who_only_read(
    request: pytest.FixtureRequest, session: Session, draft: DocumentDraft, now: datetime, who: str
) -> None:
    with pytest.raises(NotAllowed):
        post_document(session, draft=draft, actor=request.getfixturevalue(who), now=now)


@pytest.mark.parametrize("kind", ["credit_note", "refund", "adjustment", "write_off", "opening_balance"])
def test_refuses_a_clerk_alone_what_needs_two_people(
    session: Session, draft: DocumentDraft, mei: Actor, now: datetime, kind: str
) -> None:
    with pytest.raises(SecondPersonRequired):
        post_document(session, draft=replace(draft, kind=kind), actor=mei, now=now)


@pytest.mark.parametrize("kind", ["credit_note", "write_off"])
def test_posts_them_for_the_second_person(
    session: Session, draft: DocumentDraft, chen: Actor, now: datetime, kind: str
) -> None:
    assert post_document(session, draft=replace(draft, kind=kind), actor=chen, now=now)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "bill"}, "kind"),
        ({"document_no": " "}, "document_no"),
        ({"document_no": "X" * 81}, "document_no"),
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -1}, "amount"),
        ({"amount_minor": 10**17}, "amount"),
        ({"tax_minor": 10001}, "tax_amount"),
        ({"tax_minor": -1}, "tax_amount"),
        ({"lines": (LineDraft("ball screw", 9999),)}, "amount"),
    ],
)
def test_refuses_what_no_document_can_be(
    session: Session, draft: DocumentDraft, mei: Actor, now: datetime, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        post_document(session, draft=replace(draft, **change), actor=mei, now=now)
    assert refusal.value.field == field


def test_refuses_a_second_document_of_the_same_kind_and_number(
    session: Session, draft: DocumentDraft, mei: Actor, now: datetime
) -> None:
    post_document(session, draft=draft, actor=mei, now=now)
    with pytest.raises(DuplicateDocument):
        post_document(session, draft=draft, actor=mei, now=now)
    with pytest.raises(DuplicateDocument):
        post_documents(session, [replace(draft, document_no="X")] * 2, actor=mei, now=now)
    assert post_document(session, draft=replace(draft, kind="receipt"), actor=mei, now=now)


@pytest.mark.db
def test_refuses_a_closed_period(
    session: Session, draft: DocumentDraft, mei: Actor, chen: Actor, now: datetime
) -> None:
    close_period(session, month=date(2026, 1, 1), actor=chen, now=now)
    with pytest.raises(PeriodClosed):
        post_document(session, draft=draft, actor=mei, now=now)
    later = replace(draft, posting_on=date(2026, 2, 1))
    assert post_document(session, draft=later, actor=mei, now=now)


def test_the_sellers_time_zone_decides_the_day() -> None:
    from portal.clock import business_day

    instant = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
    assert business_day(instant, "Asia/Shanghai") == date(2026, 2, 1)
    assert business_day(instant, "Europe/Berlin") == date(2026, 1, 31)


def test_a_partial_payment_leaves_the_rest_open(session: Session, books: Tell) -> None:
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 30.00 CNY pays INV-1
    """)
    assert opened(session, story.ids["INV-1"]) == 7000
    assert opened(session, story.ids["R-1"]) == 0


def test_one_payment_settles_several_invoices_in_the_given_order(session: Session, books: Tell) -> None:
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-06 invoice ACME INV-2 100.00 CNY
        2026-01-20 receipt ACME R-1 150.00 CNY pays INV-2:100.00;INV-1
    """)
    assert [opened(session, story.ids[no]) for no in ("INV-1", "INV-2", "R-1")] == [5000, 0, 0]
    rows = session.execute(select(Allocation.debit_id, Allocation.amount_minor).order_by(Allocation.id)).all()
    assert rows == [(story.ids["INV-2"], 10000), (story.ids["INV-1"], 5000)]


def test_settled_documents_say_since_when(session: Session, books: Tell) -> None:
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 100.00 CNY pays INV-1
    """)
    days = session.scalars(
        select(OpenItem.settled_on).where(OpenItem.document_id.in_(story.ids.values()))
    ).all()
    assert days == [date(2026, 1, 20)] * 2


@pytest.mark.db
def test_refuses_to_apply_more_than_is_open(session: Session, books: Tell) -> None:
    """Invariant I5."""
    books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 60.00 CNY pays INV-1
    """)
    with pytest.raises(OverApplied) as refusal:
        books("2026-01-21 receipt ACME R-2 60.00 CNY pays INV-1:60.00")
    assert refusal.value.params["open"] == Money(40_00, "CNY")


def test_refuses_to_apply_to_another_customer_or_currency(
    session: Session, books: Tell, draft: DocumentDraft, mei: Actor, now: datetime
) -> None:
    story = books("""
        2026-01-05 invoice GLOBEX INV-1 100.00 CNY
        2026-01-05 invoice ACME INV-2 100.00 EUR
        2026-01-05 receipt ACME R-1 100.00 CNY
    """)
    for number in ("INV-1", "INV-2", "R-1"):
        receipt = replace(draft, kind="receipt", applies_to=(Application(story.ids[number]),))
        with pytest.raises(Conflict):
            post_document(session, draft=receipt, actor=mei, now=now)


def test_refuses_to_apply_to_what_does_not_exist(
    session: Session, draft: DocumentDraft, mei: Actor, now: datetime
) -> None:
    with pytest.raises(NotFound):
        post_document(session, draft=replace(draft, applies_to=(Application(99),)), actor=mei, now=now)


@pytest.mark.db
def test_the_roll_up_moves_with_the_posting(session: Session, books: Tell) -> None:
    books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 30.00 CNY
        2026-01-21 credit_note ACME CN-1 5.00 CNY
        2026-02-01 refund ACME RF-1 10.00 CNY
        2026-02-02 adjustment ACME ADJ-1 2.00 CNY
    """)
    rows = session.execute(
        select(
            MonthBalance.month_on, MonthBalance.invoiced_minor, MonthBalance.received_minor,
            MonthBalance.credited_minor, MonthBalance.movement_minor,
        ).order_by(MonthBalance.month_on)
    ).all()  # fmt: skip
    assert rows == [(date(2026, 1, 1), 10000, 3000, 500, 6500), (date(2026, 2, 1), 0, -1000, -200, 1200)]


@pytest.mark.db
def test_an_earlier_document_moves_the_customers_first_day(session: Session, books: Tell) -> None:
    books("""
        2024-12-31 invoice ACME INV-1 100.00 CNY
        2026-12-31 invoice GLOBEX INV-2 100.00 EUR
    """)
    session.expire_all()
    assert customer(session).first_on == date(2024, 12, 31)
    assert customer(session, "GLOBEX").first_on == date(2025, 1, 1)


def test_a_thousand_documents_take_as_many_statements_as_one(
    session: Session, draft: DocumentDraft, mei: Actor, now: datetime, database: Database
) -> None:
    """Performance targets 7 and 9: no statement per document."""
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    counts = []
    for size in (1, 1000):
        sent.clear()
        drafts = [replace(draft, document_no=f"INV-{size}-{number}") for number in range(size)]
        ids = post_documents(session, drafts, actor=mei, now=now)
        receipts = [
            replace(draft, kind="receipt", document_no=f"R-{size}-{number}", applies_to=(Application(id_),))
            for number, id_ in enumerate(ids)
        ]
        post_documents(session, receipts, actor=mei, now=now)
        session.commit()
        counts.append(len(sent))
    assert counts[1] <= counts[0]
