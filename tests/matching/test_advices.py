"""Remittance advices: read from any table, sent once, and followed by the matcher."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.matching import (
    AdviceDraft,
    AdvicePart,
    accept_match,
    list_advices,
    read_advice,
    send_advice,
    undo_match,
    withdraw_advice,
)
from portal.matching.models import MatchPart, RemittanceAdvice
from tests.books import Books
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]


@pytest.mark.parametrize(
    "table",
    [
        "INV-1\t1,000.00\nINV-2\t500.50\n",
        "Rechnung;Betrag\nINV-1;1.000,00\nINV-2;500,50\nSumme;1.500,50\n",
        "Date,Our PO,Amount,Invoice no.\n2026-01-20,PO,1000.00,INV-1\n2026-01-20,PO,500.50,INV-2\n",
        "金额\t发票号\n1,000.00\tINV-1\n500.50\tINV-2\n合计\t\n",
    ],
)
def test_reads_numbers_and_amounts_wherever_they_stand(table: str) -> None:
    assert read_advice(table.encode(), currency="CNY") == (
        AdvicePart("INV-1", 100000),
        AdvicePart("INV-2", 50050),
    )


def test_refuses_a_table_without_them() -> None:
    with pytest.raises(Invalid):
        read_advice(b"hello\nworld\n", currency="CNY")


@pytest.fixture
def story(books: Tell) -> Books:
    return books("""
        2026-01-05 invoice ACME INV-1 1000.00 CNY
        2026-01-06 invoice ACME INV-2 500.50 CNY
        2026-01-07 invoice ACME INV-3 700.00 CNY
    """)


def acme(session: Session) -> int:
    return session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()


def draft(*parts: tuple[str, int]) -> AdviceDraft:
    return AdviceDraft("CNY", date(2026, 1, 19), tuple(AdvicePart(*part) for part in parts))


@pytest.mark.db
def test_the_matcher_follows_an_advice_and_uses_it_once(
    session: Session, story: Books, bank: Bank, ping: Actor, mei: Actor, chen: Actor, now: datetime
) -> None:
    send_advice(
        session,
        customer_id=acme(session),
        draft=draft(("inv-1", 100000), ("INV-3", 20000)),
        actor=ping,
        now=now,
    )
    bank.tell("2026-01-20 1200.00 CNY Acme/62220033 | payment")
    bank.propose()
    match = bank.match()
    parts = session.execute(
        select(MatchPart.document_id, MatchPart.amount_minor).order_by(MatchPart.no)
    ).all()
    assert [tuple(part) for part in parts] == [(story.ids["INV-1"], 100000), (story.ids["INV-3"], 20000)]
    assert match.rule == "advice"
    accept_match(session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now)
    states = select(RemittanceAdvice.state)
    assert session.scalars(states).all() == ["used"]
    undo_match(session, public_id=match.public_id, reason="x", actor=chen, now=now)
    assert session.scalars(states).all() == ["new"]


def test_two_advices_that_fit_are_no_evidence(
    session: Session, story: Books, bank: Bank, ping: Actor, now: datetime
) -> None:
    for parts in ((("INV-1", 50000),), (("INV-3", 50000),)):
        send_advice(session, customer_id=acme(session), draft=draft(*parts), actor=ping, now=now)
    bank.tell("2026-01-20 500.00 CNY Somebody | payment")
    bank.propose()
    assert bank.match().rule != "advice"


@pytest.mark.parametrize(
    "parts", [(), (("INV-1", 0),), (("INV-1", 5), ("inv-1", 5)), (("INV-1", -5),), (("", 5),)]
)
def test_refuses_an_advice_that_cannot_be(
    session: Session, story: Books, ping: Actor, now: datetime, parts: tuple[tuple[str, int], ...]
) -> None:
    with pytest.raises(Invalid):
        send_advice(session, customer_id=acme(session), draft=draft(*parts), actor=ping, now=now)


def test_names_numbers_that_are_not_ours_and_keeps_them(
    session: Session, story: Books, ping: Actor, vera: Actor, bo: Actor, now: datetime
) -> None:
    public_id = send_advice(
        session, customer_id=acme(session), draft=draft(("INV-1", 5), ("X-9", 5)), actor=ping, now=now
    )
    (view,) = list_advices(session, actor=ping)
    assert (view.unknown, view.total.minor) == (1, 10)
    assert list_advices(session, actor=bo) == ()
    with pytest.raises(NotAllowed):
        withdraw_advice(session, public_id=public_id, actor=vera, now=now)
    with pytest.raises(NotFound):
        withdraw_advice(session, public_id=public_id, actor=bo, now=now)
    withdraw_advice(session, public_id=public_id, actor=ping, now=now)
    with pytest.raises(Conflict):
        withdraw_advice(session, public_id=public_id, actor=ping, now=now)
