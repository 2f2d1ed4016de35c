"""Pure sums of answers: what counts, how far the customer is, which lines are the same in the next version."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import statements
from portal.money import Money
from portal.statements import (
    STATE_LABELS,
    TRANSITIONS,
    fold_answers,
    measure_progress,
    next_state,
    short_hash,
)
from portal.statements.queries import Answer
from portal.statements.rules import ANSWERABLE, SIGNED, STATES, LineKey, untouched_lines
from tests.cast import NOW


@dataclass(frozen=True)
class Line:
    no: int
    amount_minor: int
    answer: str = "none"
    disputed_minor: int = 0


def test_counts_lines_and_sums_the_opening_with_them() -> None:
    lines = [
        Line(0, 1000, "confirmed"),
        Line(1, 500, "confirmed"),
        Line(2, 300, "disputed", 100),
        Line(3, -50),
    ]
    progress = measure_progress(lines, currency="CNY")
    assert (progress.total, progress.answered, progress.left, progress.opening_state) == (
        3,
        2,
        1,
        "confirmed",
    )
    assert (progress.confirmed, progress.disputed, progress.unanswered) == (
        Money(1700, "CNY"), Money(100, "CNY"), Money(-50, "CNY"),
    )  # fmt: skip
    assert progress.closing == Money(1750, "CNY")


def test_a_question_is_no_answer_and_an_opening_of_zero_needs_none() -> None:
    progress = measure_progress([Line(0, 0), Line(1, 500, "question")], currency="CNY")
    assert (progress.left, progress.answered, progress.opening_state) == (1, 0, "none")


def test_says_when_unanswered_amounts_are_of_both_signs() -> None:
    lines = [Line(0, 0), Line(1, 500), Line(2, -450)]
    progress = measure_progress(lines, currency="CNY")
    assert progress.has_mixed_signs
    assert progress.unanswered == Money(50, "CNY")
    assert progress.bar[2] == Money(950, "CNY")


@st.composite
def _lines(draw: st.DrawFn) -> list[Line]:
    amounts = draw(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=30))
    lines = []
    for no, amount in enumerate(amounts):
        answer = draw(st.sampled_from(["none", "question", "confirmed", "disputed"]))
        part = draw(st.integers(min(0, amount), max(0, amount))) if answer == "disputed" else 0
        lines.append(Line(no, amount, answer, part))
    return lines


@given(_lines())
@settings(derandomize=True, max_examples=200)
def test_the_three_sums_are_the_closing_balance_whatever_is_answered(lines: list[Line]) -> None:
    """Requirement 2-12 and I7."""
    progress = measure_progress(lines, currency="EUR")
    parts = progress.confirmed + progress.disputed + progress.unanswered
    assert parts == progress.closing == Money(sum(line.amount_minor for line in lines), "EUR")
    assert progress.confirmed_count + progress.disputed_count + progress.unanswered_count == len(lines) - 1


def said(answer: str) -> Answer:
    return Answer(answer, 0, None, "act", 1, NOW, "")


def test_the_newest_answer_of_a_line_counts() -> None:
    folded = fold_answers([(1, said("confirmed")), (2, said("confirmed")), (1, said("none"))])
    assert {no: answer.answer for no, answer in folded.items()} == {1: "none", 2: "confirmed"}


def test_a_line_is_the_same_only_when_nothing_of_it_changed() -> None:
    kept = LineKey(7, "invoice", "INV-1", date(2026, 2, 3), date(2026, 3, 5), 100)
    moved = LineKey(8, "invoice", "INV-2", date(2026, 2, 4), date(2026, 3, 6), 200)
    later = LineKey(8, "invoice", "INV-2", date(2026, 2, 4), date(2026, 4, 6), 200)
    assert untouched_lines([(1, kept), (2, moved)], [(1, later), (2, kept)]) == {1: 2}


def test_every_state_has_a_word_and_every_transition_known_states() -> None:
    assert set(STATE_LABELS) == set(STATES)
    assert {state for (state, _), after in TRANSITIONS.items() for state in (state, after)} == set(STATES)


@pytest.mark.parametrize("state", sorted(SIGNED))
def test_a_signature_is_final_until_a_new_version(state: str) -> None:
    assert {verb for (before, verb) in TRANSITIONS if before == state} == {"supersede"}


def test_no_response_is_never_agreement_and_can_still_be_answered() -> None:
    assert "no-response" in ANSWERABLE
    assert next_state("no-response", "answer") == "part-answered"
    assert "Confirmed" not in STATE_LABELS["no-response"]


def test_the_docstring_tells_every_verb_of_the_table() -> None:
    told = statements.__doc__ or ""
    assert [verb for verb in {verb for _, verb in TRANSITIONS} if f"| {verb} |" not in told] == []


def test_people_compare_twelve_characters_of_a_hash() -> None:
    assert short_hash("7f3a91c40b2e" + "0" * 52) == "7F3A 91C4 0B2E"
