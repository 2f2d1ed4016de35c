"""Closing and reopening months."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import (
    PeriodClosed,
    close_period,
    default_entity,
    list_periods,
    month_after,
    reopen_period,
    require_open,
)
from portal.lists import ListQuery
from tests.books import Books

JANUARY = date(2026, 1, 1)


@pytest.mark.db
def test_a_closed_month_refuses_its_days_and_no_others(session: Session, chen: Actor, now: datetime) -> None:
    close_period(session, month=date(2026, 1, 17), actor=chen, now=now)
    entity_id = default_entity(session).id
    require_open(session, {(entity_id, date(2025, 12, 31)), (entity_id, date(2026, 2, 1))})
    for day in (1, 31):
        with pytest.raises(PeriodClosed):
            require_open(session, {(entity_id, date(2026, 1, day))})


def test_reopening_needs_a_reason_and_keeps_the_closing(session: Session, chen: Actor, now: datetime) -> None:
    close_period(session, month=JANUARY, actor=chen, now=now)
    with pytest.raises(Invalid):
        reopen_period(session, month=JANUARY, reason=" ", actor=chen, now=now)
    reopen_period(session, month=JANUARY, reason="late receipt", actor=chen, now=now)
    require_open(session, {(default_entity(session).id, JANUARY)})
    close_period(session, month=JANUARY, actor=chen, now=now)
    page = list_periods(session, query=ListQuery(), actor=chen)
    assert [(row.is_closed, row.reopen_reason, row.closed_by) for row in page.rows] == [
        (True, "", "Chen Bo"), (False, "late receipt", "Chen Bo"),
    ]  # fmt: skip
    assert page.count == 2


def test_each_change_leaves_one_audit_row(session: Session, chen: Actor, now: datetime) -> None:
    close_period(session, month=JANUARY, actor=chen, now=now)
    reopen_period(session, month=JANUARY, reason="late receipt", actor=chen, now=now)
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert events == ["periods.closed", "periods.reopened"]


def test_refuses_to_close_twice_or_reopen_an_open_month(session: Session, chen: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        reopen_period(session, month=JANUARY, reason="why not", actor=chen, now=now)
    close_period(session, month=JANUARY, actor=chen, now=now)
    with pytest.raises(Conflict):
        close_period(session, month=JANUARY, actor=chen, now=now)


def test_refuses_a_clerk(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        close_period(session, month=JANUARY, actor=mei, now=now)
    with pytest.raises(NotAllowed):
        reopen_period(session, month=JANUARY, reason="x", actor=mei, now=now)


def test_december_is_followed_by_january() -> None:
    assert [month_after(date(2025, month, 1)) for month in (11, 12)] == [date(2025, 12, 1), date(2026, 1, 1)]


@pytest.mark.db
def test_closing_waits_for_those_who_are_posting(
    database: Database, session: Session, books: Callable[[str], Books], chen: Actor, now: datetime
) -> None:
    """Nothing slips into a month while it is being closed."""
    session.commit()
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    is_closed = Event()

    def close() -> None:
        with database.writing() as own:
            close_period(own, month=JANUARY, actor=chen, now=now)
        is_closed.set()

    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(close)
        assert not is_closed.wait(0.4)
        session.commit()
        closing.result(timeout=5)
    assert is_closed.is_set()
    with pytest.raises(PeriodClosed):
        books("2026-01-06 invoice ACME INV-2 100.00 CNY")
