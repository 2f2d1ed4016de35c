"""Accepting: as proposed or as changed, exact to the cent, above the limit only with a second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, find_approval, newest_approval, reject
from portal.bank.models import BankLine
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.matching import Chosen, Unexplained, WrongState, accept_many, accept_match, find_match
from portal.matching.models import Match, PayerSighting
from portal.money import Money
from portal.receivables import OverApplied
from portal.receivables.models import Document, OpenItem
from tests.books import Books
from tests.entries_text import entries_of_number
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]

STORY = """
    2026-01-05 invoice ACME INV-1001 1000.00 CNY
    2026-01-06 invoice ACME INV-1002 500.00 CNY
    2026-01-07 credit_note ACME CN-1 100.00 CNY
    2026-01-08 invoice GLOBEX INV-2001 1000.00 CNY
"""


@pytest.fixture
def story(books: Tell) -> Books:
    return books(STORY)


def choose(
    session: Session, match: Match, story: Books, parts: dict[str, int], *, rest: str = "", customer: str = "ACME",
    actor: Actor, now: datetime,
) -> str:  # fmt: skip
    from portal.customers.models import Customer

    customer_public_id = session.scalars(select(Customer.public_id).where(Customer.number == customer)).one()
    chosen = Chosen(
        tuple((story.public_ids[no], minor) for no, minor in parts.items()), rest, customer_public_id
    )
    return accept_match(
        session, public_id=match.public_id, row_version=match.row_version, chosen=chosen, actor=actor, now=now
    )


def open_of(session: Session, story: Books, *numbers: str) -> list[int]:
    return [session.get_one(OpenItem, story.ids[no], populate_existing=True).open_minor for no in numbers]


def receipt_no(session: Session, match: Match) -> str:
    return session.scalars(select(Document.document_no).where(Document.id == match.document_id)).one()


@pytest.mark.db
@pytest.mark.parametrize(
    ("received", "parts", "rest", "lines", "left"),
    [
        ("1000.00", {"INV-1001": 100000}, "", ["Dr 1002 1000.00 CNY", "Cr 1122 1000.00 CNY"], [0, 50000]),
        (
            "985.00", {"INV-1001": 100000}, "fee",
            ["Dr 1002 985.00 CNY", "Dr 6603 15.00 CNY", "Cr 1122 1000.00 CNY"], [0, 50000],
        ),
        (
            "980.00", {"INV-1001": 100000}, "discount",
            ["Dr 1002 980.00 CNY", "Dr 6001 20.00 CNY", "Cr 1122 1000.00 CNY"], [0, 50000],
        ),
        (
            "999.98", {"INV-1001": 100000}, "rounding",
            ["Dr 1002 999.98 CNY", "Dr 6711 0.02 CNY", "Cr 1122 1000.00 CNY"], [0, 50000],
        ),
        (
            "1030.00", {"INV-1001": 100000}, "advance",
            ["Dr 1002 1030.00 CNY", "Cr 1122 1000.00 CNY", "Cr 2203 30.00 CNY"], [0, 50000],
        ),
        ("300.00", {}, "advance", ["Dr 1002 300.00 CNY", "Cr 2203 300.00 CNY"], [100000, 50000]),
        (
            "1200.00", {"INV-1001": 100000, "INV-1002": 50000}, "part",
            ["Dr 1002 1200.00 CNY", "Cr 1122 1200.00 CNY"], [0, 30000],
        ),
        (
            "1400.00", {"INV-1001": 100000, "INV-1002": 50000, "CN-1": -10000}, "",
            ["Dr 1002 1400.00 CNY", "Cr 1122 1400.00 CNY"], [0, 0],
        ),
    ],
    ids=["exact", "fee", "discount", "short", "overpaid", "advance", "part", "credit-note"],
)  # fmt: skip
def test_posts_what_was_chosen(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime, received: str, parts: dict[str, int],
    rest: str, lines: list[str], left: list[int],
) -> None:  # fmt: skip
    """Requirements 0-2, 3-4, 3-5, 3-16 and 3-20."""
    bank.tell(f"2026-01-20 {received} CNY Someone/6222 | x")
    bank.propose()
    match = bank.match()
    assert choose(session, match, story, parts, rest=rest, actor=mei, now=now) == "posted"
    assert entries_of_number(session, receipt_no(session, bank.match()))[0] == lines
    assert open_of(session, story, "INV-1001", "INV-1002") == left
    assert session.get_one(BankLine, match.bank_line_id, populate_existing=True).state == "matched"


@pytest.mark.parametrize(
    ("received", "parts", "rest", "left"),
    [
        ("985.00", {"INV-1001": 100000}, "", "15.00"),
        ("985.00", {"INV-1001": 100000}, "advance", "15.00"),
        ("1030.00", {"INV-1001": 100000}, "fee", "30.00"),
        ("1030.00", {}, "", "1030.00"),
    ],
)
def test_says_what_is_left_while_it_does_not_add_up(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime, received: str, parts: dict[str, int],
    rest: str, left: str,
) -> None:  # fmt: skip
    bank.tell(f"2026-01-20 {received} CNY Someone | x")
    bank.propose()
    with pytest.raises(Unexplained) as refusal:
        choose(session, bank.match(), story, parts, rest=rest, actor=mei, now=now)
    money = refusal.value.params["left"]
    assert isinstance(money, Money)
    assert money.decimal_text == left


def test_refuses_more_than_is_open(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 600.00 CNY Someone | x")
    bank.propose()
    with pytest.raises(OverApplied):
        choose(session, bank.match(), story, {"INV-1002": 60000}, actor=mei, now=now)


def test_refuses_documents_of_another_customer(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY Someone | x")
    bank.propose()
    with pytest.raises(Conflict):
        choose(session, bank.match(), story, {"INV-2001": 100000}, actor=mei, now=now)


def test_refuses_to_choose_between_two_sets_that_fit(
    session: Session, books: Tell, bank: Bank, mei: Actor, now: datetime
) -> None:
    """Two equal subsets: nothing is automatic and neither can be accepted unseen."""
    books("""
        2026-01-05 invoice ACME A-1 300.00 CNY
        2026-01-05 invoice ACME A-2 700.00 CNY
        2026-01-05 invoice ACME A-3 400.00 CNY
        2026-01-05 invoice ACME A-4 600.00 CNY
    """)
    bank.tell("2026-01-20 1000.00 CNY Acme | transfer")
    bank.propose()
    match = bank.match()
    match.is_ambiguous = True
    session.flush()
    assert not match.may_post
    with pytest.raises(Invalid):
        accept_match(session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now)


def test_refuses_what_changed_since_it_was_seen(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY Acme | INV-1001")
    bank.propose()
    match = bank.match()
    with pytest.raises(WrongState):
        accept_match(
            session, public_id=match.public_id, row_version=match.row_version + 1, actor=mei, now=now
        )
    choose(session, match, story, {"INV-1001": 100000}, actor=mei, now=now)
    with pytest.raises(WrongState):
        choose(session, bank.match(), story, {"INV-1001": 100000}, actor=mei, now=now)


def test_refuses_auditors_and_the_unknown(
    session: Session, story: Books, bank: Bank, mei: Actor, aud: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY Acme | INV-1001")
    bank.propose()
    with pytest.raises(NotAllowed):
        choose(session, bank.match(), story, {"INV-1001": 100000}, actor=aud, now=now)
    with pytest.raises(NotFound):
        accept_match(session, public_id="x" * 22, row_version=1, actor=mei, now=now)


def test_learns_the_payer(session: Session, story: Books, bank: Bank, mei: Actor, now: datetime) -> None:
    """Requirement 1-17: learned from what people confirm."""
    bank.tell("2026-01-20 1000.00 CNY Strange Holding/62220009 | x")
    bank.propose()
    choose(session, bank.match(), story, {"INV-1001": 100000}, actor=mei, now=now)
    sightings = session.scalars(select(PayerSighting)).all()
    assert sightings
    assert {row.times for row in sightings} == {1}
    bank.tell("2026-01-25 500.00 CNY Strange Holding/62220009 | y")
    bank.propose()
    assert bank.match(2).customer_id == session.get_one(Document, story.ids["INV-1001"]).customer_id


@pytest.mark.db
def test_above_the_limit_a_second_person_posts_it(
    session: Session, books: Tell, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    story = books("2026-01-05 invoice ACME BIG-1 200000.00 CNY")
    bank.tell("2026-01-20 200000.00 CNY Acme | BIG-1")
    bank.propose()
    match = bank.match()
    assert not match.may_post
    assert choose(session, match, story, {"BIG-1": 20000000}, actor=mei, now=now) == "pending"
    assert open_of(session, story, "BIG-1") == [20000000]
    waiting = newest_approval(session, subject_kind="match", subject_id=match.public_id, actor=chen)
    assert waiting is not None
    approve(session, public_id=waiting.public_id, seen_hash=waiting.content_hash, actor=chen, now=now)
    assert (bank.match().state, open_of(session, story, "BIG-1")) == ("posted", [0])


def test_sent_back_it_waits_again(
    session: Session, books: Tell, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    story = books("2026-01-05 invoice ACME INV-1 1000.00 CNY")
    bank.tell("2026-01-20 700.00 CNY Acme | INV-1")
    bank.propose()
    state = choose(session, bank.match(), story, {"INV-1": 100000}, rest="fee", actor=mei, now=now)
    assert state == "pending", "a fee above the tolerance is not one person's decision"
    waiting = newest_approval(session, subject_kind="match", subject_id=bank.match().public_id, actor=chen)
    assert waiting is not None
    reject(session, public_id=waiting.public_id, note="no fee", actor=chen, now=now)
    assert (bank.match().state, bank.match().note) == ("proposed", "no fee")
    assert find_approval(session, public_id=waiting.public_id, actor=chen).state == "rejected"


def test_accepts_many_and_says_what_was_refused(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("""
        2026-01-20 1000.00 CNY Acme/6222 | INV-1001
        2026-01-21 500.00 CNY Acme/6222 | INV-1002
    """)
    bank.propose()
    seen = {bank.match(1).public_id: bank.match(1).row_version, bank.match(2).public_id: 99, "x" * 22: 1}
    results = accept_many(session, seen=seen, actor=mei, now=now)
    assert list(results.values()) == ["posted", "refused", "refused"]
    assert open_of(session, story, "INV-1001", "INV-1002") == [0, 50000]


def test_a_receipt_in_another_currency_settles_the_debt(
    session: Session, books: Tell, bank: Bank, mei: Actor, now: datetime
) -> None:
    """I1: two entries through the exchange clearing account."""
    story = books("""
        2026-01-04 invoice ACME INV-1 10.00 CNY
        2026-01-05 invoice GLOBEX INV-E 100.00 EUR
    """)
    bank.tell("2026-01-20 780.00 CNY Globex | INV-E")
    bank.propose()
    choose(session, bank.match(), story, {"INV-E": 10000}, customer="GLOBEX", actor=mei, now=now)
    match = bank.match()
    assert open_of(session, story, "INV-E") == [0]
    assert (match.exchange_id is not None, match.item_currency) == (True, "EUR")
    assert entries_of_number(session, receipt_no(session, match)) == [
        ["Dr 3002 100.00 EUR", "Cr 1122 100.00 EUR"]
    ]


def test_the_page_adds_up(session: Session, books: Tell, bank: Bank, mei: Actor) -> None:
    """Requirement 1-17: a suggestion has at least one reason."""
    books("2026-01-05 invoice ACME INV-26-08812 10000.00 CNY")
    bank.tell("2026-01-20 9985.00 CNY Acme | INV-26-08812 less fee")
    bank.propose()
    view = find_match(session, public_id=bank.match().public_id, actor=mei)
    assert ("INV-26-08812", True) in view.narrative
    assert [item.document_no for item in view.items if item.chosen] == ["INV-26-08812"]
    assert (view.rest, view.difference) == ("fee", Money(0, "CNY"))
    assert view.reasons
    debit = sum(line["debit_minor"] for line in view.entry)
    assert debit == sum(line["credit_minor"] for line in view.entry) == 1000000
