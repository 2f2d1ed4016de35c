"""Month's end, told from the first posting to the statements of the next month; on both databases and on real books."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit import verify_chain
from portal.customers.models import Customer
from portal.db import Database
from portal.imports import ImportRequest, import_documents
from portal.money import currency_digits
from portal.outbox.models import OutboxMessage
from portal.receivables.models import Document, MonthBalance
from portal.reminders import run_reminders
from portal.statements import month_after, run_month
from portal.statements.models import Statement, StatementLine
from tests.books import post_books

CONSOLE = system_actor("os:li")
MONTHS = (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
FIRMS = ("ACME", "GLOBEX", "NORTHQUAY", "DONGYU", "KESTREL", "MERIDIAN")


def ledger(seed: int) -> str:
    """Return four months of invoices, part payments, overpayments and credit notes in three currencies, as text."""
    chance = random.Random(seed)
    rows: list[str] = []
    open_invoices: list[tuple[str, str, str, int, date]] = []
    for month in MONTHS:
        for at in range(40):
            firm, currency = chance.choice(FIRMS), chance.choice(("CNY", "EUR", "JPY"))
            day = month + timedelta(days=chance.randint(0, 27))
            minor = chance.randint(1_000, 900_000)
            number = f"{month:%y%m}-{at}"
            fitting = [row for row in open_invoices if row[:2] == (firm, currency) and row[4] <= day]
            if fitting and chance.random() < 0.6:
                invoice = chance.choice(fitting)
                open_invoices.remove(invoice)
                paid = chance.choice((invoice[3], invoice[3] // 2 or 1, invoice[3] + 500))
                applied = min(paid, invoice[3])
                kind = "receipt" if chance.random() < 0.8 else "credit_note"
                rows.append(
                    f"{day} {kind} {firm} P-{number} {amount(paid, currency)} {currency} "
                    f"pays {invoice[2]}:{amount(applied, currency)}"
                )
            else:
                open_invoices.append((firm, currency, f"I-{number}", minor, day))
                rows.append(f"{day} invoice {firm} I-{number} {amount(minor, currency)} {currency}")
    return "\n".join(rows)


def amount(minor: int, currency: str) -> str:
    digits = currency_digits(currency)
    return f"{minor / 10**digits:.{digits}f}"


def issue(database: Database, month: date, now: datetime) -> dict[str, Any]:
    return run_month(database.writing, month=month, released_by="os:li", actor=CONSOLE, now=now)


def newest(session: Session, month: date) -> dict[tuple[int, str], Statement]:
    rows = session.scalars(
        select(Statement).where(Statement.period_from == month, Statement.state != "superseded")
    ).all()
    found = {(row.customer_id, row.currency): row for row in rows}
    assert len(found) == len(rows)
    return found


def require_whole(session: Session, month: date) -> None:
    """Check I3, I4 and requirement 1-4 for every statement of a month."""
    statements = newest(session, month)
    before = newest(session, (month - timedelta(days=1)).replace(day=1))
    for pair, row in statements.items():
        assert (
            row.opening_minor + row.invoiced_minor - row.received_minor - row.credited_minor
            == row.closing_minor
        )
        lines = select(func.sum(StatementLine.amount_minor)).where(StatementLine.statement_id == row.id)
        assert session.scalar(lines) == row.closing_minor
        if pair in before:
            assert before[pair].closing_minor == row.opening_minor
    posted = select(Document.id).where(Document.posting_on >= month, Document.posting_on < month_after(month))
    told = (
        select(StatementLine.document_id)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(Statement.period_from == month, Statement.state != "superseded", StatementLine.no > 0)
    )
    counted = Counter(session.scalars(told))
    assert counted == Counter(session.scalars(posted))
    require_equal_to_books(session, month)


def require_equal_to_books(session: Session, month: date) -> None:
    """Check that the closing balances of all customers are what the books say, by currency."""
    books = select(MonthBalance.currency, func.sum(MonthBalance.movement_minor)).where(
        MonthBalance.month_on <= month
    )
    stated = select(Statement.currency, func.sum(Statement.closing_minor)).where(
        Statement.period_from == month, Statement.state != "superseded"
    )
    by_books = {currency: minor for currency, minor in session.execute(books.group_by("currency")) if minor}
    by_statements = {
        currency: minor for currency, minor in session.execute(stated.group_by("currency")) if minor
    }
    assert by_statements == by_books


@pytest.mark.db
@pytest.mark.slow
def test_four_months_close_into_each_other_and_nothing_is_done_twice(
    database: Database, session: Session, mei: Actor, now: datetime
) -> None:
    """Requirements 0-5 and 1-4; I3, I4."""
    post_books(session, ledger(5), actor=CONSOLE, now=now)
    session.commit()
    for month in MONTHS:
        first = issue(database, month, now)
        assert (first["failed"], first["prepared"]) == ([], first["issued"])
        again = issue(database, month, now)
        assert (again["prepared"], again["issued"], again["unchanged"]) == (0, 0, first["statements"])
    with database.reading() as reader:
        active = reader.scalar(select(func.count()).select_from(Customer))
        for month in MONTHS:
            require_whole(reader, month)
            assert len({customer_id for customer_id, _ in newest(reader, month)}) == active
        assert verify_chain(reader).ok


@pytest.mark.db
def test_a_back_dated_posting_is_issued_again_and_the_months_still_meet(
    database: Database, session: Session, now: datetime
) -> None:
    """No peer has it (4): January gets a version 2; February waits for it and then follows."""
    january, february = MONTHS[2:]
    post_books(session, "2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04", actor=CONSOLE, now=now)
    session.commit()
    issue(database, january, now)
    with database.writing() as own:
        post_books(own, "2026-01-30 receipt ACME RC-1 40.00 CNY", actor=CONSOLE, now=now)
    blocked = issue(database, february, now)
    assert [row["code"] for row in blocked["failed"]] == ["opening_differs"]
    assert issue(database, january, now)["issued"] == 1
    assert issue(database, february, now)["failed"] == []
    with database.reading() as reader:
        require_whole(reader, february)
        versions = select(Statement.version).where(
            Statement.period_from == january, Statement.currency == "CNY"
        )
        assert sorted(reader.scalars(versions)) == [1, 2]


@pytest.mark.db
def test_the_customer_is_told_once(database: Database, session: Session, now: datetime) -> None:
    post_books(session, "2026-02-05 invoice ACME INV-1 100.00 CNY", actor=CONSOLE, now=now)
    session.commit()
    issue(database, MONTHS[3], now)
    for _ in range(2):
        with database.writing() as own:
            run_reminders(own, actor=CONSOLE, now=now)
    with database.reading() as reader:
        mails = reader.scalars(
            select(OutboxMessage.recipient).where(OutboxMessage.event == "statement-issued")
        )
        assert sorted(mails) == ["bo@globex.example", "ping@acme.example"]


@pytest.mark.real_data
def test_two_years_of_real_books_close_into_each_other(database: Database, now: datetime) -> None:
    """The IBM sample: every month of it, every customer, to the cent."""
    sample = Path(os.environ["CONCORD_REAL_DATA"]) / "ibm-ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"
    import_documents(database, ImportRequest(sample, "ibm-ar"), actor=CONSOLE, now=now)
    months = [date(2012 + at // 12, at % 12 + 1, 1) for at in range(24)]
    for month in months:
        assert issue(database, month, now)["failed"] == []
    with database.reading() as reader:
        for month in months:
            require_whole(reader, month)
        assert len(newest(reader, date(2013, 9, 1))) == 100
        assert verify_chain(reader).ok
