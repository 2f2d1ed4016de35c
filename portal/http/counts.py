"""Counts beside the places of the frame: one query each, only for places that are drawn."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import count_pending

#: ``<side>.<place>`` → how many wait for this reader.
COUNTS: dict[str, Callable[[Session, Actor], int]] = {
    "staff.approvals": lambda session, actor: count_pending(session, actor=actor),
}
