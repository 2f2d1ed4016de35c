"""Offer and answer: amounts within bounds, the customer decides, nothing is accepted unseen."""

from __future__ import annotations

import pytest

from portal.disputes import (
    Proposal,
    accept_proposal,
    counter_proposal,
    find_dispute,
    propose_resolution,
    refuse_proposal,
)
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.money import Money
from tests.disputes.conftest import Case


def test_a_proposal_gives_the_customer_the_turn_and_a_mail(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id)
    row = case.row(public_id)
    assert (row.state, row.turn, row.due_on.isoformat()) == ("proposed", "theirs", "2026-03-16")
    (mail,) = case.mails("dispute-proposed")
    assert mail.payload["reply_by"] == "2026-03-16"


@pytest.mark.parametrize(
    ("minor", "resolution"), [(3864001, "credit_note"), (0, "credit_note"), (-1, "reallocate"), (1, "explanation"),
                              (1, "nothing-known")],
)  # fmt: skip
def test_refuses_offers_that_do_not_fit(case: Case, minor: int, resolution: str) -> None:
    public_id = case.open()
    before = case.snapshot()
    with pytest.raises(Invalid):
        case.propose(public_id, minor, resolution)
    assert case.snapshot() == before


def test_an_offer_needs_words(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(Invalid):
        propose_resolution(
            case.session, public_id=public_id, proposal=Proposal(Money(1, "CNY"), "credit_note", "  "),
            actor=case.people["mei"], now=case.now,
        )  # fmt: skip


def test_the_customer_sees_what_is_left_after_the_credit(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id)
    offer = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now).offer
    assert offer is not None
    assert (offer.today.minor, offer.approved.minor, offer.after.minor) == (3864000, 3864000, 0)


def test_accepting_gives_us_the_turn(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id)
    case.accept(public_id)
    assert (case.row(public_id).state, case.row(public_id).turn) == ("accepted", "ours")


def test_another_amount_than_shown_is_not_accepted(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id)
    case.propose(public_id, 100)
    with pytest.raises(Conflict):
        accept_proposal(
            case.session,
            public_id=public_id,
            seen=Money(3864000, "CNY"),
            actor=case.people["ping"],
            now=case.now,
        )
    assert case.row(public_id).state == "proposed"


def test_an_explanation_that_is_accepted_resolves_at_once(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id, 0, "explanation")
    case.accept(public_id)
    assert case.row(public_id).state == "resolved"
    assert len(case.mails("dispute-resolved")) == 1


def test_a_counter_offer_is_bounded_and_needs_a_reason(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id, 100000)
    ping = case.people["ping"]
    for minor, text in [(0, "x"), (3864001, "x"), (100000, "the same"), (200000, " ")]:
        with pytest.raises(Invalid):
            counter_proposal(
                case.session,
                public_id=public_id,
                amount=Money(minor, "CNY"),
                text=text,
                actor=ping,
                now=case.now,
            )
    counter_proposal(
        case.session,
        public_id=public_id,
        amount=Money(200000, "CNY"),
        text="Two pieces.",
        actor=ping,
        now=case.now,
    )
    assert (case.row(public_id).state, case.row(public_id).turn) == ("countered", "ours")


def test_a_refusal_needs_a_reason_and_gives_us_the_turn(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id, 100000)
    with pytest.raises(Invalid):
        refuse_proposal(case.session, public_id=public_id, text="", actor=case.people["ping"], now=case.now)
    refuse_proposal(case.session, public_id=public_id, text="No.", actor=case.people["ping"], now=case.now)
    assert case.row(public_id).state == "refused"


@pytest.mark.parametrize("who", ["mei", "chen", "aud", "vera"])
def test_nobody_but_the_confirmer_accepts(case: Case, who: str) -> None:
    """Staff never answer for a customer (separation rule R7)."""
    public_id = case.open()
    case.propose(public_id)
    with pytest.raises(NotAllowed):
        accept_proposal(case.session, public_id=public_id, actor=case.people[who], now=case.now)


def test_strangers_and_customers_cannot_propose(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(NotFound):
        accept_proposal(case.session, public_id=public_id, actor=case.people["bo"], now=case.now)
    with pytest.raises(NotAllowed):
        propose_resolution(
            case.session, public_id=public_id, proposal=Proposal(Money(1, "CNY"), "credit_note", "Me"),
            actor=case.people["ping"], now=case.now,
        )  # fmt: skip
