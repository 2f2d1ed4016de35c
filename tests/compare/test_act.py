"""A customer acts on the result in bulk; one refused row does not hold up the others."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.compare import (
    FindingView,
    WantedDispute,
    ask_for_copies,
    confirm_agreed,
    dispute_findings,
    find_comparison,
    proposals_of,
)
from portal.compare.models import ComparisonRow
from portal.db import Database
from portal.disputes.models import Dispute
from portal.errors import Conflict, NotAllowed, NotFound
from portal.i18n import translator
from portal.money import Money
from portal.statements.models import LineAnswer
from tests.compare.february import compared

pytestmark = pytest.mark.usefixtures("issued")
WORDS = translator("en")


def proposed(session: Session, public_id: str, actor: Actor) -> dict[str, FindingView]:
    found = proposals_of(session, public_id=public_id, words=WORDS, actor=actor)
    return {one.our_number or one.their_number: one for one in found}


def wanted(one: FindingView, amount: Money | None = None) -> WantedDispute:
    assert one.proposal is not None
    proposal = one.proposal
    return WantedDispute(one.no, proposal.reason, amount or proposal.amount, proposal.facts, proposal.text)


def test_confirms_only_what_agrees_and_only_once(
    session: Session, database: Database, ping: Actor, now: datetime
) -> None:
    public_id = compared(session, database, ping, now)
    view = find_comparison(session, public_id=public_id, actor=ping)
    seen = view.statement_hash
    every = list(range(20))
    done = confirm_agreed(
        session, public_id=public_id, line_nos=every, content_hash=seen, actor=ping, now=now
    )
    assert set(done.line_nos) == set(view.agreed_lines)
    assert set(session.scalars(select(LineAnswer.answer))) == {"confirmed"}
    with pytest.raises(Conflict):
        confirm_agreed(session, public_id=public_id, line_nos=every, content_hash=seen, actor=ping, now=now)


def test_a_refused_dispute_does_not_hold_up_the_others(
    session: Session, database: Database, ping: Actor, now: datetime
) -> None:
    public_id = compared(session, database, ping, now)
    found = proposed(session, public_id, ping)
    rows = [wanted(found["INV-26-0003"], Money(9_999_999_00, "CNY")), wanted(found["INV-26-0005"])]
    outcomes = dispute_findings(session, public_id=public_id, wanted=rows, words=WORDS, actor=ping, now=now)
    assert [one.refusal is None for one in outcomes] == [False, True]
    assert session.scalars(select(Dispute.reason)).all() == ["DUP"]
    (again,) = dispute_findings(
        session, public_id=public_id, wanted=rows[1:], words=WORDS, actor=ping, now=now
    )
    assert isinstance(again.refusal, Conflict)


def test_asks_for_a_copy_of_what_they_miss_and_of_nothing_else(
    session: Session, database: Database, ping: Actor, now: datetime
) -> None:
    public_id = compared(session, database, ping, now)
    numbers = list(session.scalars(select(ComparisonRow.no)))
    outcomes = ask_for_copies(session, public_id=public_id, numbers=numbers, words=WORDS, actor=ping, now=now)
    assert [(one.number, one.refusal) for one in outcomes] == [("INV-26-0007", None)]
    assert session.scalars(select(ComparisonRow.our_number).where(ComparisonRow.asked_at == now)).all() == [
        "INV-26-0007"
    ]


def test_viewers_and_other_companies_act_on_nothing(
    session: Session, database: Database, ping: Actor, vera: Actor, bo: Actor, now: datetime
) -> None:
    public_id = compared(session, database, ping, now)
    for actor, refusal in ((vera, NotAllowed), (bo, NotFound)):
        with pytest.raises(refusal):
            confirm_agreed(session, public_id=public_id, line_nos=[1], content_hash="", actor=actor, now=now)
        with pytest.raises(refusal):
            dispute_findings(session, public_id=public_id, wanted=[], words=WORDS, actor=actor, now=now)
        with pytest.raises(refusal):
            ask_for_copies(session, public_id=public_id, numbers=[1], words=WORDS, actor=actor, now=now)
