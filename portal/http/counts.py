"""Counts beside the places of the frame: one query each, only for places that are drawn."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.adjustments import count_open_adjustments
from portal.approvals import count_pending
from portal.disputes import count_open as count_open_disputes

#: ``<side>.<place>`` → how many wait for this reader.
COUNTS: dict[str, Callable[[Session, Actor], int]] = {
    "customer.disputes": lambda session, actor: count_open_disputes(session, actor=actor),
    "staff.adjustments": lambda session, actor: count_open_adjustments(session, actor=actor),
    "staff.disputes": lambda session, actor: count_open_disputes(session, actor=actor),
    "staff.approvals": lambda session, actor: count_pending(session, actor=actor),
}
