"""Parked, refused, left alone, resumed: each with its reason, its state and who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank.models import BankLine
from portal.errors import Invalid, NotAllowed, NotFound
from portal.matching import WrongState, leave_alone, park_match, refuse_match, resume_match
from tests.books import Books
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]
Verb = Callable[..., None]


@pytest.fixture
def waiting(books: Tell, bank: Bank) -> Bank:
    books("2026-01-05 invoice ACME INV-26-08812 743.50 CNY")
    bank.tell("2026-01-20 743.50 CNY Acme/6222000033 | INV-26-08812")
    bank.propose()
    return bank


def do(verb: Verb, session: Session, bank: Bank, actor: Actor, now: datetime, **more: object) -> None:
    match = bank.match()
    verb(
        session,
        **{"public_id": match.public_id, "row_version": match.row_version} | more,
        actor=actor,
        now=now,
    )


@pytest.mark.parametrize(
    ("verb", "state", "line"),
    [(park_match, "parked", "parked"), (leave_alone, "left", "ignored"), (refuse_match, "refused", "new")],
)
def test_takes_a_receipt_aside_and_brings_it_back(
    session: Session, waiting: Bank, mei: Actor, now: datetime, verb: Verb, state: str, line: str
) -> None:
    do(verb, session, waiting, mei, now, reason="because")
    match = waiting.match()
    assert (match.state, match.note) == (state, "because")
    assert session.get_one(BankLine, match.bank_line_id, populate_existing=True).state == line
    do(resume_match, session, waiting, mei, now)
    assert waiting.match().state == "proposed"
    assert session.get_one(BankLine, match.bank_line_id, populate_existing=True).state == "new"


def test_a_refused_candidate_counts_as_wrong_and_is_gone(
    session: Session, waiting: Bank, mei: Actor, now: datetime
) -> None:
    do(refuse_match, session, waiting, mei, now, reason="not theirs")
    assert (waiting.match().customer_id, waiting.match().was_changed) == (None, True)


@pytest.mark.parametrize("verb", [park_match, leave_alone, refuse_match])
def test_refuses_without_reason_right_or_the_newest_version(
    session: Session, waiting: Bank, mei: Actor, aud: Actor, now: datetime, verb: Verb
) -> None:
    with pytest.raises(Invalid):
        do(verb, session, waiting, mei, now, reason=" ")
    with pytest.raises(NotAllowed):
        do(verb, session, waiting, aud, now, reason="x")
    with pytest.raises(WrongState):
        do(verb, session, waiting, mei, now, reason="x", row_version=99)
    with pytest.raises(NotFound):
        do(verb, session, waiting, mei, now, reason="x", public_id="x" * 22)


def test_resumes_only_what_was_taken_aside(
    session: Session, waiting: Bank, mei: Actor, now: datetime
) -> None:
    with pytest.raises(WrongState):
        do(resume_match, session, waiting, mei, now)
