"""What one thing to do is, how much of its time is left, and how the list is ordered; pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.errors import N_
from portal.money import Money

#: Kind of thing → tab in which it stands.
TAB_OF = {"dispute": "disputes", "approval": "approvals", "statement": "statements", "task": "tasks"}
TABS = {
    "all": N_("All"),
    "disputes": N_("Disputes to answer"),
    "approvals": N_("To approve"),
    "statements": N_("Statements unanswered"),
    "tasks": N_("Questions and tasks"),
}
#: How things are grouped by the time left, in this order.
GROUPS = {
    "late": N_("Late"),
    "today": N_("Due today"),
    "week": N_("Next 7 days"),
    "later": N_("Later"),
}
_ORDER = {kind: place for place, kind in enumerate(("approval", "dispute", "task", "statement"))}


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How much time is left.

    Attributes:
        days: Calendar days to the due day; negative when it has passed.
        permille: Share of the time used, 0 to 1000.
        group: Key of ``GROUPS``.
    """

    days: int
    permille: int
    group: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits, with what a list needs to show it.

    Attributes:
        key: Unique in the list, ``<kind>:<public id>``.
        kind: Key of ``TAB_OF``.
        public_id: Of the dispute, approval, statement or task.
        label: Number or title as stored; what it means depends on the kind.
        state: Of the thing.
        turn: ``ours``, ``theirs``, ``you`` (the reader decides) or ``approver`` (someone else decides).
        owner: Name; empty = nobody in person.
        facts: Further values by kind: ``reason``, ``document``, ``month``, ``asked_by``, ``text``, ``kind`` …
    """

    key: str
    kind: str
    public_id: str
    label: str
    state: str
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    money: Money | None
    started_on: date
    due_on: date
    left: TimeLeft
    turn: str
    owner: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def customer_in(self, language: str) -> str:
        """The customer's name in a language, the other one's where there is none."""
        names = (self.customer_name_en, self.customer_name)
        return next(filter(None, names if language == "en" else names[::-1]), self.customer_no)


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """The things of one span of time."""

    key: str
    label: str
    items: tuple[WorkItem, ...]


def time_left(due_on: date, *, started_on: date, today: date) -> TimeLeft:
    """Return what is left of the time between two days.

    Args:
        due_on: Last day on which it is in time.
        started_on: Day on which the clock began.
        today: Business day.

    Returns:
        Past days are ``late``; the seven days after today are ``week``.
    """
    days = (due_on - today).days
    if days < 0:
        return TimeLeft(days, 1000, "late")
    span = max((due_on - started_on).days, 1)
    used = min(max((today - started_on).days, 0), span)
    group = "today" if days == 0 else "week" if days <= 7 else "later"
    return TimeLeft(days, used * 1000 // span, group)


def ordered(items: Sequence[WorkItem]) -> tuple[WorkItem, ...]:
    """Return the most urgent first; on one day what a person must decide before what is to be chased."""
    return tuple(sorted(items, key=lambda item: (item.due_on, _ORDER[item.kind], item.label, item.key)))


def grouped(items: Sequence[WorkItem]) -> tuple[WorkGroup, ...]:
    """Return the groups that hold something, each in the given order."""
    found = {key: tuple(item for item in items if item.left.group == key) for key in GROUPS}
    return tuple(WorkGroup(key, GROUPS[key], part) for key, part in found.items() if part)
