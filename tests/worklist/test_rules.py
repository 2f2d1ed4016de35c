"""Time left, order and groups of what waits."""

from __future__ import annotations

from datetime import date

import pytest

from portal.worklist import WorkItem, grouped, ordered, time_left

TODAY = date(2026, 3, 2)


def item(key: str, kind: str, due_on: date) -> WorkItem:
    left = time_left(due_on, started_on=date(2026, 2, 20), today=TODAY)
    return WorkItem(
        key=key, kind=kind, public_id=key, label=key, state="", customer_public_id="", customer_no="C-1",
        customer_name="埃克米", customer_name_en="", money=None, started_on=date(2026, 2, 20), due_on=due_on, left=left,
        turn="ours", owner="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("due_on", "days", "permille", "group"),
    [
        (date(2026, 3, 1), -1, 1000, "late"), (date(2026, 3, 2), 0, 1000, "today"),
        (date(2026, 3, 3), 1, 500, "week"), (date(2026, 3, 9), 7, 125, "week"), (date(2026, 3, 10), 8, 111, "later"),
    ],
)  # fmt: skip
def test_time_runs_from_the_start_to_the_due_day(due_on: date, days: int, permille: int, group: str) -> None:
    left = time_left(due_on, started_on=date(2026, 3, 1), today=TODAY)
    assert (left.days, left.permille, left.group) == (days, permille, group)


def test_time_that_has_not_begun_is_not_used() -> None:
    assert time_left(date(2026, 3, 5), started_on=date(2026, 3, 4), today=TODAY).permille == 0


def test_the_most_urgent_comes_first_and_decisions_before_chasing() -> None:
    items = [
        item("statement", "statement", TODAY), item("later", "dispute", date(2026, 4, 1)),
        item("dispute", "dispute", TODAY), item("approval", "approval", TODAY), item("late", "task", date(2026, 2, 27)),
    ]  # fmt: skip
    keys = [one.key for one in ordered(items)]
    assert keys == ["late", "approval", "dispute", "statement", "later"]


def test_groups_hold_each_item_once_and_empty_ones_are_left_out() -> None:
    groups = grouped([item("a", "task", TODAY), item("b", "task", date(2026, 2, 1))])
    assert [(group.key, [one.key for one in group.items]) for group in groups] == [
        ("late", ["b"]),
        ("today", ["a"]),
    ]


def test_a_customer_without_an_english_name_keeps_the_chinese_one() -> None:
    assert item("a", "task", TODAY).customer_in("en") == "埃克米"
