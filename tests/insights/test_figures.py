"""Charts hold exactly the figures of the table beside them (requirement 0-18)."""

from datetime import date
from decimal import Decimal

import pytest

from portal.i18n import translator
from portal.insights import BalancePoint, balance_history_figure
from portal.insights.figures import short_figure, value_ticks
from portal.money import Money, sum_money


def points(currency: str = "CNY", *minors: int) -> list[BalancePoint]:
    marks = ["signed", "except", "open"]
    return [
        BalancePoint(date(2025, number, 1), Money(minor, currency), marks[number % 3])
        for number, minor in enumerate(minors or (41_238_050, 1, -10, 58_890_880), start=1)
    ]


@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD"])
def test_the_chart_sums_to_the_table(currency: str) -> None:
    """Requirement 0-18: chart total = table total, to the smallest unit of every currency."""
    shown = points(currency)
    figure = balance_history_figure(shown, translator=translator("en"))
    drawn = sum(Decimal(value) for value in figure["data"][0]["y"])
    assert drawn == Decimal(sum_money([one.balance for one in shown], currency).decimal_text)


def test_the_figure_names_no_template_and_marks_every_month() -> None:
    figure = balance_history_figure(points(), translator=translator("en"))
    assert "template" not in figure["layout"]
    assert figure["data"][0]["customdata"] == ["except", "open", "signed", "except"]
    assert figure["data"][0]["hovertext"][0].startswith("January 2025<br>CNY\u202f412,380.50<br>")


def test_the_axis_begins_at_zero_and_reads_in_both_languages() -> None:
    values, words = value_ticks([Money(58_890_880, "CNY")], language="en")
    assert (values[0], values[-1]) == ("0.00", "600000.00")
    assert words == ["0", "100k", "200k", "300k", "400k", "500k", "600k"]
    assert value_ticks([Money(58_890_880, "CNY")], language="zh")[1][-1] == "60 万"


def test_an_axis_goes_below_zero_where_we_owe() -> None:
    values, _ = value_ticks([Money(-5_000, "CNY"), Money(12_000, "CNY")], language="en")
    assert values[0] == "-50.00"
    assert "0.00" in values


def test_nothing_owed_for_two_years_still_has_an_axis() -> None:
    assert value_ticks([Money(0, "CNY")] * 24, language="en")[0][0] == "0.00"
    assert balance_history_figure([], translator=translator("en"))["data"][0].get("y", []) == []


@pytest.mark.parametrize(
    ("whole", "english", "chinese"),
    [
        (0, "0", "0"), (950, "950", "950"), (600_000, "600k", "60 万"), (1_200_000, "1.2M", "120 万"),
        (120_000_000, "120M", "1.2 亿"), (-50_000, "−50k", "−5 万"), (1_250, "1.25k", "1,250"),
    ],
)  # fmt: skip
def test_figures_on_an_axis_are_short(whole: int, english: str, chinese: str) -> None:
    assert (short_figure(whole, language="en"), short_figure(whole, language="zh")) == (english, chinese)
