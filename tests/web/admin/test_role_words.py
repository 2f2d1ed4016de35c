"""Terms, rules and differences in words."""

from __future__ import annotations

import pytest
from flask import Flask

from admin.views.role_words import difference_rows, rule_label, rule_value
from portal.policies import FIELDS, Difference


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("standing_release", True, "yes"),
        ("approval_limit_minor", {"CNY": 5_000_000, "EUR": 120_000}, "CNY 50,000.00 · EUR 1,200.00"),
        ("approval_limit_minor", {}, "no limit"),
        ("reminder_stage_days", [0, 7], "0 · 7"),
        ("ageing_basis", "document", "the document date"),
        ("answer_days", 10, "10"),
    ],
)
def test_says_a_rule_in_words(app: Flask, name: str, value: object, said: str) -> None:
    with app.test_request_context("/?lang=en"):
        assert rule_value(name, value) == said


def test_every_rule_has_its_words(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert [one.name for one in FIELDS if rule_label(one.name) == one.name] == []
        rows = difference_rows([Difference("answer_days", 10, 12)])
    assert [(row["before"], row["after"]) for row in rows] == [("10", "12")]
