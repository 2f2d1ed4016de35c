"""Two at once (D28) and at random: never more is applied than is open, and running again changes nothing."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.db import Database
from portal.errors import Refusal
from portal.matching import Chosen, accept_match, post_sure, propose_matches, undo_match
from portal.matching.models import Match
from portal.receivables import AllocationDraft, apply_credits
from portal.receivables.models import Allocation, Document, OpenItem
from tests.books import Books
from tests.matching.conftest import SYSTEM, Bank

Tell = Callable[[str], Books]


def at_once(*acts: Callable[[], None]) -> list[BaseException | None]:
    gate = threading.Barrier(len(acts))
    found: list[BaseException | None] = [None] * len(acts)

    def run(place: int) -> None:
        gate.wait(10)
        try:
            acts[place]()
        except (Refusal, DBAPIError) as refusal:
            found[place] = refusal

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.db
def test_two_clerks_and_the_matcher_never_apply_one_receipt_twice(
    session: Session, database: Database, books: Tell, bank: Bank, mei: Actor, now: datetime
) -> None:
    """D28: 60 of one receipt of 100 to two invoices at once, auto-match running: the sum stays within 100."""
    story = books("""
        2026-01-05 invoice ACME INV-26-60001 60.00 CNY
        2026-01-05 invoice ACME INV-26-60002 60.00 CNY
        2026-01-09 receipt ACME R-1 100.00 CNY
    """)
    bank.tell("2026-01-20 60.00 CNY Acme/6222 | INV-26-60001")
    bank.propose()
    bank.match().may_post = True
    session.commit()

    def allocate(number: str) -> None:
        draft = AllocationDraft(story.ids["R-1"], story.ids[number], 6000, now.date())
        with database.writing() as own:
            apply_credits(own, [draft], actor=mei, now=now)

    def match() -> None:
        with database.writing() as own:
            post_sure(own, actor=SYSTEM, now=now)

    at_once(lambda: allocate("INV-26-60001"), lambda: allocate("INV-26-60002"), match)
    with database.reading() as reading:
        used = reading.scalar(
            select(func.sum(Allocation.amount_minor)).where(Allocation.credit_id == story.ids["R-1"])
        )
        assert (used or 0) <= 10000
        for id_ in story.ids.values():
            assert reading.get_one(OpenItem, id_).open_minor >= 0


@pytest.mark.db
def test_one_bank_line_is_posted_once_by_two_clerks(
    session: Session, database: Database, books: Tell, bank: Bank, mei: Actor, now: datetime
) -> None:
    story = books("2026-01-05 invoice ACME INV-26-60001 60.00 CNY")
    bank.tell("2026-01-20 60.00 CNY Acme/6222 | INV-26-60001")
    bank.propose()
    match = bank.match()
    public_id, version = match.public_id, match.row_version
    chosen = Chosen(((story.public_ids["INV-26-60001"], 6000),))
    session.commit()

    def accept() -> None:
        with database.writing() as own:
            accept_match(own, public_id=public_id, row_version=version, chosen=chosen, actor=mei, now=now)

    refused = at_once(accept, accept, accept)
    assert sum(one is None for one in refused) == 1
    with database.reading() as reading:
        receipts = select(func.count(Document.id)).where(Document.kind == "receipt")
        assert reading.scalar(receipts) == 1


def test_a_second_current_match_of_a_line_is_refused_by_the_database(
    session: Session, books: Tell, bank: Bank, now: datetime
) -> None:
    books("2026-01-05 invoice ACME INV-26-60001 60.00 CNY")
    bank.tell("2026-01-20 60.00 CNY Acme | INV-26-60001")
    bank.propose()
    match = bank.match()
    again = Match(
        bank_line_id=match.bank_line_id, entity_id=match.entity_id, booked_on=match.booked_on, currency="CNY",
        amount_minor=6000, item_currency="CNY", made_at=now,
    )  # fmt: skip
    session.add(again)
    with pytest.raises(DBAPIError):
        session.flush()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_nothing_is_over_applied_and_undo_is_exact(
    session: Session, books: Tell, bank: Bank, mei: Actor, chen: Actor, now: datetime, seed: int
) -> None:
    """Properties: never over-applies, rerun changes nothing, undo restores every open amount."""
    draw = random.Random(seed)
    numbers = [f"INV-26-{50000 + place}" for place in range(12)]
    story = books(
        "\n".join(
            f"2026-01-0{place % 9 + 1} invoice {draw.choice(['ACME', 'UMBRA'])} {no} {draw.randint(50, 900)}.00 CNY"
            for place, no in enumerate(numbers)
        )
    )
    for place in range(14):
        named = " ".join(draw.sample(numbers, draw.randint(0, 2)))
        bank.tell(f"2026-01-{20 + place % 8} {draw.randint(40, 1500)}.00 CNY Acme/62{place % 3} | {named}")
    before = {id_: session.get_one(OpenItem, id_).open_minor for id_ in story.ids.values()}
    bank.propose()
    assert propose_matches(session, actor=SYSTEM, now=now).changed == 0
    for match in session.scalars(select(Match).where(Match.outcome == "allocate")).all():
        match.may_post = not match.is_ambiguous
    session.flush()
    post_sure(session, actor=SYSTEM, now=now)
    rows = session.scalars(select(OpenItem)).all()
    assert all(0 <= row.open_minor <= row.amount_minor for row in rows)
    for match in session.scalars(select(Match).where(Match.state == "posted")).all():
        undo_match(session, public_id=match.public_id, reason="all back", actor=chen, now=now)
    after = {
        id_: session.get_one(OpenItem, id_, populate_existing=True).open_minor for id_ in story.ids.values()
    }
    assert after == before
