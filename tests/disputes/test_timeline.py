"""The timeline: one point and one audit row a change, in order, files with their words."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditRow
from portal.disputes import find_dispute
from portal.disputes.models import DisputeEvent
from portal.disputes.rules import TRANSITIONS
from portal.disputes.timeline import AUDIT_EVENTS, Words, locked_dispute, move_dispute, require_words
from portal.errors import Conflict, Invalid, NotFound
from tests.disputes.conftest import Case


def test_every_verb_has_its_audit_event() -> None:
    assert set(AUDIT_EVENTS) == {verb for _, verb in TRANSITIONS}


def test_each_state_change_writes_exactly_one_audit_row(case: Case) -> None:
    public_id = case.settled()
    case.session.commit()
    written = case.session.scalar(select(func.count()).where(AuditRow.subject_id == public_id))
    points = case.session.scalar(
        select(func.count(DisputeEvent.id)).where(DisputeEvent.dispute_id == case.row(public_id).id)
    )
    assert written == points == 7


def test_the_timeline_tells_the_story_in_order(case: Case) -> None:
    view = find_dispute(case.session, public_id=case.settled(), actor=case.people["ping"], now=case.now)
    assert [entry.verb for entry in view.entries] == [
        "submit", "acknowledge", "propose", "accept", "settle", "post", "resolve",
    ]  # fmt: skip
    assert view.entries[5].text == "CN-26-0001"


def test_a_verb_that_is_not_possible_leaves_no_point(case: Case) -> None:
    public_id = case.open()
    row = locked_dispute(case.session, public_id=public_id, verb="reply", actor=case.people["mei"])
    before = case.snapshot()
    with pytest.raises(Conflict):
        move_dispute(case.session, row, verb="post", words=Words(), actor=case.people["mei"], now=case.now)
    assert case.snapshot() == before


def test_strangers_cannot_even_lock(case: Case) -> None:
    public_id = case.open()
    with pytest.raises(NotFound):
        locked_dispute(case.session, public_id=public_id, verb="reply", actor=case.people["bo"])


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_words_are_neither_empty_nor_endless(text: str) -> None:
    with pytest.raises(Invalid):
        require_words(text)
