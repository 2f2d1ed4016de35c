"""The only reader of the system clock."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def _offset() -> timedelta:
    moved_to = os.environ.get("CONCORD_CLOCK")
    if not moved_to:
        return timedelta(0)
    target = datetime.fromisoformat(moved_to)
    if target.tzinfo is None:
        target = target.replace(tzinfo=UTC)
    # Processes of one run agree on when it began.
    begun = os.environ.setdefault("CONCORD_CLOCK_BEGUN", datetime.now(UTC).isoformat())
    return target - datetime.fromisoformat(begun)


#: ``CONCORD_CLOCK`` moves the clock once, at start; it goes on ticking from there (settings refuse it off loopback).
OFFSET = _offset()


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC) + OFFSET


def is_usable_day(day: date) -> bool:
    """Say whether a date can stand in the books: terms, ages and months around it must be dates, too."""
    return 1900 <= day.year < 2200


def monotonic_seconds() -> float:
    """Return seconds of a clock that never goes back, for durations only."""
    return time.monotonic()


def business_day(instant: datetime, time_zone: str) -> date:
    """Return the calendar date of an instant where the seller is: it decides cut-off, due and overdue.

    Args:
        instant: Aware instant.
        time_zone: IANA name, e.g. ``Asia/Shanghai``.
    """
    return instant.astimezone(ZoneInfo(time_zone)).date()
