"""Undo is exact: what was open is open, what was learned is forgotten, the line waits again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, newest_approval
from portal.bank.models import BankLine
from portal.customers.models import Customer
from portal.errors import Invalid, NotAllowed, NotFound
from portal.ledger.models import Account, EntryLine
from portal.matching import (
    Chosen,
    WrongState,
    accept_match,
    identify_money,
    post_as_unidentified,
    request_undo,
    undo_last,
    undo_match,
)
from portal.matching.models import Match, PayerSighting, UnidentifiedMoney
from portal.receivables.models import OpenItem
from tests.books import Books
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]


@pytest.fixture
def story(books: Tell) -> Books:
    return books("""
        2026-01-05 invoice ACME INV-1001 1000.00 CNY
        2026-01-06 invoice ACME INV-1002 500.00 CNY
        2026-01-07 credit_note ACME CN-1 100.00 CNY
    """)


def chosen(session: Session, story: Books, parts: dict[str, int], rest: str = "") -> Chosen:
    customer = session.scalars(select(Customer.public_id).where(Customer.number == "ACME")).one()
    return Chosen(tuple((story.public_ids[no], minor) for no, minor in parts.items()), rest, customer)


def post(session: Session, bank: Bank, what: Chosen, actor: Actor, now: datetime) -> Match:
    bank.propose()
    match = bank.match()
    accept_match(
        session, public_id=match.public_id, row_version=match.row_version, chosen=what, actor=actor, now=now
    )
    return match


def balances(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(Account.code, func.sum(EntryLine.amount_minor))
        .join(Account, Account.id == EntryLine.account_id)
        .group_by(Account.code)
        .having(func.sum(EntryLine.amount_minor) != 0)
    )
    return {code: int(total) for code, total in rows}


def items(session: Session, story: Books) -> list[tuple[int, object]]:
    rows = [session.get_one(OpenItem, id_, populate_existing=True) for id_ in story.ids.values()]
    return [(row.open_minor, row.settled_on) for row in rows]


@pytest.mark.db
def test_restores_everything(
    session: Session, story: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    before, opened = balances(session), items(session, story)
    bank.tell("2026-01-20 1385.00 CNY Someone/6222 | x")
    parts = {"INV-1001": 100000, "INV-1002": 50000, "CN-1": -10000}
    match = post(session, bank, chosen(session, story, parts, "fee"), mei, now)
    assert items(session, story) != opened
    again = undo_match(session, public_id=match.public_id, reason="wrong customer", actor=chen, now=now)
    assert (balances(session), items(session, story)) == (before, opened)
    assert session.scalar(select(func.sum(PayerSighting.times))) == 0
    assert session.get_one(BankLine, match.bank_line_id, populate_existing=True).state == "new"
    assert (bank.match().public_id, bank.match().state, bank.match().may_post) == (again, "proposed", False)
    assert session.get_one(Match, match.id, populate_existing=True).state == "undone"


def test_can_be_posted_again_and_undone_again(
    session: Session, story: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    opened = items(session, story)
    bank.tell("2026-01-20 1000.00 CNY Someone/6222 | x")
    for _ in range(2):
        match = post(session, bank, chosen(session, story, {"INV-1001": 100000}), mei, now)
        undo_match(session, public_id=match.public_id, reason="x", actor=chen, now=now)
    assert items(session, story) == opened


def test_a_clerk_asks_and_an_approver_undoes(
    session: Session, story: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY Someone/6222 | x")
    match = post(session, bank, chosen(session, story, {"INV-1001": 100000}), mei, now)
    with pytest.raises(NotAllowed):
        undo_match(session, public_id=match.public_id, reason="x", actor=mei, now=now)
    assert undo_last(session, reason="too fast", actor=mei, now=now) == match.public_id
    assert bank.match().state == "posted"
    waiting = newest_approval(session, subject_kind="match", subject_id=match.public_id, actor=chen)
    assert waiting is not None
    approve(session, public_id=waiting.public_id, seen_hash=waiting.content_hash, actor=chen, now=now)
    assert bank.match().state == "proposed"


def test_refuses_what_is_not_posted_unknown_or_without_reason(
    session: Session, story: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY Someone | x")
    bank.propose()
    with pytest.raises(WrongState):
        undo_match(session, public_id=bank.match().public_id, reason="x", actor=chen, now=now)
    with pytest.raises(WrongState):
        request_undo(session, public_id=bank.match().public_id, reason="x", actor=mei, now=now)
    with pytest.raises(NotFound):
        undo_match(session, public_id="x" * 22, reason="x", actor=chen, now=now)
    with pytest.raises(Invalid):
        undo_match(session, public_id=bank.match().public_id, reason=" ", actor=chen, now=now)
    with pytest.raises(NotFound):
        undo_last(session, reason="x", actor=chen, now=now)


@pytest.mark.db
def test_unidentified_cash_is_identified_and_taken_back_step_by_step(
    session: Session, story: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    before, opened = balances(session), items(session, story)
    bank.tell("2026-01-20 1000.00 CNY | cash")
    bank.propose()
    match = bank.match()
    post_as_unidentified(
        session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now
    )
    assert balances(session) == before | {"1002": 100000, "2241": -100000}
    match = bank.match()
    identify_money(
        session, public_id=match.public_id, row_version=match.row_version,
        chosen=chosen(session, story, {"INV-1001": 100000}), actor=mei, now=now,
    )  # fmt: skip
    assert "2241" not in balances(session)
    assert session.get_one(UnidentifiedMoney, match.id).state == "identified"
    undo_match(session, public_id=match.public_id, reason="not theirs", actor=chen, now=now)
    assert balances(session) == before | {"1002": 100000, "2241": -100000}
    assert session.get_one(UnidentifiedMoney, match.id, populate_existing=True).state == "open"
    undo_match(session, public_id=match.public_id, reason="sent back", actor=chen, now=now)
    assert (balances(session), items(session, story)) == (before, opened)
