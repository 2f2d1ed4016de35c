"""Charts as data: Plotly figures without a template, made from the same points as the table beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.i18n import N_, Translator
from portal.money import Money, currency_digits, minor_to_text

#: What a month end is marked with: who has agreed to it.
MARK_LABELS: dict[str, str] = {
    "signed": N_("Signed"),
    "except": N_("Signed except disputed"),
    "open": N_("Not signed yet"),
    "none": N_("No statement"),
}

#: How many parts a short axis is cut into at most, and the steps it may take within a power of ten.
_MOST_TICKS = 6
_STEPS = (1, 2, 5, 10)
_MOST_MONTHS = 8


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """The balance at one month end.

    Attributes:
        month: First day of the month.
        balance: What the customer owes at its end; positive = the customer owes.
        mark: Key of ``MARK_LABELS``.
        public_id: Of the statement, where one was issued.
    """

    month: date
    balance: Money
    mark: str
    public_id: str = ""


def balance_history_figure(
    points: Sequence[BalancePoint], *, translator: Translator, is_small: bool = False
) -> dict[str, Any]:
    """Return the figure of month-end balances as plain JSON values ``{"data": […], "layout": {…}}``.

    Every value is the exact decimal text of its point, so that the chart and its table hold the same figures.

    Args:
        points: Oldest month first, all in one currency.
        translator: Words, months and short figures of the reader's language.
        is_small: Whether the chart stands in the rail, with fewer marks on its axes.
    """
    import plotly.graph_objects as go

    months = [f"{point.month:%Y-%m-%d}" for point in points]
    trace = go.Scatter(
        x=months,
        y=[point.balance.decimal_text for point in points],
        customdata=[point.mark for point in points],
        hovertext=[hover_text(point, translator=translator) for point in points],
        hoverinfo="text",
        mode="lines+markers",
        fill="tozeroy",
        name=translator.gettext("Month-end balance"),
        meta={"role": "balance"},
    )
    figure = go.Figure(data=[trace], layout=go.Layout(showlegend=False))
    every = max(1, -(-len(points) // (3 if is_small else _MOST_MONTHS)))
    shown = [point.month for point in reversed(points)][::every][::-1]
    figure.update_xaxes(
        type="date",
        range=_month_range(points),
        tickvals=[f"{month:%Y-%m-%d}" for month in shown],
        ticktext=[translator.month_short(month) for month in shown],
    )
    values, words = value_ticks([point.balance for point in points], language=translator.language)
    figure.update_yaxes(type="linear", tickvals=values, ticktext=words)
    plain: dict[str, Any] = json.loads(figure.to_json(engine="json"))
    del plain["layout"]["template"]  # the page's own style is applied where it is drawn
    return plain


def _month_range(points: Sequence[BalancePoint]) -> list[str] | None:
    """Return an axis a little longer than its months, so that the last mark and its word are whole."""
    if not points:
        return None
    first, last = points[0].month, points[-1].month
    room = timedelta(days=max((last - first).days // 40, 3))
    return [(first - room).isoformat(), (last + room).isoformat()]


def hover_text(point: BalancePoint, *, translator: Translator) -> str:
    """Return what a month end says when it is pointed at: month, exact figure, what happened."""
    mark = translator.gettext(MARK_LABELS[point.mark])
    return f"{translator.month(point.month)}<br>{translator.headline(point.balance)}<br>{mark}"


def value_ticks(balances: Sequence[Money], *, language: str) -> tuple[list[str], list[str]]:
    """Return the values of a money axis that includes zero, and their short words.

    Args:
        balances: Amounts of one currency.
        language: ``zh`` shortens by 万 and 亿, ``en`` by k and M.

    Returns:
        Values as decimal text, and for each ``600k``, ``1.2M``, ``60 万``, ``1.2 亿`` or the whole figure.
    """
    if not balances:
        return [], []
    currency = balances[0].currency
    low = min(0, *(one.minor for one in balances))
    high = max(0, *(one.minor for one in balances))
    unit: int = 10 ** currency_digits(currency)
    step = _step(max(high - low, unit * 5), unit)
    first, last = low // step, -(-high // step)
    minors = [number * step for number in range(first, last + 1)]
    return (
        [minor_to_text(minor, currency) for minor in minors],
        [short_figure(minor // unit, language=language) for minor in minors],
    )


def _step(span: int, unit: int) -> int:
    size = unit
    while True:
        for factor in _STEPS[:-1]:
            if -(-span // (size * factor)) < _MOST_TICKS + 1:
                return size * factor
        size *= 10


def short_figure(whole: int, *, language: str) -> str:
    """Return a whole number shortened for an axis: ``600k``, ``1.2M``; in Chinese ``60 万``, ``1.2 亿``."""
    sizes = ((100_000_000, " 亿"), (10_000, " 万")) if language == "zh" else ((1_000_000, "M"), (1_000, "k"))
    sign = "\u2212" if whole < 0 else ""
    size, word = next(((size, word) for size, word in sizes if abs(whole) >= size), (1, ""))
    main, rest = divmod(abs(whole), size)
    part = f"{rest * 100 // size:02d}".rstrip("0") if size > 1 else ""
    return f"{sign}{main:,}{'.' + part if part else ''}{word}"
