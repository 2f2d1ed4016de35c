"""Golden entries of money in: fee, discount, small difference, unknown payer, another currency, bounced, refunded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.errors import Invalid, NotAllowed
from portal.ledger import default_entity, reverse_entry, set_rate
from portal.ledger.models import Account, EntryLine, LegalEntity
from portal.money import Money
from portal.receivables import (
    Application,
    CounterPart,
    Deductions,
    DocumentDraft,
    open_items_as_of,
    post_document,
    post_exchanged,
    post_unidentified,
    receipt_counter,
    reverse_document,
)
from portal.receivables.models import Document, OpenItem
from tests.books import Books
from tests.entries_text import entries_of_number, entry_lines

SYSTEM = system_actor("test")
Tell = Callable[[str], Books]


def receive(
    session: Session, story: Books, now: datetime, *, counter: tuple[CounterPart, ...], pays: str = "INV-1"
) -> int:
    invoice = session.get_one(Document, story.ids[pays])
    draft = DocumentDraft(
        entity_id=invoice.entity_id, customer_id=invoice.customer_id, kind="receipt", document_no="R-1",
        currency=invoice.currency, amount_minor=sum(part.amount_minor for part in counter),
        document_on=date(2026, 1, 20), applies_to=(Application(invoice.id),), counter=counter,
    )  # fmt: skip
    return post_document(session, draft=draft, actor=SYSTEM, now=now)


@pytest.mark.db
@pytest.mark.parametrize(
    ("received", "deductions", "account", "lines"),
    [
        (
            998500, Deductions(fee_minor=1500), "income",
            ["Dr 1002 9985.00 CNY", "Dr 6603 15.00 CNY", "Cr 1122 10000.00 CNY"],
        ),
        (
            980000, Deductions(discount_minor=20000), "income",
            ["Dr 1002 9800.00 CNY", "Dr 6001 200.00 CNY", "Cr 1122 10000.00 CNY"],
        ),
        (
            980000, Deductions(discount_minor=20000), "financial_expense",
            ["Dr 1002 9800.00 CNY", "Dr 6603 200.00 CNY", "Cr 1122 10000.00 CNY"],
        ),
        (
            999997, Deductions(difference_minor=3), "income",
            ["Dr 1002 9999.97 CNY", "Dr 6711 0.03 CNY", "Cr 1122 10000.00 CNY"],
        ),
        (
            1000003, Deductions(difference_minor=-3), "income",
            ["Dr 1002 10000.03 CNY", "Cr 1122 10000.00 CNY", "Cr 6301 0.03 CNY"],
        ),
        (
            1003000, Deductions(), "income",
            ["Dr 1002 10030.00 CNY", "Cr 1122 10000.00 CNY", "Cr 2203 30.00 CNY"],
        ),
    ],
    ids=["fee", "discount", "discount-older-practice", "short", "surplus", "overpaid"],
)  # fmt: skip
def test_a_receipt_is_made_of_its_parts(
    session: Session, books: Tell, now: datetime, received: int, deductions: Deductions, account: str,
    lines: list[str],
) -> None:  # fmt: skip
    """Requirements 3-4, 3-16, 3-20 and 0-2: fee, discount, tolerance and overpayment, each balanced."""
    story = books("2026-01-05 invoice ACME INV-1 10000.00 CNY")
    counter = receipt_counter(received, deductions=deductions, discount_account=account)
    receive(session, story, now, counter=counter)
    assert entries_of_number(session, "R-1") == [lines]
    assert session.get_one(OpenItem, story.ids["INV-1"]).open_minor == 0


def test_refuses_parts_that_do_not_sum_to_the_receipt(session: Session, books: Tell, now: datetime) -> None:
    story = books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    invoice = session.get_one(Document, story.ids["INV-1"])
    draft = DocumentDraft(
        entity_id=invoice.entity_id, customer_id=invoice.customer_id, kind="receipt", document_no="R-1",
        currency="CNY", amount_minor=10000, document_on=date(2026, 1, 20), counter=(CounterPart("bank", 9999),),
    )  # fmt: skip
    with pytest.raises(Invalid):
        post_document(session, draft=draft, actor=SYSTEM, now=now)


@pytest.mark.parametrize(
    "deductions", [Deductions(fee_minor=-1), Deductions(discount_minor=-1), Deductions(difference_minor=-500)]
)
def test_refuses_deductions_that_cannot_be(deductions: Deductions) -> None:
    with pytest.raises(Invalid):
        receipt_counter(500, deductions=deductions)


@pytest.mark.db
def test_money_of_an_unknown_payer_waits_and_is_identified(
    session: Session, books: Tell, now: datetime
) -> None:
    """Requirements 3-4 and 3-16: Dr 1002 Cr 2241, later Dr 2241 Cr 1122."""
    story = books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    entry_id = post_unidentified(
        session, entity_id=default_entity(session).id, money=Money(10000, "CNY"), posting_on=date(2026, 1, 10),
        actor=SYSTEM, now=now,
    )  # fmt: skip
    assert entry_lines(session, entry_id) == ["Dr 1002 100.00 CNY", "Cr 2241 100.00 CNY"]
    receive(session, story, now, counter=receipt_counter(10000, source="unidentified"))
    assert entries_of_number(session, "R-1") == [["Dr 2241 100.00 CNY", "Cr 1122 100.00 CNY"]]


def test_unidentified_money_is_taken_back_by_its_mirror(session: Session, now: datetime) -> None:
    entry_id = post_unidentified(
        session, entity_id=default_entity(session).id, money=Money(5, "CNY"), posting_on=date(2026, 1, 10),
        actor=SYSTEM, now=now,
    )  # fmt: skip
    mirror = reverse_entry(
        session, entry_id=entry_id, posting_on=date(2026, 1, 11), text="x", actor=SYSTEM, now=now
    )
    assert entry_lines(session, mirror) == ["Dr 2241 0.05 CNY", "Cr 1002 0.05 CNY"]


def test_refuses_unidentified_money_from_who_may_not_post(
    session: Session, aud: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        post_unidentified(
            session, entity_id=1, money=Money(5, "CNY"), posting_on=date(2026, 1, 10), actor=aud, now=now
        )


def books_in_cny(session: Session, mei: Actor, now: datetime) -> None:
    session.scalars(select(LegalEntity)).one().book_currency = "CNY"
    session.flush()
    set_rate(session, currency="EUR", rate_on=date(2026, 1, 1), rate="8.00", actor=mei, now=now)
    set_rate(session, currency="USD", rate_on=date(2026, 1, 15), rate="7.00", actor=mei, now=now)


def exchanged(session: Session, story: Books, now: datetime, received: Money, settled: Money) -> int:
    money = post_exchanged(
        session, entity_id=default_entity(session).id, received=received, settled=settled,
        posting_on=date(2026, 1, 20), actor=SYSTEM, now=now,
    )  # fmt: skip
    counter = receipt_counter(settled.minor, source="exchange_clearing", received_book_minor=money.book_minor)
    receive(session, story, now, counter=counter)
    return money.entry_id


def clearing_left(session: Session) -> int | None:
    query = (
        select(EntryLine.book_minor)
        .join(Account, Account.id == EntryLine.account_id)
        .where(Account.code == "3002")
    )
    return sum(minor or 0 for minor in session.scalars(query))


@pytest.mark.db
@pytest.mark.parametrize(
    ("paid", "bank", "receipt"),
    [
        (
            Money(78000, "CNY"), ["Dr 1002 780.00 CNY", "Cr 3002 780.00 CNY"],
            ["Dr 3002 780.00 CNY", "Dr 6603.03 20.00 CNY", "Cr 1122 800.00 CNY"],
        ),
        (
            Money(12000, "USD"), ["Dr 1002 840.00 CNY", "Cr 3002 840.00 CNY"],
            ["Dr 3002 840.00 CNY", "Cr 1122 800.00 CNY", "Cr 6603.03 40.00 CNY"],
        ),
    ],
    ids=["loss", "gain-third-currency"],
)  # fmt: skip
def test_a_debt_paid_in_another_currency_goes_through_the_clearing_account(
    session: Session, books: Tell, mei: Actor, now: datetime, paid: Money, bank: list[str], receipt: list[str]
) -> None:
    """I1: two entries; document currency clears to 0.00, the rate difference is realised (row 17)."""
    books_in_cny(session, mei, now)
    story = books("2026-01-05 invoice ACME INV-1 100.00 EUR")
    entry_id = exchanged(session, story, now, paid, Money(10000, "EUR"))
    assert entry_lines(session, entry_id, book=True) == bank
    assert entries_of_number(session, "R-1") == [["Dr 3002 100.00 EUR", "Cr 1122 100.00 EUR"]]
    assert entries_of_number(session, "R-1", book=True) == [receipt]
    assert clearing_left(session) == 0
    assert session.get_one(OpenItem, story.ids["INV-1"]).open_minor == 0


def test_a_debt_in_book_currency_paid_from_abroad_realises_the_difference_at_the_bank(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    books_in_cny(session, mei, now)
    story = books("2026-01-05 invoice ACME INV-1 800.00 CNY")
    entry_id = exchanged(session, story, now, Money(11000, "USD"), Money(80000, "CNY"))
    assert entry_lines(session, entry_id, book=True) == [
        "Dr 1002 770.00 CNY", "Dr 6603.03 30.00 CNY", "Cr 3002 800.00 CNY",
    ]  # fmt: skip
    assert entries_of_number(session, "R-1") == [["Dr 3002 800.00 CNY", "Cr 1122 800.00 CNY"]]
    assert clearing_left(session) == 0


def test_without_a_rate_money_from_abroad_is_posted_and_marked_not_valued(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    books_in_cny(session, mei, now)
    story = books("2026-01-05 invoice ACME INV-1 800.00 CNY")
    entry_id = exchanged(session, story, now, Money(9000, "GBP"), Money(80000, "CNY"))
    assert entry_lines(session, entry_id) == ["Dr 1002 90.00 GBP", "Cr 3002 90.00 GBP"]


@pytest.mark.db
def test_a_bounced_payment_opens_its_invoice_again(session: Session, books: Tell, now: datetime) -> None:
    """Row 22: on balance Dr 1122 Cr 1002; the fee that was kept comes back with it."""
    story = books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    receipt_id = receive(
        session, story, now, counter=receipt_counter(9985, deductions=Deductions(fee_minor=15))
    )
    receipt = session.get_one(Document, receipt_id)
    reverse_document(
        session, public_id=receipt.public_id, posting_on=date(2026, 1, 25), reason="bounced", actor=SYSTEM,
        now=now,
    )  # fmt: skip
    assert entries_of_number(session, "R-1/REV") == [
        ["Dr 2203 100.00 CNY", "Cr 1002 99.85 CNY", "Cr 6603 0.15 CNY"]
    ]
    assert entries_of_number(session, "R-1")[1] == ["Dr 1122 100.00 CNY", "Cr 2203 100.00 CNY"]
    opened = open_items_as_of(
        session, customer_id=receipt.customer_id, currency="CNY", as_of=date(2026, 1, 25)
    )
    assert [(item.document_no, item.open.minor) for item in opened] == [("INV-1", 10000)]
