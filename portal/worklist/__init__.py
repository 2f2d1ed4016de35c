"""Worklist: what waits for a person, gathered from disputes, approvals, statements and tasks.

Reads only; it has no state of its own. Disputes on which we have the turn, approvals the reader may decide and own
requests that wait, statements of the newest month that are unanswered near or after their deadline, open questions
and failed mails. Everyone who may read the worklist sees the parts their role reads elsewhere: ``disputes:read``,
``approvals:decide`` or ``postings:request``, ``statements:read``.
"""

from __future__ import annotations

from portal.worklist.figures import WorkFigures, work_figures
from portal.worklist.queries import WorkCounts, count_work, customers_owned, list_work, work_counts
from portal.worklist.rules import GROUPS, TABS, TimeLeft, WorkGroup, WorkItem, grouped, ordered, time_left

__all__ = [
    "GROUPS",
    "TABS",
    "TimeLeft",
    "WorkCounts",
    "WorkFigures",
    "WorkGroup",
    "WorkItem",
    "count_work",
    "customers_owned",
    "grouped",
    "list_work",
    "ordered",
    "time_left",
    "work_counts",
    "work_figures",
]
