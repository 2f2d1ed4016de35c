"""Posting entries: balanced, in open periods, on mapped accounts, sealed; the database holds the same line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import NotAllowed
from portal.ledger import (
    BadRate,
    EntryDraft,
    LineDraft,
    PeriodClosed,
    Unbalanced,
    UnmappedRole,
    account_mapping,
    close_period,
    default_entity,
    post_entries,
    set_book_currency_if_missing,
    set_rate,
)
from portal.ledger.models import AccountMapping, ClosedPeriod, Entry, EntryLine
from tests.entries_text import entry_lines

DAY = date(2026, 1, 5)


@pytest.fixture
def draft(session: Session) -> EntryDraft:
    set_book_currency_if_missing(session, currency="CNY")
    lines = [LineDraft("receivable", 100, "CNY"), LineDraft("income", -100, "CNY")]
    return EntryDraft(default_entity(session).id, "invoice", DAY, lines, text="one")


@pytest.mark.db
def test_posts_and_seals_in_order(session: Session, draft: EntryDraft, mei: Actor, now: datetime) -> None:
    ids = post_entries(session, [draft, replace(draft, text="two")], actor=mei, now=now)
    rows = session.execute(select(Entry.id, Entry.text, Entry.posted_at).order_by(Entry.id)).all()
    assert rows == [(ids[0], "one", now), (ids[1], "two", now)]
    assert entry_lines(session, ids[0]) == ["Dr 1122 1.00 CNY", "Cr 6001 1.00 CNY"]


def test_keeps_the_dimensions(session: Session, draft: EntryDraft, mei: Actor, now: datetime) -> None:
    lines = [replace(line, department="sales", project="P-1") for line in draft.lines]
    post_entries(session, [replace(draft, lines=lines)], actor=mei, now=now)
    assert session.execute(select(EntryLine.department, EntryLine.project)).all() == [("sales", "P-1")] * 2


def test_posts_nothing_for_nothing(session: Session, mei: Actor, now: datetime) -> None:
    assert post_entries(session, [], actor=mei, now=now) == []


def test_refuses_those_who_only_read(session: Session, draft: EntryDraft, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        post_entries(session, [draft], actor=aud, now=now)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [LineDraft("bank", 100, "CNY"), LineDraft("income", -99, "CNY")],
        [LineDraft("bank", 100, "CNY"), LineDraft("income", -100, "EUR")],
    ],
)
def test_refuses_what_does_not_balance_in_every_currency(
    session: Session, draft: EntryDraft, mei: Actor, now: datetime, lines: list[LineDraft]
) -> None:
    """Invariant I1, requirement 3-16."""
    with pytest.raises(Unbalanced):
        post_entries(session, [replace(draft, lines=lines)], actor=mei, now=now)


def test_refuses_a_closed_period(
    session: Session, draft: EntryDraft, mei: Actor, chen: Actor, now: datetime
) -> None:
    close_period(session, month=DAY, actor=chen, now=now)
    with pytest.raises(PeriodClosed):
        post_entries(session, [draft], actor=mei, now=now)


def test_refuses_a_role_without_account(
    session: Session, draft: EntryDraft, mei: Actor, now: datetime
) -> None:
    session.execute(delete(AccountMapping).where(AccountMapping.role == "income"))
    with pytest.raises(UnmappedRole):
        post_entries(session, [draft], actor=mei, now=now)


def euro(draft: EntryDraft, rate: str | None = None) -> EntryDraft:
    return replace(draft, lines=[replace(line, currency="EUR") for line in draft.lines], rate=rate)


@pytest.mark.db
def test_the_rate_of_the_document_wins_over_the_table(
    session: Session, draft: EntryDraft, mei: Actor, now: datetime
) -> None:
    set_rate(session, currency="EUR", rate_on=DAY, rate="8", actor=mei, now=now)
    by_table, by_document = post_entries(session, [euro(draft), euro(draft, "7.5")], actor=mei, now=now)
    assert entry_lines(session, by_table, book=True) == ["Dr 1122 8.00 CNY", "Cr 6001 8.00 CNY"]
    assert entry_lines(session, by_document, book=True) == ["Dr 1122 7.50 CNY", "Cr 6001 7.50 CNY"]


def test_the_newest_rate_on_or_before_the_day_counts(
    session: Session, draft: EntryDraft, mei: Actor, now: datetime
) -> None:
    for day, rate in ((1, "7"), (5, "8"), (6, "9")):
        set_rate(session, currency="EUR", rate_on=date(2026, 1, day), rate=rate, actor=mei, now=now)
    (entry_id,) = post_entries(session, [euro(draft)], actor=mei, now=now)
    assert entry_lines(session, entry_id, book=True) == ["Dr 1122 8.00 CNY", "Cr 6001 8.00 CNY"]


def test_without_a_rate_the_entry_is_not_valued(
    session: Session, draft: EntryDraft, mei: Actor, now: datetime
) -> None:
    (entry_id,) = post_entries(session, [euro(draft)], actor=mei, now=now)
    assert session.get_one(Entry, entry_id).is_valued is False


def test_refuses_a_rate_that_is_none(session: Session, draft: EntryDraft, mei: Actor, now: datetime) -> None:
    with pytest.raises(BadRate):
        post_entries(session, [euro(draft, "-1")], actor=mei, now=now)


# --- what the database itself refuses -------------------------------------------------------------------------------


def open_entry(session: Session, *lines: tuple[str, int, str], posted_at: datetime | None = None) -> int:
    """Write an entry by SQL, without any verb; lines are (role, minor, currency)."""
    entity = default_entity(session)
    accounts = account_mapping(session, entity.id)
    values = {"entity_id": entity.id, "kind": "invoice", "posting_on": DAY, "posted_at": posted_at}
    entry_id: int = session.execute(insert(Entry).values(**values).returning(Entry.id)).scalar_one()
    for no, (role, minor, currency) in enumerate(lines, start=1):
        session.execute(
            insert(EntryLine).values(
                entry_id=entry_id,
                no=no,
                account_id=accounts[role].account_id,
                currency=currency,
                amount_minor=minor,
            )
        )
    return entry_id


SEAL = text("UPDATE entries SET posted_at = :now WHERE id = :id")


@pytest.mark.db
@pytest.mark.parametrize(
    "lines",
    [
        [],
        [("bank", 100, "CNY")],
        [("bank", 100, "CNY"), ("income", -99, "CNY")],
        [("bank", 100, "CNY"), ("income", -100, "EUR")],
    ],
)
def test_the_database_refuses_to_seal_what_does_not_balance(
    session: Session, now: datetime, lines: list[tuple[str, int, str]]
) -> None:
    """Requirement 3-16: an unbalanced insert fails in the database. Invariant Inv1."""
    entry_id = open_entry(session, *lines)
    with pytest.raises(DBAPIError, match="debit and credit differ"):
        session.execute(SEAL, {"now": now.replace(tzinfo=None), "id": entry_id})


@pytest.mark.db
def test_the_database_refuses_an_entry_that_is_born_sealed(session: Session, now: datetime) -> None:
    """Requirement 3-16."""
    with pytest.raises(DBAPIError, match="sealed after its lines"):
        open_entry(session, posted_at=now)


@pytest.mark.db
def test_the_database_refuses_a_line_more_in_a_sealed_entry(
    session: Session, draft: EntryDraft, mei: Actor, now: datetime
) -> None:
    (entry_id,) = post_entries(session, [draft], actor=mei, now=now)
    account_id = account_mapping(session, draft.entity_id)["bank"].account_id
    with pytest.raises(DBAPIError, match="the entry is sealed"):
        session.execute(
            insert(EntryLine).values(
                entry_id=entry_id, no=3, account_id=account_id, currency="CNY", amount_minor=0
            )
        )


@pytest.mark.db
def test_the_database_refuses_to_seal_in_a_closed_period(session: Session, now: datetime) -> None:
    session.add(
        ClosedPeriod(
            entity_id=default_entity(session).id,
            starts_on=date(2026, 1, 1),
            until_on=date(2026, 2, 1),
            closed_at=now,
        )
    )
    entry_id = open_entry(session, ("bank", 100, "CNY"), ("income", -100, "CNY"))
    with pytest.raises(DBAPIError, match="the period is closed"):
        session.execute(SEAL, {"now": now.replace(tzinfo=None), "id": entry_id})


def test_sqlite_refuses_fractions_and_words_as_amounts(session: Session) -> None:
    """Invariant I6."""
    entry_id = open_entry(session)
    statement = text(
        "INSERT INTO entry_lines (entry_id, no, account_id, currency, amount_minor) VALUES (:id, 1, 1, 'CNY', :value)"
    )
    for value in (5.5, "abc"):
        with pytest.raises(DBAPIError):
            session.execute(statement, {"id": entry_id, "value": value})
