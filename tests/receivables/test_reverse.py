"""Reversing documents: every kind has its opposite, the entry is the mirror, nothing posted changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit.models import AuditRow
from portal.errors import Conflict, Invalid, NotFound, SecondPersonRequired
from portal.ledger import PeriodClosed, close_period, set_rate
from portal.ledger.models import Entry, EntryLine, LegalEntity
from portal.receivables import balance_on, reverse_document
from portal.receivables.models import Document, OpenItem
from tests.books import Books
from tests.entries_text import entries_of_number

Tell = Callable[[str], Books]
SYSTEM = system_actor("test")
DAY = date(2026, 2, 10)


def reverse(
    session: Session, story: Books, number: str, now: datetime, actor: Actor = SYSTEM, on: date = DAY
) -> int:
    return reverse_document(
        session,
        public_id=story.public_ids[number],
        posting_on=on,
        reason="typed in twice",
        actor=actor,
        now=now,
    )


@pytest.mark.db
@pytest.mark.parametrize(
    ("line", "kind", "mirror"),
    [
        ("invoice ACME D-1 113.00 CNY tax 13.00", "credit_note",
         ["Dr 2221.01.01 13.00 CNY", "Dr 6001 100.00 CNY", "Cr 1122 113.00 CNY"]),
        ("debit_note ACME D-1 10.00 CNY", "credit_note", ["Dr 6001 10.00 CNY", "Cr 1122 10.00 CNY"]),
        ("credit_note ACME D-1 10.00 CNY", "debit_note", ["Dr 1122 10.00 CNY", "Cr 6001 10.00 CNY"]),
        ("receipt ACME D-1 10.00 CNY", "refund", ["Dr 2203 10.00 CNY", "Cr 1002 10.00 CNY"]),
        ("refund ACME D-1 10.00 CNY", "receipt", ["Dr 1002 10.00 CNY", "Cr 2203 10.00 CNY"]),
        ("write_off ACME D-1 10.00 CNY", "adjustment", ["Dr 1122 10.00 CNY", "Cr 1231 10.00 CNY"]),
        ("adjustment ACME D-1 -10.00 CNY", "adjustment", ["Dr 1122 10.00 CNY", "Cr 6711 10.00 CNY"]),
        ("opening_balance ACME D-1 10.00 CNY", "adjustment", ["Dr 4104 10.00 CNY", "Cr 1122 10.00 CNY"]),
    ],
)  # fmt: skip
def test_posts_the_opposite_with_the_mirrored_entry(
    session: Session, books: Tell, now: datetime, line: str, kind: str, mirror: list[str]
) -> None:
    """Requirements 3-4 and 3-16: reversal by mirror, linked by ``reverses_id``."""
    story = books(f"2026-01-05 {line}")
    row = session.get_one(Document, reverse(session, story, "D-1", now))
    assert (row.kind, row.document_no, row.reverses_id) == (kind, "D-1/REV", story.ids["D-1"])
    assert entries_of_number(session, "D-1/REV") == [mirror]
    assert session.scalars(select(OpenItem.open_minor)).all() == [0, 0]
    assert balance_on(session, customer_id=row.customer_id, currency="CNY", as_of=DAY).minor == 0


@pytest.mark.db
def test_a_returned_payment_opens_its_invoices_again(session: Session, books: Tell, now: datetime) -> None:
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 130.00 CNY pays INV-1
    """)
    reverse(session, story, "R-1", now)
    opened = dict(
        session.execute(select(Document.document_no, OpenItem.open_minor).join_from(Document, OpenItem)).all()
    )
    assert opened == {"INV-1": 10000, "R-1": 0, "R-1/REV": 0}
    by_account = session.execute(
        select(EntryLine.account_id, func.sum(EntryLine.amount_minor)).group_by(EntryLine.account_id)
    ).all()
    assert sorted(minor for _, minor in by_account if minor) == [-10000, 10000]


def test_a_reversed_foreign_receipt_takes_the_realised_difference_back(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    session.scalars(select(LegalEntity)).one().book_currency = "CNY"
    for day, rate in ((1, "8.00"), (15, "7.50")):
        set_rate(session, currency="EUR", rate_on=date(2026, 1, day), rate=rate, actor=mei, now=now)
    story = books("""
        2026-01-05 invoice GLOBEX INV-1 100.00 EUR
        2026-01-20 receipt GLOBEX R-1 100.00 EUR pays INV-1
    """)
    reverse(session, story, "R-1", now)
    sums = session.execute(
        select(EntryLine.account_id, func.sum(EntryLine.book_minor)).group_by(EntryLine.account_id)
    )
    assert sorted(int(minor) for _, minor in sums if minor) == [-80000, 80000]


def test_a_reversal_leaves_a_row_for_the_original(session: Session, books: Tell, now: datetime) -> None:
    story = books("2026-01-05 receipt ACME R-1 100.00 CNY")
    reverse(session, story, "R-1", now)
    session.commit()
    rows = session.execute(select(AuditRow.event, AuditRow.subject_id).order_by(AuditRow.number)).all()
    assert [event for event, _ in rows] == ["documents.posted", "documents.posted", "documents.reversed"]
    assert rows[2][1] == story.public_ids["R-1"]


def test_the_mirror_names_the_entry_it_reverses(session: Session, books: Tell, now: datetime) -> None:
    """Requirement 3-16: link ``reverses``."""
    story = books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    reverse(session, story, "INV-1", now)
    original, mirror = session.scalars(select(Entry).order_by(Entry.id)).all()
    assert (mirror.kind, mirror.reverses_id) == ("reversal", original.id)


def test_a_clerk_alone_cannot_lower_a_debt_by_reversing(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-05 receipt ACME R-1 100.00 CNY
    """)
    with pytest.raises(SecondPersonRequired):
        reverse(session, story, "INV-1", now, actor=mei)
    assert reverse(session, story, "R-1", now, actor=mei)


def test_refuses_twice_a_reversal_of_a_reversal_and_an_early_day(
    session: Session, books: Tell, now: datetime
) -> None:
    story = books("2026-01-05 receipt ACME R-1 100.00 CNY")
    with pytest.raises(Conflict):
        reverse(session, story, "R-1", now, on=date(2026, 1, 4))
    reversal = session.get_one(Document, reverse(session, story, "R-1", now))
    story.public_ids["R-1/REV"] = reversal.public_id
    for number in ("R-1", "R-1/REV"):
        with pytest.raises(Conflict):
            reverse(session, story, number, now)


def test_refuses_the_unknown_those_out_of_scope_and_no_reason(
    session: Session, books: Tell, mei: Actor, now: datetime
) -> None:
    story = books("2026-01-05 receipt ACME R-1 100.00 CNY")
    with pytest.raises(NotFound):
        reverse_document(session, public_id="unknown", posting_on=DAY, reason="x", actor=mei, now=now)
    with pytest.raises(Invalid):
        reverse_document(
            session, public_id=story.public_ids["R-1"], posting_on=DAY, reason=" ", actor=mei, now=now
        )


def test_refuses_a_closed_period(session: Session, books: Tell, chen: Actor, now: datetime) -> None:
    story = books("2026-01-05 receipt ACME R-1 100.00 CNY")
    close_period(session, month=DAY, actor=chen, now=now)
    with pytest.raises(PeriodClosed):
        reverse(session, story, "R-1", now)
