"""Chance that can be repeated, and when a review is due."""

from __future__ import annotations

from datetime import timedelta

from portal.roles.rules import ranked, review_state
from tests.cast import NOW


def test_a_draw_does_not_depend_on_the_order_of_the_rows() -> None:
    keys = [f"k{n}" for n in range(1000)]
    assert ranked(keys, seed="s", size=50) == ranked(keys[::-1], seed="s", size=50)
    assert ranked(keys, seed="s", size=50) == ranked(keys, seed="s", size=100)[:50]


def test_a_review_is_due_after_its_cycle() -> None:
    day = timedelta(days=1)
    assert review_state(NOW, None, days=90, now=NOW + 89 * day) == "open"
    assert review_state(NOW, None, days=90, now=NOW + 90 * day) == "overdue"
    assert review_state(NOW, NOW + 80 * day, days=90, now=NOW + 100 * day) == "done"
    assert review_state(NOW, NOW + 5 * day, days=90, now=NOW + 100 * day) == "overdue"
