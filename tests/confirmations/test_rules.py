"""The exact text of a signature, in parts and in whole."""

from dataclasses import replace
from datetime import date

import pytest

from portal.confirmations.rules import Signable, compose_text, holds, normal_text, signed_money
from portal.i18n import translator
from portal.money import Money

FACTS = Signable(
    seller="Chengchuan Precision", customer="Northquay Packaging", as_of=date(2026, 10, 31),
    day_in_words="31 October 2026", closing=Money(58_890_880, "CNY"), agreed=Money(54_576_880, "CNY"),
    disputed=Money(4_314_000, "CNY"), disputed_count=2,
)  # fmt: skip
ENGLISH = translator("en")


@pytest.mark.parametrize(
    ("outcome", "stated", "minor"),
    [
        ("agreed", None, 58_890_880),
        ("agreed-except", None, 54_576_880),
        ("disagreed", Money(100, "CNY"), 100),
    ],
)
def test_the_signed_figure_is_never_one_that_is_partly_disputed(
    outcome: str, stated: Money | None, minor: int
) -> None:
    assert signed_money(FACTS, outcome=outcome, stated=stated) == Money(minor, "CNY")


def test_names_seller_day_figure_and_what_is_not_agreed() -> None:
    text = compose_text(FACTS, outcome="agreed-except", stated=None, words=ENGLISH)
    assert text.text.startswith(
        "We have checked your statement. As of 31 October 2026 our books agree with yours, ex"
    )
    assert text.full.split("\n") == [
        "Balance confirmation",
        "To Chengchuan Precision:",
        text.text,
        "CNY\u202f545,768.80",
        "Items in dispute: 2, CNY\u202f43,140.00 in total. Both sides go on checking these.",
        "Northquay Packaging",
    ]


def test_a_disagreement_states_both_balances() -> None:
    text = compose_text(FACTS, outcome="disagreed", stated=Money(100, "CNY"), words=ENGLISH)
    assert "According to our books we owe you" in text.text
    assert text.open == "Your statement shows CNY\u202f588,908.80."


def test_capital_numerals_stand_under_the_figure_and_beside_the_disputed_sum() -> None:
    capitals = ("人民币伍拾肆万伍仟柒佰陆拾捌元捌角整", "人民币肆万叁仟壹佰肆拾元整")
    text = compose_text(FACTS, outcome="agreed-except", stated=None, words=ENGLISH, capitals=capitals)
    assert text.words == capitals[0]
    assert capitals[1] in text.open


@pytest.mark.parametrize(
    ("state", "answer"), [("", False), ("investigating", True), ("resolved", False), ("withdrawn", False)]
)
def test_only_an_open_dispute_holds_its_line(state: str, answer: bool) -> None:
    assert holds(state) is answer


def test_line_ends_of_browsers_do_not_matter() -> None:
    assert normal_text(" One\r\ntwo \r\n") == "One\ntwo"


@pytest.mark.parametrize("outcome", ["agreed", "agreed-except", "disagreed"])
def test_in_chinese_too_the_one_who_signs_owes_a_positive_figure(outcome: str) -> None:
    """The text is spoken by the customer: 我司 owes 贵司 unless the figure is a credit."""
    chinese = translator("zh")
    owed = compose_text(FACTS, outcome=outcome, stated=Money(100, "CNY"), words=chinese)
    credit = replace(FACTS, closing=Money(-5, "CNY"), agreed=Money(-5, "CNY"))
    ours = compose_text(credit, outcome=outcome, stated=Money(-100, "CNY"), words=chinese)
    assert owed.text.endswith("我司应付贵司")
    assert ours.text.endswith("贵司应付我司")
