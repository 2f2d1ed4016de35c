"""One question to the database whose answer must be "no row", and how an offending row reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

#: How many offending rows a report shows.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Probe:
    """A set-based check.

    Attributes:
        invariant: Id of the invariant it belongs to, e.g. ``I2``.
        checked: Counts what is looked at.
        bad: Selects the offending rows, in an order that stays the same.
        tell: Puts an offending row into words.
    """

    invariant: str
    checked: Select[int]
    bad: Select[*tuple[Any, ...]]
    tell: Callable[[Row[*tuple[Any, ...]]], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: how much it looked at, how much is wrong, the first few in words."""

    invariant: str
    checked: int
    violations: int
    first: tuple[str, ...] = ()


def run_probe(session: Session, probe: Probe) -> Finding:
    """Ask the question; the offending rows are counted in the database and only the first few are read."""
    checked = session.scalar(probe.checked) or 0
    rows = session.execute(probe.bad.limit(SHOWN)).all()
    count = len(rows)
    if count == SHOWN:
        count = session.scalar(select(func.count()).select_from(probe.bad.order_by(None).subquery())) or 0
    return Finding(probe.invariant, checked, count, tuple(probe.tell(row) for row in rows))


def found(invariant: str, checked: int, problems: Iterable[str]) -> Finding:
    """Return the finding of a check that walks through rows itself."""
    listed = list(problems)
    return Finding(invariant, checked, len(listed), tuple(listed[:SHOWN]))
