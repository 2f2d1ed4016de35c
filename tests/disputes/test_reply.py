"""Words: who may say them, who gets to see them."""

from __future__ import annotations

import pytest

from portal.disputes import ask_customer, find_dispute, hold_dispute, note_dispute, reply_to_dispute
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.disputes.conftest import Case

SECRET = "Order 5521 was closed and reopened"


def test_our_first_words_begin_the_work(case: Case) -> None:
    public_id = case.open()
    reply_to_dispute(
        case.session, public_id=public_id, text="We look into it.", actor=case.people["mei"], now=case.now
    )
    assert case.row(public_id).state == "investigating"


def test_the_customers_answer_ends_our_waiting(case: Case) -> None:
    public_id = case.open()
    ask_customer(
        case.session, public_id=public_id, text="Which delivery?", actor=case.people["mei"], now=case.now
    )
    assert case.row(public_id).turn == "theirs"
    reply_to_dispute(case.session, public_id=public_id, text="DN-1", actor=case.people["ping"], now=case.now)
    assert (case.row(public_id).state, case.row(public_id).turn) == ("investigating", "ours")


def test_internal_notes_never_reach_the_customer(case: Case) -> None:
    """Requirements 0-8 and 0-23: the customer sees shared steps, never internal ones."""
    public_id = case.open()
    note_dispute(case.session, public_id=public_id, text=SECRET, actor=case.people["mei"], now=case.now)
    hold_dispute(case.session, public_id=public_id, reason=SECRET, actor=case.people["mei"], now=case.now)
    theirs = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    ours = find_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=case.now)
    assert SECRET not in repr(theirs)
    assert SECRET in repr(ours)
    assert ours.customer_entries == theirs.entries


def test_root_cause_and_adjustments_never_reach_the_customer(case: Case) -> None:
    public_id = case.settled()
    theirs = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert (theirs.root_cause, theirs.adjustments, theirs.row.owner) == ("", (), "")
    ours = find_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=case.now)
    assert ours.root_cause == "duplicate"
    assert [one.state for one in ours.adjustments] == ["posted"]


def test_customers_write_no_notes_and_readers_no_words(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(NotAllowed):
        note_dispute(case.session, public_id=public_id, text="x", actor=case.people["ping"], now=case.now)
    for who in ("vera", "aud"):
        with pytest.raises(NotAllowed):
            reply_to_dispute(
                case.session, public_id=public_id, text="x", actor=case.people[who], now=case.now
            )


def test_empty_words_closed_cases_and_strangers_are_refused(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(Invalid):
        reply_to_dispute(case.session, public_id=public_id, text=" ", actor=case.people["ping"], now=case.now)
    with pytest.raises(NotFound):
        reply_to_dispute(case.session, public_id=public_id, text="x", actor=case.people["bo"], now=case.now)
    case.bring(public_id, "closed")
    with pytest.raises(Conflict):
        reply_to_dispute(case.session, public_id=public_id, text="x", actor=case.people["ping"], now=case.now)
