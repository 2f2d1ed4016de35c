"""Counts of tries within five minutes, in the database, so that all processes share them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.access.models import ThrottleCount
from portal.errors import Throttled

WINDOW = timedelta(minutes=5)
_SLICE_SECONDS = 30
#: Tries within the window after which the answer is 429.
LIMITS = {"account": 10, "address": 10, "site": 1000, "link": 5}


def limit_of(key: str) -> int:
    """Return the number of tries a key allows; the key starts with its kind."""
    return LIMITS[key.partition(":")[0]]


def count_try(session: Session, key: str, *, now: datetime) -> int:
    """Count one try and return how many there were within the window, this one included."""
    slice_at = datetime.fromtimestamp(now.timestamp() // _SLICE_SECONDS * _SLICE_SECONDS, now.tzinfo)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(ThrottleCount).values(key=key[:160], window_at=slice_at, tries=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key", "window_at"], set_={"tries": ThrottleCount.tries + 1}
        )
    )
    return tries_of(session, key, now=now)


def tries_of(session: Session, key: str, *, now: datetime) -> int:
    """Return how many tries there were within the window."""
    query = select(func.sum(ThrottleCount.tries)).where(
        ThrottleCount.key == key[:160], ThrottleCount.window_at > now - WINDOW
    )
    return int(session.scalar(query) or 0)


def refuse_when_full(session: Session, keys: Sequence[str], *, now: datetime) -> None:
    """Refuse when one of the keys has used all its tries.

    Raises:
        Throttled: It has; trying again makes sense after five minutes.
    """
    for key in keys:
        if tries_of(session, key, now=now) >= limit_of(key):
            raise Throttled(int(WINDOW.total_seconds()))


def forget_tries(session: Session, key: str) -> None:
    """Forget the tries of a key after a success."""
    session.execute(delete(ThrottleCount).where(ThrottleCount.key == key[:160]))


def forget_old_tries(session: Session, *, now: datetime) -> None:
    """Forget what no window reaches any more."""
    session.execute(delete(ThrottleCount).where(ThrottleCount.window_at < now - 2 * WINDOW))
