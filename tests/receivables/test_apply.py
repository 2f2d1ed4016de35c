"""Applying credits later and undoing it, and the race two writers cannot win."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import PeriodClosed, close_period
from portal.receivables import (
    AllocationDraft,
    OverApplied,
    ageing_of,
    apply_credits,
    balance_on,
    reverse_allocation,
)
from portal.receivables.models import Allocation, Document, OpenItem
from tests.books import Books
from tests.entries_text import entries_of_number

Tell = Callable[[str], Books]
SYSTEM = system_actor("test")
DAY = date(2026, 2, 1)


@pytest.fixture
def story(books: Tell) -> Books:
    return books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-06 invoice ACME INV-2 50.00 CNY
        2026-01-20 receipt ACME R-1 120.00 CNY
    """)


def opened(session: Session, story: Books, *numbers: str) -> list[int]:
    found = dict(session.execute(select(OpenItem.document_id, OpenItem.open_minor)).all())
    return [found[story.ids[number]] for number in numbers]


def draft(story: Books, debit: str, amount: int | None = None, *, credit: str = "R-1") -> AllocationDraft:
    return AllocationDraft(story.ids[credit], story.ids[debit], amount, DAY)


@pytest.mark.db
def test_applies_one_receipt_to_two_invoices(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    apply_credits(session, [draft(story, "INV-1"), draft(story, "INV-2")], actor=mei, now=now)
    assert opened(session, story, "INV-1", "INV-2", "R-1") == [0, 3000, 0]
    assert entries_of_number(session, "R-1")[1:] == [
        ["Dr 2203 100.00 CNY", "Cr 1122 100.00 CNY"],
        ["Dr 2203 20.00 CNY", "Cr 1122 20.00 CNY"],
    ]


def test_each_allocation_leaves_one_audit_row(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    apply_credits(session, [draft(story, "INV-1", 100), draft(story, "INV-1", 200)], actor=mei, now=now)
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert events[3:] == ["allocations.made"] * 2


def test_makes_no_allocation_where_nothing_is_open(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    apply_credits(session, [draft(story, "INV-1")], actor=mei, now=now)
    assert apply_credits(session, [draft(story, "INV-1")], actor=mei, now=now) == []


@pytest.mark.parametrize("amount", [0, -5])
def test_refuses_amounts_that_are_not_above_zero(
    session: Session, story: Books, mei: Actor, now: datetime, amount: int
) -> None:
    with pytest.raises(Invalid):
        apply_credits(session, [draft(story, "INV-1", amount)], actor=mei, now=now)


def test_refuses_more_than_is_open_on_either_side(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    """Invariant I5."""
    for number, amount in (("INV-2", 5001), ("INV-1", 10001)):
        with pytest.raises(OverApplied):
            apply_credits(session, [draft(story, number, amount)], actor=mei, now=now)
    with pytest.raises(OverApplied):
        apply_credits(session, [draft(story, "INV-1", 6000), draft(story, "INV-1", 6000)], actor=mei, now=now)


def test_refuses_two_debits(session: Session, story: Books, mei: Actor, now: datetime) -> None:
    with pytest.raises(Conflict):
        apply_credits(session, [draft(story, "INV-1", credit="INV-2")], actor=mei, now=now)


@pytest.mark.parametrize("who", ["aud", "ping"])
def test_refuses_those_who_only_read(
    request: pytest.FixtureRequest, session: Session, story: Books, now: datetime, who: str
) -> None:
    with pytest.raises(NotAllowed):
        apply_credits(session, [draft(story, "INV-1")], actor=request.getfixturevalue(who), now=now)


def test_refuses_a_day_in_a_closed_period(
    session: Session, story: Books, mei: Actor, chen: Actor, now: datetime
) -> None:
    close_period(session, month=DAY, actor=chen, now=now)
    with pytest.raises(PeriodClosed):
        apply_credits(session, [draft(story, "INV-1")], actor=mei, now=now)


def test_moves_a_day_before_both_documents_to_the_later_one(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    early = AllocationDraft(story.ids["R-1"], story.ids["INV-1"], None, date(2026, 1, 1))
    apply_credits(session, [early], actor=mei, now=now)
    assert session.scalars(select(Allocation.allocated_on)).all() == [date(2026, 1, 20)]


@pytest.mark.db
def test_undoing_opens_both_again_and_moves_the_amount_back(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    apply_credits(session, [draft(story, "INV-1")], actor=mei, now=now)
    public_id = session.scalars(select(Allocation.public_id)).one()
    reverse_allocation(
        session, public_id=public_id, allocated_on=DAY, reason="wrong invoice", actor=mei, now=now
    )
    assert opened(session, story, "INV-1", "R-1") == [10000, 12000]
    assert entries_of_number(session, "R-1")[-1] == ["Dr 1122 100.00 CNY", "Cr 2203 100.00 CNY"]
    assert session.scalars(select(OpenItem.settled_on)).all() == [None] * 3


def test_refuses_to_undo_twice_without_reason_too_early_or_unknown(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    apply_credits(session, [draft(story, "INV-1")], actor=mei, now=now)
    public_id = session.scalars(select(Allocation.public_id)).one()

    def undo(public_id: str = public_id, on: date = DAY, reason: str = "wrong") -> None:
        reverse_allocation(session, public_id=public_id, allocated_on=on, reason=reason, actor=mei, now=now)

    with pytest.raises(Invalid):
        undo(reason=" ")
    with pytest.raises(Conflict):
        undo(on=date(2026, 1, 25))
    with pytest.raises(NotFound):
        undo(public_id="unknown")
    undo()
    with pytest.raises(Conflict):
        undo()


@pytest.mark.db
def test_an_allocation_never_changes_a_balance_but_the_ageing_of_its_day(
    session: Session, story: Books, mei: Actor, now: datetime
) -> None:
    customer_id = session.scalars(select(Document.customer_id).limit(1)).one()
    apply_credits(session, [draft(story, "INV-1")], actor=mei, now=now)
    before, after = (
        ageing_of(session, customer_id=customer_id, currency="CNY", as_of=day)
        for day in (date(2026, 1, 31), DAY)
    )
    assert (before.unapplied.minor, after.unapplied.minor) == (-12000, -2000)
    assert (
        before.balance
        == after.balance
        == balance_on(session, customer_id=customer_id, currency="CNY", as_of=DAY)
    )


@pytest.mark.db
def test_two_writers_at_once_never_over_apply(
    database: Database, session: Session, story: Books, now: datetime
) -> None:
    """Invariant I5: 120.00 wait, two writers want 70.00 each; exactly one gets it."""
    session.commit()
    start = Barrier(2)

    def apply(number: str) -> str:
        start.wait()
        try:
            with database.writing() as own:
                wanted = AllocationDraft(story.ids["R-1"], story.ids[number], 7000, DAY)
                apply_credits(own, [wanted], actor=SYSTEM, now=now)
        except OverApplied:
            return "refused"
        return "applied"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(apply, ["INV-1", "INV-1"]))
    assert answers == ["applied", "refused"]
    with database.reading() as own:
        assert opened(own, story, "INV-1", "R-1") == [3000, 5000]


@pytest.mark.db
def test_a_writer_that_does_not_lock_is_stopped_by_the_database(
    database: Database, session: Session, story: Books
) -> None:
    """Invariant I5: the open amount is reduced relative to what is stored, and a constraint holds it above zero."""
    session.commit()
    statement = text("UPDATE open_items SET open_minor = open_minor - 7000 WHERE document_id = :id")
    with database.writing() as own:
        own.execute(statement, {"id": story.ids["R-1"]})
    with database.session("write") as own, pytest.raises(IntegrityError):
        own.execute(statement, {"id": story.ids["R-1"]})
