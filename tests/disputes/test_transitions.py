"""Every illegal transition is a conflict and changes nothing; the table in the docstring is the table in the code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import portal.disputes
from portal.disputes import (
    STATES,
    TRANSITIONS,
    Proposal,
    accept_proposal,
    ask_customer,
    assign_dispute,
    counter_proposal,
    escalate_dispute,
    hold_dispute,
    note_dispute,
    propose_resolution,
    refuse_proposal,
    reopen_dispute,
    reply_to_dispute,
    resolve_dispute,
    resume_dispute,
    submit_settlement,
    withdraw_dispute,
)
from portal.disputes.rules import TURNS
from portal.errors import Conflict
from portal.money import Money
from tests.disputes.conftest import Case

ONE = Money(1, "CNY")
#: verb → (who, call)
CALLS: dict[str, tuple[str, Callable[..., object]]] = {
    "reply": ("mei", lambda s, i, **k: reply_to_dispute(s, public_id=i, text="x", **k)),
    "answer": ("ping", lambda s, i, **k: reply_to_dispute(s, public_id=i, text="x", **k)),
    "note": ("mei", lambda s, i, **k: note_dispute(s, public_id=i, text="x", **k)),
    "assign": ("mei", lambda s, i, **k: assign_dispute(s, public_id=i, department="sales", **k)),
    "ask": ("mei", lambda s, i, **k: ask_customer(s, public_id=i, text="x", **k)),
    "hold": ("mei", lambda s, i, **k: hold_dispute(s, public_id=i, reason="x", **k)),
    "resume": ("mei", lambda s, i, **k: resume_dispute(s, public_id=i, **k)),
    "propose": (
        "mei",
        lambda s, i, **k: propose_resolution(s, public_id=i, proposal=Proposal(ONE, "credit_note", "x"), **k),
    ),
    "escalate": ("mei", lambda s, i, **k: escalate_dispute(s, public_id=i, reason="x", **k)),
    "accept": ("ping", lambda s, i, **k: accept_proposal(s, public_id=i, **k)),
    "counter": ("ping", lambda s, i, **k: counter_proposal(s, public_id=i, amount=ONE, text="x", **k)),
    "refuse": ("ping", lambda s, i, **k: refuse_proposal(s, public_id=i, text="x", **k)),
    "settle": ("mei", lambda s, i, **k: submit_settlement(s, public_id=i, **k)),
    "resolve": ("mei", lambda s, i, **k: resolve_dispute(s, public_id=i, **k)),
    "withdraw": ("ping", lambda s, i, **k: withdraw_dispute(s, public_id=i, **k)),
    "reopen": ("ping", lambda s, i, **k: reopen_dispute(s, public_id=i, text="x", **k)),
}


@pytest.mark.parametrize("verb", sorted(CALLS))
def test_every_illegal_transition_is_refused_and_changes_nothing(case: Case, verb: str) -> None:
    """Security case D33: skipped steps."""
    public_id = case.open()
    who, call = CALLS[verb]
    for state in STATES:
        if (state, verb) in TRANSITIONS or (verb == "resolve" and state == "posted"):
            continue
        case.bring(public_id, state)
        before = case.snapshot()
        with pytest.raises(Conflict):
            call(case.session, public_id, actor=case.people[who], now=case.now)
        assert case.snapshot() == before, (state, verb)


@pytest.mark.parametrize("verb", sorted(set(CALLS) - {"settle", "resolve", "reopen"}))
def test_every_legal_transition_leads_where_the_table_says(case: Case, verb: str) -> None:
    public_id = case.open()
    who, call = CALLS[verb]
    for state in STATES:
        if (state, verb) not in TRANSITIONS:
            continue
        case.bring(public_id, state)
        call(case.session, public_id, actor=case.people[who], now=case.now)
        row = case.row(public_id)
        assert (row.state, row.turn) == (TRANSITIONS[state, verb], TURNS[TRANSITIONS[state, verb]]), (
            state,
            verb,
        )


def test_the_docstring_shows_the_table_of_the_rules() -> None:
    rows = [line for line in (portal.disputes.__doc__ or "").splitlines() if line.startswith("| ")][1:]
    shown = {}
    for row in rows:
        state, turn, verbs = (cell.strip() for cell in row.strip("|").split("|"))
        shown[state] = (turn, sorted(verb.strip() for verb in verbs.split(",")))
    expected = {
        state: (TURNS[state], sorted(verb for (s, verb) in TRANSITIONS if s == state)) for state in STATES
    }
    assert shown == expected
