"""Insights: figures for people to look at, always from the same rows as the table beside them.

Reads only. ``balance_history_figure`` is the chart of month-end balances; ``standing_today`` splits today's balance
into what the customer confirmed, disputes, or has not answered; ``latest_activity`` tells what happened last.
Whoever may read a customer's statements may read these.
"""

from __future__ import annotations

from portal.insights.figures import MARK_LABELS, BalancePoint, balance_history_figure

__all__ = ["MARK_LABELS", "BalancePoint", "balance_history_figure"]
