"""Proposals: from bank lines to what they pay; run again nothing changes; what a person decided stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import NotAllowed
from portal.matching import park_match, post_sure, propose_matches
from portal.matching.models import Match, MatchPart
from portal.receivables.models import Allocation, Document, OpenItem
from tests.books import Books
from tests.matching.conftest import SYSTEM, Bank

Tell = Callable[[str], Books]

STORY = """
    2026-01-05 invoice ACME INV-26-08812 743.50 CNY order QH-7781
    2026-01-06 invoice ACME INV-26-08815 541.50 CNY order QH-7790
    2026-01-07 invoice ACME INV-26-08840 312.00 CNY order QH-7802
    2026-01-08 invoice GLOBEX INV-26-09001 900.00 CNY
"""


@pytest.mark.db
def test_proposes_what_the_narrative_names(session: Session, books: Tell, bank: Bank) -> None:
    story = books(STORY)
    bank.tell("2026-01-20 1285.00 CNY Acme/6222000033 | INV-26-08812 INV-26-08815 goods")
    bank.propose()
    match = bank.match()
    parts = session.execute(
        select(MatchPart.document_id, MatchPart.amount_minor).order_by(MatchPart.no)
    ).all()
    assert {tuple(part) for part in parts} == {
        (story.ids["INV-26-08812"], 74350), (story.ids["INV-26-08815"], 54150),
    }  # fmt: skip
    assert (match.state, match.outcome, match.is_ambiguous) == ("proposed", "allocate", False)
    assert match.reasons


@pytest.mark.db
def test_running_again_changes_nothing(session: Session, books: Tell, bank: Bank, now: datetime) -> None:
    books(STORY)
    bank.tell("""
        2026-01-20 1285.00 CNY Acme/6222000033 | INV-26-08812 INV-26-08815 goods
        2026-01-21 77.77 CNY Nobody |
    """)
    first = propose_matches(session, actor=SYSTEM, now=now)
    again = propose_matches(session, actor=SYSTEM, now=now)
    assert (first.receipts, first.changed) == (2, 2)
    assert (again.receipts, again.changed) == (2, 0)
    assert session.scalar(select(func.count(Match.id))) == 2


def test_every_receipt_has_a_match_even_without_a_candidate(
    session: Session, books: Tell, bank: Bank
) -> None:
    books(STORY)
    bank.tell("2026-01-21 77.77 CNY Nobody |")
    bank.propose()
    assert (bank.match().outcome, bank.match().customer_id) == ("none", None)


@pytest.mark.db
def test_posts_by_itself_only_what_is_sure(session: Session, books: Tell, bank: Bank, now: datetime) -> None:
    story = books(STORY)
    bank.tell("""
        2026-01-20 743.50 CNY Acme/6222000033 | INV-26-08812
        2026-01-21 77.77 CNY Nobody |
    """)
    bank.propose()
    sure = bank.match(1)
    sure.confidence_bp, sure.may_post = 9990, True
    session.flush()
    assert post_sure(session, actor=SYSTEM, now=now) == (1, 1)
    assert post_sure(session, actor=SYSTEM, now=now) == (0, 0)
    assert [bank.match(number).state for number in (1, 2)] == ["posted", "proposed"]
    assert session.get_one(OpenItem, story.ids["INV-26-08812"]).open_minor == 0
    receipt = session.scalars(select(Document).where(Document.kind == "receipt")).one()
    assert (receipt.id, receipt.amount_minor) == (bank.match(1).document_id, 74350)


def test_leaves_what_no_longer_fits_for_a_person(
    session: Session, books: Tell, bank: Bank, now: datetime
) -> None:
    books(STORY)
    bank.tell("2026-01-20 743.50 CNY Acme/6222000033 | INV-26-08812")
    bank.propose()
    bank.match().may_post = True
    session.flush()
    books("2026-01-19 receipt ACME R-1 743.50 CNY pays INV-26-08812")
    assert post_sure(session, actor=SYSTEM, now=now) == (1, 0)
    assert session.scalar(select(func.count(Allocation.id))) == 1
    bank.propose()
    assert bank.match().outcome != "allocate" or not bank.match().may_post


def test_does_not_touch_what_a_person_put_aside(
    session: Session, books: Tell, bank: Bank, mei: Actor, now: datetime
) -> None:
    books(STORY)
    bank.tell("2026-01-21 77.77 CNY Nobody |")
    bank.propose()
    match = bank.match()
    park_match(
        session, public_id=match.public_id, row_version=match.row_version, reason="asked", actor=mei, now=now
    )
    assert propose_matches(session, actor=SYSTEM, now=now).receipts == 0
    assert (bank.match().state, bank.match().note) == ("parked", "asked")


def test_refuses_who_does_not_work_on_matches(session: Session, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        propose_matches(session, actor=aud, now=now)
    with pytest.raises(NotAllowed):
        post_sure(session, actor=aud, now=now)
