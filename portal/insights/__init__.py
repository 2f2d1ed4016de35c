"""Insights: figures for people to look at, always from the same rows as the table beside them.

Reads only. ``balance_history_figure`` is the chart of month-end balances; ``standing_today`` splits today's balance
into what the customer confirmed, disputes, or has not answered; ``latest_activity`` tells what happened last;
``statements_of_document`` says where a document stands, ``contact_here`` whom a customer can ask.
Whoever may read a customer's statements may read these.
"""

from __future__ import annotations

from portal.insights.activity import Activity, latest_activity
from portal.insights.contact import ContactHere, contact_here
from portal.insights.figures import MARK_LABELS, BalancePoint, balance_history_figure, short_figure
from portal.insights.history import month_end_balances
from portal.insights.places import StatementPlace, statements_of_document
from portal.insights.standing import Standing, standing_today

__all__ = [
    "MARK_LABELS",
    "Activity",
    "BalancePoint",
    "ContactHere",
    "Standing",
    "StatementPlace",
    "balance_history_figure",
    "contact_here",
    "latest_activity",
    "month_end_balances",
    "short_figure",
    "standing_today",
    "statements_of_document",
]
