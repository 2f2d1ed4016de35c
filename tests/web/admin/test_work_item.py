"""The words of one row of the worklist."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from admin.views.work_item import left_words, note_of, title_of
from portal.worklist import TimeLeft, WorkItem

LEFT = TimeLeft(2, 500, "week")


def item(what: str, state: str = "", **facts: Any) -> WorkItem:
    return WorkItem(
        key=f"{what}:x", kind=what, public_id="x", label="D-26-0001", state=state, customer_public_id="c",
        customer_no="C-1", customer_name="", customer_name_en="Acme", money=None, started_on=date(2026, 3, 1),
        due_on=date(2026, 3, 4), left=LEFT, turn="ours", owner="", facts=facts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("left", "words", "state"),
    [
        (TimeLeft(-1, 1000, "late"), "\u22121 day", "late"), (TimeLeft(-3, 1000, "late"), "\u22123 days", "late"),
        (TimeLeft(0, 900, "today"), "today", "soon"), (TimeLeft(5, 100, "week"), "5 days", ""),
    ],
)  # fmt: skip
def test_says_how_much_time_is_left(left: TimeLeft, words: str, state: str) -> None:
    assert left_words(left) == (words, state)


def test_says_what_is_to_be_done_with_a_dispute() -> None:
    dispute = item("dispute", "waiting_internal", reason="QTY", document="INV-1", department="logistics")
    assert title_of(dispute)[0] == "D-26-0001"
    assert note_of(dispute) == "INV-1 · waits for Logistics"


def test_names_a_statement_by_its_month_and_a_question_by_its_words() -> None:
    statement = item("statement", month=date(2026, 2, 1), viewed_at=None)
    assert title_of(statement) == ("February 2026", "statement unanswered")
    assert note_of(statement) == "Not opened yet"
    question = item("task", kind="question", text="Which order?", subject_kind="statement", subject_id="s")
    assert note_of(question) == "“Which order?”"
    failed = item("task", kind="mail-failed", recipient="a@b.example", subject_kind="message", subject_id="m")
    assert (title_of(failed)[1], note_of(failed)) == ("Mail not delivered", "a@b.example")


def test_says_whose_request_an_approval_is() -> None:
    assert note_of(item("approval", kind="adjustments.post", is_own=True, maker="Mei")) == "Your request"
    assert note_of(item("approval", kind="adjustments.post", is_own=False, maker="Mei")) == "Prepared by Mei"
