"""One document with all around it; nobody sees another customer's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import NotFound
from portal.money import Money
from portal.receivables import find_document, reverse_document
from tests.books import Books

Tell = Callable[[str], Books]


@pytest.fixture
def story(books: Tell) -> Books:
    return books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY tax 13.00 order PO-7 "ball screws"
        2026-01-06 invoice GLOBEX INV-2 55.50 EUR due 2026-02-01
        2026-01-20 receipt ACME R-1 120.00 CNY pays INV-1
    """)


@pytest.mark.db
def test_shows_facts_allocations_and_what_is_open(session: Session, story: Books, ping: Actor) -> None:
    page = find_document(session, public_id=story.public_ids["R-1"], actor=ping)
    assert (page.document_no, page.amount, page.balance, page.open) == (
        "R-1", Money(12000, "CNY"), Money(-12000, "CNY"), Money(-2000, "CNY"),
    )  # fmt: skip
    assert [(part.other_no, part.amount.minor) for part in page.allocations] == [("INV-1", 10000)]
    assert page.applied == Money(-10000, "CNY")


def test_shows_entries_to_staff_only(session: Session, story: Books, ping: Actor, mei: Actor) -> None:
    public_id = story.public_ids["INV-1"]
    assert find_document(session, public_id=public_id, actor=ping).entries == ()
    (entry,) = find_document(session, public_id=public_id, actor=mei).entries
    assert [(line.account_code, line.amount.minor) for line in entry.lines] == [
        ("6001", -8700), ("2221.01.01", -1300), ("1122", 10000),
    ]  # fmt: skip


def test_the_due_date_is_the_written_one_else_by_terms(session: Session, story: Books, mei: Actor) -> None:
    due = [
        find_document(session, public_id=story.public_ids[no], actor=mei).due_on for no in ("INV-1", "INV-2")
    ]
    assert due == [date(2026, 2, 4), date(2026, 2, 1)]


def test_links_a_reversal_both_ways(
    session: Session, story: Books, mei: Actor, chen: Actor, now: object
) -> None:
    from tests.cast import NOW

    reverse_document(
        session,
        public_id=story.public_ids["R-1"],
        posting_on=date(2026, 2, 1),
        reason="bounced",
        actor=chen,
        now=NOW,
    )
    original = find_document(session, public_id=story.public_ids["R-1"], actor=mei)
    reversal = find_document(session, public_id=original.reversed_by_public_id, actor=mei)
    assert reversal.reverses_public_id == original.public_id
    assert [part.is_reversed for part in original.allocations] == [True, False, False]


@pytest.mark.parametrize("which", ["INV-1", "unknown"])
def test_a_stranger_gets_the_same_answer_as_for_the_unknown(
    session: Session, story: Books, bo: Actor, which: str
) -> None:
    with pytest.raises(NotFound):
        find_document(session, public_id=story.public_ids.get(which, which), actor=bo)
