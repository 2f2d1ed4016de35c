"""The dispute's state machine, clock and tax share."""

from __future__ import annotations

from datetime import date

import pytest

from portal.disputes.rules import (
    OPEN_STATES,
    RESOLUTIONS,
    STATES,
    TRANSITIONS,
    TURNS,
    add_business_days,
    business_days_between,
    due_day,
    is_business_day,
    next_state,
    verdict_of,
    waiting_days,
)
from portal.errors import Conflict

VERBS = sorted({verb for _, verb in TRANSITIONS})


def test_every_state_can_be_reached_and_has_a_turn() -> None:
    reached = set(TRANSITIONS.values()) | {"draft"}
    assert reached == set(STATES) == set(TURNS)


def test_every_open_state_can_end() -> None:
    ending, before = set(STATES) - OPEN_STATES, set[str]()
    while ending != before:
        before = set(ending)
        ending |= {state for (state, _), target in TRANSITIONS.items() if target in ending}
    assert ending == set(STATES)


@pytest.mark.parametrize("state", ["resolved", "closed", "withdrawn"])
@pytest.mark.parametrize(
    "verb", ["accept", "counter", "refuse", "propose", "settle", "post", "withdraw", "answer"]
)
def test_refuses_to_move_what_has_ended(state: str, verb: str) -> None:
    """Skipped steps (security case D33)."""
    with pytest.raises(Conflict):
        next_state(state, verb)


def test_nobody_but_the_second_person_posts() -> None:
    assert [state for (state, verb) in TRANSITIONS if verb == "post"] == ["pending_approval"]
    assert {state for (state, verb) in TRANSITIONS if verb == "accept"} == {"proposed"}


def test_withdrawing_is_possible_until_posted() -> None:
    can = {state for (state, verb) in TRANSITIONS if verb == "withdraw"}
    assert can == OPEN_STATES - {"posted"}


def test_a_closed_case_takes_nothing_but_reopening() -> None:
    assert [verb for verb in VERBS if ("closed", verb) in TRANSITIONS] == ["reopen"]


@pytest.mark.parametrize(
    ("approved", "verdict"), [(0, "invalid"), (1, "partly_valid"), (99, "partly_valid"), (100, "valid")]
)
def test_the_verdict_follows_from_the_amounts(approved: int, verdict: str) -> None:
    assert verdict_of(100, approved) == verdict


def test_only_credits_and_write_offs_post() -> None:
    assert {r.posts for r in RESOLUTIONS.values()} == {"credit_note", "write_off", ""}


def test_golden_week_and_weekends_are_no_business_days() -> None:
    assert [is_business_day(date(2026, 10, day)) for day in range(1, 12)] == [False] * 7 + [True] * 3 + [
        False
    ]


def test_five_business_days_skip_the_holidays() -> None:
    assert add_business_days(date(2026, 9, 30), 5) == date(2026, 10, 13)  # 8, 9, Saturday 10 (worked), 12, 13
    assert add_business_days(date(2026, 11, 7), 0) == date(2026, 11, 9)


def test_counting_is_the_inverse_of_adding() -> None:
    start = date(2026, 9, 30)
    assert [business_days_between(start, add_business_days(start, n)) for n in range(12)] == list(range(12))


def test_the_turns_add_up_to_the_age() -> None:
    moves = [
        ("acknowledged", date(2026, 11, 2)),
        ("proposed", date(2026, 11, 4)),
        ("countered", date(2026, 11, 6)),
    ]
    waiting = waiting_days(moves, until=date(2026, 11, 10))
    assert (waiting.ours, waiting.theirs) == (4, 2)
    assert waiting.ours + waiting.theirs == business_days_between(date(2026, 11, 2), date(2026, 11, 10))


def test_our_clock_stands_still_while_the_customer_has_the_turn() -> None:
    moves = [("acknowledged", date(2026, 11, 2)), ("waiting_customer", date(2026, 11, 4))]
    came_back = date(2026, 11, 18)
    assert due_day("investigating", moves=moves, sla_days=5, today=came_back) == add_business_days(
        came_back, 3
    )


def test_a_reopened_case_starts_its_days_anew() -> None:
    moves = [("acknowledged", date(2026, 11, 2)), ("reopened", date(2026, 12, 1))]
    assert due_day("reopened", moves=moves, sla_days=5, today=date(2026, 12, 1)) == date(2026, 12, 8)
