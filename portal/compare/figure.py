"""The waterfall of a bridge as a Plotly figure, from the same steps as the table beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from portal.compare.engine import CAUSES
from portal.compare.view import ComparisonView
from portal.i18n import Translator
from portal.money import Money, format_amount


@dataclass(frozen=True, slots=True)
class BridgeBar:
    """One bar: a balance, or a step with its word."""

    word: str
    money: Money
    is_total: bool = False


def bridge_bars(view: ComparisonView, words: Translator) -> tuple[BridgeBar, ...]:
    """Return our balance, a step for each cause, and their balance: the steps sum exactly."""
    return (
        BridgeBar(words.gettext("Our balance"), view.ours, is_total=True),
        *(BridgeBar(words.gettext(CAUSES[step.cause]), step.step) for step in view.steps),
        BridgeBar(words.gettext("Your balance"), view.theirs, is_total=True),
    )


def bridge_figure(bars: Sequence[BridgeBar], *, floor: Money | None = None) -> dict[str, Any]:
    """Return the figure as plain JSON values ``{"data": […], "layout": {…}}``.

    Bars are drawn one by one, so that falling steps can be hatched; values are the exact decimal texts.

    Args:
        bars: From ``bridge_bars``.
        floor: Where the axis begins (:func:`bridge_floor`); None = at zero.
    """
    import plotly.graph_objects as go

    below = floor.minor if floor else 0
    level = 0
    traces: list[Any] = []
    ends: list[int] = []
    for bar in bars:
        start, end = (below, bar.money.minor) if bar.is_total else (level, level + bar.money.minor)
        ends.append(end)
        level = end
        role = "total" if bar.is_total else "up" if bar.money.minor > 0 else "down"
        sign = "+" if bar.money.minor > 0 and not bar.is_total else ""
        traces.append(
            go.Bar(
                x=[_folded(bar.word)], base=[Money(min(start, end), bar.money.currency).decimal_text],
                y=[Money(abs(end - start), bar.money.currency).decimal_text], text=[sign + format_amount(bar.money)],
                textposition="outside", cliponaxis=False, hoverinfo="text",
                hovertext=[f"{bar.word}<br>{sign}{format_amount(bar.money)}"], meta={"role": role}, width=[0.8],
            )
        )  # fmt: skip
    traces += _connectors(bars, ends)
    layout = go.Layout(
        showlegend=False, barmode="overlay", margin={"t": 28}, uniformtext={"minsize": 9, "mode": "hide"}
    )
    figure = go.Figure(data=traces, layout=layout)
    figure.update_yaxes(type="linear", range=_range(bars, below), rangemode="normal", tickformat="~s")
    figure.update_xaxes(type="category")
    plain: dict[str, Any] = json.loads(figure.to_json(engine="json"))
    del plain["layout"]["template"]
    return plain


def _connectors(bars: Sequence[BridgeBar], ends: Sequence[int]) -> list[Any]:
    """Return the dotted lines from the end of each bar to the next."""
    import plotly.graph_objects as go

    lines = []
    for place, (bar, following) in enumerate(pairwise(bars)):
        level = Money(ends[place], bar.money.currency).decimal_text
        lines.append(
            go.Scatter(
                x=[_folded(bar.word), _folded(following.word)], y=[level, level], mode="lines", hoverinfo="skip",
                line={"dash": "dot", "width": 1}, meta={"role": "compare"},
            )
        )  # fmt: skip
    return lines


def bridge_floor(bars: Sequence[BridgeBar]) -> Money | None:
    """Return where the axis may begin so that small steps can be seen: said in words beside the chart; None = zero."""
    levels = _levels(bars)
    low, high = min(levels), max(levels)
    if low <= 0 or (high - low) * 2 > high:
        return None
    size: int = 10 ** (len(str(high - low or 1)) - 1)
    return Money(max(low - (high - low), 0) // size * size, bars[0].money.currency) if high > low else None


def _levels(bars: Sequence[BridgeBar]) -> list[int]:
    levels, level = [], 0
    for bar in bars:
        level = bar.money.minor if bar.is_total else level + bar.money.minor
        levels.append(level)
    return levels


def _range(bars: Sequence[BridgeBar], below: int) -> list[str]:
    levels = _levels(bars)
    low, high = min(*levels, below), max(*levels, below)
    room = max((high - low) // 8, 1)
    currency = bars[0].money.currency
    return [
        Money(low if low >= 0 else low - room, currency).decimal_text,
        Money(high + room, currency).decimal_text,
    ]


def _folded(word: str) -> str:
    """Break a word of several words over two lines."""
    head, _, tail = word.partition(" ")
    return f"{head}<br>{tail}" if tail and len(word) > 10 else word
