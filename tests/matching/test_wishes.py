"""Another allocation: previewed to the cent, asked by the customer, moved only by two people of the seller."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, newest_approval
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.matching import (
    Wish,
    ask_allocation,
    list_wishes,
    preview_allocation,
    refuse_wish,
    take_wish,
    withdraw_wish,
)
from portal.receivables.models import Allocation, OpenItem
from tests.books import Books

Tell = Callable[[str], Books]


@pytest.fixture
def story(books: Tell) -> Books:
    return books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-06 invoice ACME INV-2 60.00 CNY
        2026-01-20 receipt ACME R-1 120.00 CNY pays INV-1:100.00
    """)


def open_of(session: Session, story: Books) -> dict[str, int]:
    return {
        no: session.get_one(OpenItem, id_, populate_existing=True).open_minor for no, id_ in story.ids.items()
    }


@pytest.mark.parametrize(
    ("method", "then", "rest"),
    [("fifo", [10000, 2000], 0), ("pro_rata", [7500, 4500], 0), ("largest", [10000, 2000], 0)],
)
def test_the_preview_sums_to_the_receipt(
    session: Session, story: Books, ping: Actor, method: str, then: list[int], rest: int
) -> None:
    """Requirement 3-5: cent-exact, Σ allocations = receipt."""
    preview = preview_allocation(session, document=story.public_ids["R-1"], method=method, actor=ping)
    assert [row.then.minor for row in preview.rows] == then
    assert [row.now.minor for row in preview.rows] == [10000, 0]
    assert sum(then) + preview.rest.minor == preview.receipt.minor == 12000
    assert preview.rest.minor == rest


@pytest.mark.db
def test_the_ledger_moves_when_a_second_person_approves(
    session: Session, story: Books, ping: Actor, mei: Actor, chen: Actor, now: datetime
) -> None:
    wish = Wish(amounts={story.ids["INV-2"]: 6000, story.ids["INV-1"]: 6000})
    public_id = ask_allocation(
        session, document=story.public_ids["R-1"], method="specified", wish=wish, words="as agreed", actor=ping,
        now=now,
    )  # fmt: skip
    assert open_of(session, story) == {"INV-1": 0, "INV-2": 6000, "R-1": 2000}
    take_wish(session, public_id=public_id, actor=mei, now=now)
    waiting = newest_approval(session, subject_kind="allocation-wish", subject_id=public_id, actor=chen)
    assert waiting is not None
    approve(session, public_id=waiting.public_id, seen_hash=waiting.content_hash, actor=chen, now=now)
    assert open_of(session, story) == {"INV-1": 4000, "INV-2": 0, "R-1": 0}
    (view,) = list_wishes(session, document=story.public_ids["R-1"], actor=ping)
    assert view.state == "applied"


def test_a_receipt_applied_meanwhile_is_not_moved(
    session: Session, story: Books, ping: Actor, mei: Actor, now: datetime
) -> None:
    from portal.receivables import reverse_allocation

    public_id = ask_allocation(
        session, document=story.public_ids["R-1"], method="pro_rata", words="", actor=ping, now=now
    )
    allocation = session.scalars(select(Allocation.public_id)).one()
    reverse_allocation(session, public_id=allocation, allocated_on=now.date(), reason="x", actor=mei, now=now)
    with pytest.raises(Conflict):
        take_wish(session, public_id=public_id, actor=mei, now=now)


def test_refuses_who_may_not_and_what_is_not_theirs(
    session: Session, story: Books, ping: Actor, vera: Actor, bo: Actor, now: datetime
) -> None:
    document = story.public_ids["R-1"]
    with pytest.raises(NotAllowed):
        ask_allocation(session, document=document, method="fifo", words="", actor=vera, now=now)
    with pytest.raises(NotFound):
        ask_allocation(session, document=document, method="fifo", words="", actor=bo, now=now)
    with pytest.raises(NotFound):
        preview_allocation(session, document=story.public_ids["INV-1"], method="fifo", actor=ping)


def test_one_wish_a_receipt_and_none_that_changes_nothing(
    session: Session, story: Books, ping: Actor, mei: Actor, now: datetime
) -> None:
    document = story.public_ids["R-1"]
    same = Wish(amounts={story.ids["INV-1"]: 10000})
    with pytest.raises(Invalid):
        ask_allocation(
            session, document=document, method="specified", wish=same, words="", actor=ping, now=now
        )
    public_id = ask_allocation(session, document=document, method="fifo", words="", actor=ping, now=now)
    with pytest.raises(Conflict):
        ask_allocation(session, document=document, method="pro_rata", words="", actor=ping, now=now)
    with pytest.raises(Invalid):
        refuse_wish(session, public_id=public_id, reason=" ", actor=mei, now=now)
    refuse_wish(session, public_id=public_id, reason="INV-2 is disputed", actor=mei, now=now)
    with pytest.raises(Conflict):
        withdraw_wish(session, public_id=public_id, actor=ping, now=now)
    again = ask_allocation(session, document=document, method="fifo", words="", actor=ping, now=now)
    withdraw_wish(session, public_id=again, actor=ping, now=now)
    assert {wish.state for wish in list_wishes(session, actor=ping)} == {"refused", "withdrawn"}
