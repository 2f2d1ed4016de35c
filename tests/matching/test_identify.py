"""Unidentified cash: posted against 2241, listed by age, identified once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.access.models import Grant, Person
from portal.approvals import ApprovalView, approve, find_approval, newest_approval, reject, withdraw_request
from portal.customers.models import Customer
from portal.errors import Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired
from portal.ledger.models import Account, EntryLine
from portal.matching import (
    IDENTIFY_KIND,
    Chosen,
    WrongState,
    accept_match,
    find_match,
    identify_money,
    list_unidentified,
    post_as_unidentified,
    request_undo,
    undo_match,
)
from portal.matching.models import Match, UnidentifiedMoney
from portal.policies import Policy, change_policy
from portal.receivables.models import OpenItem
from tests.books import Books
from tests.cast import Part, actor_of
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]


@pytest.fixture
def story(books: Tell) -> Books:
    return books("2026-01-05 invoice ACME INV-1001 1000.00 CNY")


def chosen(session: Session, story: Books, parts: dict[str, int], rest: str = "") -> Chosen:
    customer = session.scalars(select(Customer.public_id).where(Customer.number == "ACME")).one()
    return Chosen(tuple((story.public_ids[no], minor) for no, minor in parts.items()), rest, customer)


def test_is_listed_by_age_with_its_sums(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("""
        2026-01-20 10.00 CNY | a
        2026-02-25 5.00 CNY | b
    """)
    bank.propose()
    for number in (1, 2):
        match = bank.match(number)
        post_as_unidentified(
            session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now
        )
    found = list_unidentified(session, as_of=date(2026, 3, 2), actor=mei)
    assert [(row.days, row.money.minor) for row in found.rows] == [(41, 1000), (5, 500)]
    assert [[cell.minor for cell in cells] for _, cells in found.ages] == [[500, 0, 1000, 0]]
    assert [total.minor for total in found.totals] == [1500]


def test_refuses_who_may_not_the_unknown_and_what_does_not_add_up(
    session: Session, story: Books, bank: Bank, mei: Actor, aud: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 900.00 CNY | cash")
    bank.propose()
    match = bank.match()
    with pytest.raises(NotAllowed):
        post_as_unidentified(
            session, public_id=match.public_id, row_version=match.row_version, actor=aud, now=now
        )
    with pytest.raises(NotFound):
        post_as_unidentified(session, public_id="x" * 22, row_version=1, actor=mei, now=now)
    post_as_unidentified(
        session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now
    )
    what = chosen(session, story, {"INV-1001": 100000})
    with pytest.raises(Invalid):
        identify_money(session, public_id=match.public_id, row_version=2, chosen=what, actor=mei, now=now)


def test_identified_money_is_not_identified_twice(
    session: Session, story: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    bank.tell("2026-01-20 1000.00 CNY | cash")
    bank.propose()
    match = bank.match()
    with pytest.raises(WrongState):
        identify_money(
            session, public_id=match.public_id, row_version=match.row_version,
            chosen=chosen(session, story, {"INV-1001": 100000}), actor=mei, now=now,
        )  # fmt: skip


# --- above what one person posts ------------------------------------------------------------------------------------


@pytest.fixture
def large(session: Session, books: Tell, bank: Bank, mei: Actor, now: datetime) -> Books:
    """Unidentified cash of 120,000.00, of which one invoice is open for 150,000.00."""
    story = books("2026-01-05 invoice ACME INV-9001 150000.00 CNY")
    bank.tell("2026-01-20 120000.00 CNY | cash")
    bank.propose()
    match = bank.match()
    post_as_unidentified(
        session, public_id=match.public_id, row_version=match.row_version, actor=mei, now=now
    )
    return story


def identify(session: Session, large: Books, bank: Bank, actor: Actor, now: datetime) -> str:
    match = bank.match()
    return identify_money(
        session, public_id=match.public_id, row_version=match.row_version, note="told by telephone",
        chosen=chosen(session, large, {"INV-9001": 12000000}), actor=actor, now=now,
    )  # fmt: skip


def asked(session: Session, match: Match, actor: Actor) -> ApprovalView:
    found = newest_approval(session, subject_kind="match", subject_id=match.public_id, actor=actor)
    assert found is not None
    return found


def say_yes(session: Session, match: Match, actor: Actor, now: datetime) -> str:
    view = asked(session, match, actor)
    approve(session, public_id=view.public_id, seen_hash=view.content_hash, actor=actor, now=now)
    return find_approval(session, public_id=view.public_id, actor=actor).state


def unidentified_in_books(session: Session) -> int:
    query = select(func.sum(EntryLine.amount_minor)).join(Account, Account.id == EntryLine.account_id)
    return -int(session.scalar(query.where(Account.code == "2241")) or 0)


def open_of(session: Session, story: Books) -> int:
    return session.get_one(OpenItem, story.ids["INV-9001"], populate_existing=True).open_minor


@pytest.mark.db
def test_above_the_limit_a_second_person_identifies(
    session: Session, large: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    """Four eyes: nothing moves before the yes, then money and invoice move at once."""
    assert identify(session, large, bank, mei, now) == "pending"
    match = bank.match()
    (row,) = list_unidentified(session, as_of=date(2026, 3, 2), actor=chen).rows
    assert row.is_pending
    assert (unidentified_in_books(session), open_of(session, large)) == (12000000, 15000000)
    view = asked(session, match, chen)
    assert view.kind == IDENTIFY_KIND
    assert view.effect["before"] == {"unidentified": 12000000, "documents": {"INV-9001": 15000000}}
    assert view.effect["after"] == {"unidentified": 0, "documents": {"INV-9001": 3000000}}
    assert [line["code"] for line in view.effect["entry"]] == ["2241", "1122"]
    assert say_yes(session, match, chen, now) == "approved"
    assert (unidentified_in_books(session), open_of(session, large)) == (0, 3000000)
    assert list_unidentified(session, as_of=date(2026, 3, 2), actor=chen).rows == ()
    match = bank.match()
    assert (match.outcome, match.decided_how) == ("allocate", "approval")
    assert session.get_one(UnidentifiedMoney, match.id).document_id == match.document_id


def test_the_maker_cannot_be_the_second_person(
    session: Session, large: Books, bank: Bank, mei: Actor, now: datetime
) -> None:
    """R1: the same person in another role is still the same person."""
    identify(session, large, bank, mei, now)
    person = session.scalars(select(Person).where(Person.id == mei.person_id)).one()
    both = actor_of(session, Part(person.email, person.name, "approver"))
    view = asked(session, bank.match(), both)
    with pytest.raises(SecondPersonRequired):
        approve(session, public_id=view.public_id, seen_hash=view.content_hash, actor=both, now=now)
    with pytest.raises(NotAllowed):
        approve(session, public_id=view.public_id, seen_hash=view.content_hash, actor=mei, now=now)
    assert unidentified_in_books(session) == 12000000


@pytest.mark.parametrize("way", ["reject", "withdraw"])
def test_sent_back_it_is_unidentified_again(
    session: Session, large: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime, way: str
) -> None:
    identify(session, large, bank, mei, now)
    view = asked(session, bank.match(), chen)
    if way == "reject":
        reject(session, public_id=view.public_id, note="not theirs", actor=chen, now=now)
    else:
        withdraw_request(session, public_id=view.public_id, reason="not theirs", actor=mei, now=now)
    (row,) = list_unidentified(session, as_of=date(2026, 3, 2), actor=mei).rows
    assert (row.is_pending, row.note) == (False, "not theirs")
    shown = find_match(session, public_id=bank.match().public_id, actor=mei)
    assert (shown.row.mark, shown.items, shown.row.customer_no) == ("unidentified", (), "")
    assert identify(session, large, bank, mei, now) == "pending"
    assert say_yes(session, bank.match(), chen, now) == "approved"


def test_what_waits_is_neither_asked_twice_nor_undone(
    session: Session, large: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    identify(session, large, bank, mei, now)
    public_id = bank.match().public_id
    with pytest.raises(Conflict):
        identify(session, large, bank, mei, now)
    with pytest.raises(Conflict):
        request_undo(session, public_id=public_id, reason="x", actor=mei, now=now)
    with pytest.raises(Conflict):
        undo_match(session, public_id=public_id, reason="x", actor=chen, now=now)
    assert find_match(session, public_id=public_id, actor=mei).row.mark == "pending"
    say_yes(session, bank.match(), chen, now)
    with pytest.raises(WrongState):
        identify(session, large, bank, mei, now)


def test_what_changed_since_it_was_asked_is_not_approved(
    session: Session, large: Books, bank: Bank, mei: Actor, chen: Actor, now: datetime
) -> None:
    """R6: the second person approves a content, not a name."""
    identify(session, large, bank, mei, now)
    bank.match().rest_kind = "advance"
    session.flush()
    with pytest.raises(Conflict):
        say_yes(session, bank.match(), chen, now)
    assert unidentified_in_books(session) == 12000000


def second_approver(session: Session, now: datetime) -> Actor:
    part = Part("chen.two@seller.example", "Chen Two", "approver")
    person = Person(email=part.email, name=part.name, language="en", created_at=now)
    session.add(person)
    session.flush()
    session.add(Grant(person_id=person.id, role=part.role, granted_at=now))
    session.flush()
    return actor_of(session, part)


@pytest.mark.parametrize("kind", ["matching.identify", "matching.post"])
def test_above_an_approvers_limit_two_approvers_agree(
    session: Session, books: Tell, bank: Bank, mei: Actor, chen: Actor, now: datetime, kind: str
) -> None:
    """R9: the limit of the policy under which was asked holds for money matched, too."""
    change_policy(
        session, policy=Policy(approval_limit_minor={"CNY": 11_000_000}), valid_from_on=date(2026, 1, 1),
        reason="smaller steps", actor=system_actor(), now=now,
    )  # fmt: skip
    story = books("2026-01-05 invoice ACME INV-9001 150000.00 CNY")
    bank.tell("2026-01-20 120000.00 CNY | cash")
    bank.propose()
    match = bank.match()
    if kind == IDENTIFY_KIND:
        post_as_unidentified(session, public_id=match.public_id, row_version=1, actor=mei, now=now)
        identify(session, story, bank, mei, now)
    else:
        what = chosen(session, story, {"INV-9001": 12000000})
        accept_match(session, public_id=match.public_id, row_version=1, chosen=what, actor=mei, now=now)
    assert asked(session, bank.match(), chen).kind == kind
    assert say_yes(session, bank.match(), chen, now) == "pending"
    assert open_of(session, story) == 15000000
    assert say_yes(session, bank.match(), second_approver(session, now), now) == "approved"
    assert open_of(session, story) == 3000000
