"""Counts of tries in the database, so that all processes share them; the wait grows with the tries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.access.models import ThrottleCount, UsedOnce
from portal.errors import Throttled

WINDOW, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
_SLICE = timedelta(seconds=30)
#: Tries within a window after which the answer is 429; the first part of a key names its limits. More tries fill a
#: longer window, so that the wait grows from minutes to hours. ``device`` and ``site-known`` are the budgets of
#: browsers a person has signed in with before: what strangers do never uses them up.
LIMITS: dict[str, tuple[tuple[int, timedelta], ...]] = {
    "account": ((10, WINDOW), (30, HOUR), (100, DAY)),
    "device": ((10, WINDOW), (30, HOUR), (100, DAY)),
    "address": ((10, WINDOW), (60, HOUR), (300, DAY)),
    "site": ((1000, WINDOW),),
    "site-known": ((1000, WINDOW),),
    "code": ((5, WINDOW), (20, HOUR), (50, DAY)),
    "link": ((5, WINDOW),),
    "reset": ((5, DAY),),
    "reset-address": ((10, WINDOW), (30, HOUR)),
    "mail-code": ((3, WINDOW), (10, DAY)),
    "mail-change": ((5, DAY),),
}


def address_key(address: str) -> str:
    """Return what tries from an address count for: the address, or the network of 64 bits that one host of IPv6 has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(found, IPv4Address):
        return address
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((int(found) >> 64 << 64, 64)))


def _limits(key: str) -> tuple[tuple[int, timedelta], ...]:
    return LIMITS[key.partition(":")[0]]


def count_try(session: Session, key: str, *, now: datetime) -> bool:
    """Count one try; say whether the key is over one of its limits with it."""
    width = _SLICE.total_seconds()
    slice_at = datetime.fromtimestamp(now.timestamp() // width * width, now.tzinfo)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(ThrottleCount).values(key=key[:160], window_at=slice_at, tries=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key", "window_at"], set_={"tries": ThrottleCount.tries + 1}
        )
    )
    tries = _tries(session, key, now)
    return any(found > most for found, (most, _window) in zip(tries, _limits(key), strict=True))


def _tries(session: Session, key: str, now: datetime) -> list[int]:
    limits = _limits(key)
    within = [
        func.sum(case((ThrottleCount.window_at > now - window, ThrottleCount.tries), else_=0))
        for _most, window in limits
    ]
    longest = max(window for _most, window in limits)
    query = select(*within).where(ThrottleCount.key == key[:160], ThrottleCount.window_at > now - longest)
    return [int(found or 0) for found in session.execute(query).one()]


def wait_for(session: Session, keys: Sequence[str], *, now: datetime) -> int:
    """Return the seconds until each of the keys has a try left; 0 = now."""
    wait = 0
    for key in keys:
        for found, (most, window) in zip(_tries(session, key, now), _limits(key), strict=True):
            if found >= most:
                oldest = select(func.min(ThrottleCount.window_at)).where(
                    ThrottleCount.key == key[:160], ThrottleCount.window_at > now - window
                )
                free_at = (session.scalar(oldest) or now) + window + _SLICE
                wait = max(wait, 1, int((free_at - now).total_seconds()))
    return wait


def refuse_when_full(session: Session, keys: Sequence[str], *, now: datetime) -> None:
    """Refuse when one of the keys has used all its tries.

    Raises:
        Throttled: It has; it says when trying again makes sense.
    """
    wait = wait_for(session, keys, now=now)
    if wait:
        raise Throttled(wait)


def forget_tries(session: Session, key: str) -> None:
    """Forget the tries of a key after a success."""
    session.execute(delete(ThrottleCount).where(ThrottleCount.key == key[:160]))


def forget_old_tries(session: Session, *, now: datetime) -> None:
    """Forget what no window reaches any more."""
    session.execute(delete(ThrottleCount).where(ThrottleCount.window_at < now - DAY - 2 * _SLICE))
    session.execute(delete(UsedOnce).where(UsedOnce.used_at < now - DAY))
