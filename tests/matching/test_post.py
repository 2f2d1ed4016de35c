"""Posting matches in bulk: one go for many, the day of the bank or today where that is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.errors import Invalid
from portal.ledger import close_period
from portal.matching.models import Match
from portal.matching.post import Decision, post_matches
from portal.receivables.models import Document
from tests.books import Books
from tests.matching.conftest import SYSTEM, Bank

Tell = Callable[[str], Books]


def decisions(session: Session, bank: Bank, story: Books, numbers: list[str]) -> list[Decision]:
    found = []
    for place, number in enumerate(numbers, start=1):
        invoice = session.get_one(Document, story.ids[number])
        parts = ((invoice.id, invoice.amount_minor),)
        found.append(Decision(bank.match(place), invoice.customer_id, "CNY", parts, "", "auto"))
    return found


def told(books: Tell, bank: Bank, count: int) -> tuple[Books, list[str]]:
    numbers = [f"INV-26-{10000 + place}" for place in range(count)]
    story = books("\n".join(f"2026-01-05 invoice ACME {number} 10.00 CNY" for number in numbers))
    bank.tell("\n".join(f"2026-01-20 10.00 CNY Acme | x{place}" for place in range(count)))
    bank.propose()
    return story, numbers


def statements_for(session: Session, books: Tell, bank: Bank, now: datetime, count: int) -> int:
    story, numbers = told(books, bank, count)
    ready = decisions(session, bank, story, numbers)
    seen: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    post_matches(session, ready, actor=SYSTEM, now=now)
    return len(seen)


def test_the_number_of_statements_hardly_depends_on_the_number_of_matches(
    session: Session, books: Tell, bank: Bank, now: datetime
) -> None:
    assert statements_for(session, books, bank, now, 12) < 60


def test_writes_one_audit_row_a_match(session: Session, books: Tell, bank: Bank, now: datetime) -> None:
    story, numbers = told(books, bank, 3)
    post_matches(session, decisions(session, bank, story, numbers), actor=SYSTEM, now=now)
    session.commit()
    rows = session.scalars(select(AuditRow.event).where(AuditRow.event == "matches.posted")).all()
    assert len(rows) == 3


def test_a_closed_month_is_posted_today(
    session: Session, books: Tell, bank: Bank, chen: Actor, now: datetime
) -> None:
    story, numbers = told(books, bank, 1)
    close_period(session, month=date(2026, 1, 1), actor=chen, now=now)
    (document_id,) = post_matches(session, decisions(session, bank, story, numbers), actor=SYSTEM, now=now)
    receipt = session.get_one(Document, document_id)
    assert (receipt.document_on, receipt.posting_on) == (date(2026, 1, 20), date(2026, 3, 2))


def test_refuses_money_out(session: Session, books: Tell, bank: Bank, now: datetime) -> None:
    story = books("2026-01-05 invoice ACME INV-1 10.00 CNY")
    bank.tell("2026-01-20 -10.00 CNY Acme | back")
    bank.propose()
    assert session.scalars(select(Match)).all() == [], "money out is no receipt"
    match = Match(
        bank_line_id=bank.lines[0], entity_id=1, booked_on=date(2026, 1, 20), currency="CNY", amount_minor=-1000,
        item_currency="CNY", made_at=now,
    )  # fmt: skip
    session.add(match)
    session.flush()
    customer_id = session.get_one(Document, story.ids["INV-1"]).customer_id
    with pytest.raises(Invalid):
        post_matches(
            session, [Decision(match, customer_id, "CNY", (), "advance", "hand")], actor=SYSTEM, now=now
        )


def test_takes_a_number_that_no_file_brought(
    session: Session, books: Tell, bank: Bank, now: datetime
) -> None:
    story, numbers = told(books, bank, 2)
    books("2026-01-06 receipt ACME RC-26-0001 5.00 CNY")
    ids = post_matches(session, decisions(session, bank, story, numbers), actor=SYSTEM, now=now)
    assert [session.get_one(Document, id_).document_no for id_ in ids] == ["RC-26-0002", "RC-26-0003"]
