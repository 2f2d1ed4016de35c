"""Golden entries: what each kind of document and each named event writes into the books (domain.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.ledger import set_rate
from portal.ledger.models import Entry, LegalEntity
from portal.receivables import AllocationDraft, apply_credits
from tests.books import Books
from tests.entries_text import entries_of_number

Tell = Callable[[str], Books]
SYSTEM = system_actor("test")


@pytest.mark.db
def test_an_invoice_confirms_the_debt_as_receivable_against_income_and_vat(
    session: Session, books: Tell
) -> None:
    """Requirements 3-4 and 3-20: confirm debt Dr 1122 Cr 6001 (with VAT Cr 2221.01.01)."""
    books("2026-01-05 invoice ACME INV-1 113.00 CNY tax 13.00")
    assert entries_of_number(session, "INV-1") == [
        ["Dr 1122 113.00 CNY", "Cr 2221.01.01 13.00 CNY", "Cr 6001 100.00 CNY"]
    ]


def test_an_invoice_without_vat_has_two_sides(session: Session, books: Tell) -> None:
    """Requirement 3-20."""
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    assert entries_of_number(session, "INV-1") == [["Dr 1122 100.00 CNY", "Cr 6001 100.00 CNY"]]


def test_a_debit_note_reads_like_an_invoice(session: Session, books: Tell) -> None:
    books("2026-01-05 debit_note ACME DN-1 11.30 CNY tax 1.30")
    assert entries_of_number(session, "DN-1") == [
        ["Dr 1122 11.30 CNY", "Cr 2221.01.01 1.30 CNY", "Cr 6001 10.00 CNY"]
    ]


@pytest.mark.db
def test_a_receipt_for_an_invoice_is_bank_against_receivable(session: Session, books: Tell) -> None:
    """Requirement 3-4: 收款 Dr bank Cr receivable."""
    books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 100.00 CNY pays INV-1
    """)
    assert entries_of_number(session, "R-1") == [["Dr 1002 100.00 CNY", "Cr 1122 100.00 CNY"]]


def test_a_receipt_for_nothing_known_is_an_advance(session: Session, books: Tell) -> None:
    """Requirement 3-16: 预收."""
    books("2026-01-20 receipt ACME R-1 100.00 CNY")
    assert entries_of_number(session, "R-1") == [["Dr 1002 100.00 CNY", "Cr 2203 100.00 CNY"]]


@pytest.mark.db
def test_an_overpayment_leaves_the_excess_as_advance(session: Session, books: Tell) -> None:
    """Requirement 3-20: overpayment Dr 1002 Cr 1122 and 2203."""
    books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 130.00 CNY pays INV-1
    """)
    assert entries_of_number(session, "R-1") == [
        ["Dr 1002 130.00 CNY", "Cr 1122 100.00 CNY", "Cr 2203 30.00 CNY"]
    ]


def test_a_receipt_that_comes_before_its_invoice_waits_as_advance(session: Session, books: Tell) -> None:
    books("""
        2026-01-25 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 100.00 CNY pays INV-1
    """)
    assert entries_of_number(session, "R-1") == [
        ["Dr 1002 100.00 CNY", "Cr 2203 100.00 CNY"],
        ["Dr 2203 100.00 CNY", "Cr 1122 100.00 CNY"],
    ]
    days = session.scalars(select(Entry.posting_on).order_by(Entry.id)).all()
    assert days == [date(2026, 1, 25), date(2026, 1, 20), date(2026, 1, 25)]


def test_an_advance_applied_later_moves_to_the_receivable(
    session: Session, books: Tell, now: datetime
) -> None:
    """Requirement 3-16: settle the advance Dr 2203 Cr 1122."""
    story = books("""
        2026-01-10 receipt ACME R-1 100.00 CNY
        2026-01-25 invoice ACME INV-1 60.00 CNY
    """)
    draft = AllocationDraft(story.ids["R-1"], story.ids["INV-1"], None, date(2026, 2, 1))
    apply_credits(session, [draft], actor=SYSTEM, now=now)
    assert entries_of_number(session, "R-1")[1:] == [["Dr 2203 60.00 CNY", "Cr 1122 60.00 CNY"]]


@pytest.mark.db
def test_a_credit_note_takes_income_and_vat_back(session: Session, books: Tell) -> None:
    books("""
        2026-01-05 invoice ACME INV-1 113.00 CNY tax 13.00
        2026-01-20 credit_note ACME CN-1 22.60 CNY tax 2.60 pays INV-1
    """)
    assert entries_of_number(session, "CN-1") == [
        ["Dr 2221.01.01 2.60 CNY", "Dr 6001 20.00 CNY", "Cr 1122 22.60 CNY"]
    ]


def test_applying_a_credit_note_later_needs_no_entry(session: Session, books: Tell, now: datetime) -> None:
    story = books("""
        2026-01-05 credit_note ACME CN-1 20.00 CNY
        2026-01-25 invoice ACME INV-1 60.00 CNY
    """)
    draft = AllocationDraft(story.ids["CN-1"], story.ids["INV-1"], None, date(2026, 2, 1))
    apply_credits(session, [draft], actor=SYSTEM, now=now)
    assert len(entries_of_number(session, "CN-1")) == 1


@pytest.mark.db
def test_a_refund_of_an_advance_reverses_it(session: Session, books: Tell) -> None:
    """Requirements 3-4 and 3-16: 退款反向."""
    books("""
        2026-01-10 receipt ACME R-1 100.00 CNY
        2026-01-20 refund ACME RF-1 100.00 CNY pays R-1
    """)
    assert entries_of_number(session, "RF-1") == [["Dr 2203 100.00 CNY", "Cr 1002 100.00 CNY"]]


def test_a_refund_after_a_credit_note_clears_the_credit(session: Session, books: Tell) -> None:
    books("""
        2026-01-10 credit_note ACME CN-1 40.00 CNY
        2026-01-20 refund ACME RF-1 40.00 CNY pays CN-1
    """)
    assert entries_of_number(session, "RF-1") == [["Dr 1122 40.00 CNY", "Cr 1002 40.00 CNY"]]


@pytest.mark.db
def test_a_bad_debt_is_written_off_against_the_allowance(session: Session, books: Tell) -> None:
    """Requirement 3-20: bad debt Dr 1231 Cr 1122."""
    books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-02-20 write_off ACME WO-1 100.00 CNY pays INV-1
    """)
    assert entries_of_number(session, "WO-1") == [["Dr 1231 100.00 CNY", "Cr 1122 100.00 CNY"]]


@pytest.mark.parametrize(
    ("amount", "lines"),
    [("0.05", ["Dr 1122 0.05 CNY", "Cr 6301 0.05 CNY"]), ("-0.05", ["Dr 6711 0.05 CNY", "Cr 1122 0.05 CNY"])],
)
def test_an_adjustment_goes_to_income_or_expense_by_its_sign(
    session: Session, books: Tell, amount: str, lines: list[str]
) -> None:
    books(f"2026-01-05 adjustment ACME ADJ-1 {amount} CNY")
    assert entries_of_number(session, "ADJ-1") == [lines]


@pytest.mark.parametrize(
    ("amount", "lines"),
    [
        ("50.00", ["Dr 1122 50.00 CNY", "Cr 4104 50.00 CNY"]),
        ("-50.00", ["Dr 4104 50.00 CNY", "Cr 1122 50.00 CNY"]),
    ],
)
def test_an_opening_balance_stands_against_retained_earnings(
    session: Session, books: Tell, amount: str, lines: list[str]
) -> None:
    books(f"2026-01-01 opening_balance ACME OB-1 {amount} CNY")
    assert entries_of_number(session, "OB-1") == [lines]


# --- book currency ------------------------------------------------------------------------------------------------


def keep_books_in_cny(session: Session) -> None:
    session.scalars(select(LegalEntity)).one().book_currency = "CNY"
    session.flush()


def test_an_invoice_in_euro_carries_book_amounts_when_a_rate_is_known(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    keep_books_in_cny(session)
    set_rate(session, currency="EUR", rate_on=date(2026, 1, 1), rate="7.8123", actor=mei, now=now)
    books("2026-01-05 invoice GLOBEX INV-1 119.00 EUR tax 19.00")
    assert entries_of_number(session, "INV-1", book=True) == [
        ["Dr 1122 929.66 CNY", "Cr 2221.01.01 148.43 CNY", "Cr 6001 781.23 CNY"]
    ]


def test_a_settled_euro_invoice_leaves_nothing_and_the_rate_difference_is_realised(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    keep_books_in_cny(session)
    for day, rate in ((1, "8.00"), (15, "7.50")):
        set_rate(session, currency="EUR", rate_on=date(2026, 1, day), rate=rate, actor=mei, now=now)
    books("""
        2026-01-05 invoice GLOBEX INV-1 100.00 EUR
        2026-01-20 receipt GLOBEX R-1 130.00 EUR pays INV-1
    """)
    assert entries_of_number(session, "R-1") == [
        ["Dr 1002 130.00 EUR", "Cr 1122 100.00 EUR", "Cr 2203 30.00 EUR"]
    ]
    assert entries_of_number(session, "R-1", book=True) == [
        ["Dr 1002 975.00 CNY", "Dr 6603.03 50.00 CNY", "Cr 1122 800.00 CNY", "Cr 2203 225.00 CNY"]
    ]


def test_an_advance_in_euro_applied_later_realises_the_difference_too(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    keep_books_in_cny(session)
    for day, rate in ((1, "8.00"), (15, "7.50")):
        set_rate(session, currency="EUR", rate_on=date(2026, 1, day), rate=rate, actor=mei, now=now)
    story = books("""
        2026-01-05 receipt GLOBEX R-1 100.00 EUR
        2026-01-20 invoice GLOBEX INV-1 100.00 EUR
    """)
    draft = AllocationDraft(story.ids["R-1"], story.ids["INV-1"], None, date(2026, 2, 1))
    apply_credits(session, [draft], actor=SYSTEM, now=now)
    assert entries_of_number(session, "R-1", book=True)[1] == [
        "Dr 2203 800.00 CNY", "Cr 1122 750.00 CNY", "Cr 6603.03 50.00 CNY",
    ]  # fmt: skip


def test_without_a_rate_an_entry_is_posted_and_marked_not_valued(session: Session, books: Tell) -> None:
    keep_books_in_cny(session)
    books("2026-01-05 invoice GLOBEX INV-1 100.00 EUR")
    assert session.scalars(select(Entry.is_valued)).all() == [False]
    assert entries_of_number(session, "INV-1") == [["Dr 1122 100.00 EUR", "Cr 6001 100.00 EUR"]]


def test_the_first_posting_decides_the_book_currency(session: Session, books: Tell) -> None:
    books("2026-01-05 invoice GLOBEX INV-1 100.00 EUR")
    assert session.scalars(select(LegalEntity.book_currency)).one() == "EUR"
    assert entries_of_number(session, "INV-1", book=True) == [["Dr 1122 100.00 EUR", "Cr 6001 100.00 EUR"]]
