"""Counts beside the places of the frame: one query each, only for places that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.adjustments import count_open_adjustments
from portal.approvals import count_pending
from portal.disputes import count_open as count_open_disputes
from portal.http.unit import unit
from portal.imports.models import ImportBatch
from portal.matching import count_waiting as count_receipts
from portal.roles import count_role_requests
from portal.statements.waiting import count_waiting
from portal.worklist import count_work

#: ``<side>.<place>`` → how many wait for this reader.
COUNTS: dict[str, Callable[[Session, Actor], int]] = {
    "staff.worklist": lambda session, actor: count_work(session, actor=actor, now=unit().now),
    "customer.statements": lambda session, actor: count_waiting(session, actor=actor),
    "customer.disputes": lambda session, actor: count_open_disputes(session, actor=actor),
    "staff.adjustments": lambda session, actor: count_open_adjustments(session, actor=actor),
    "staff.disputes": lambda session, actor: count_open_disputes(session, actor=actor),
    "staff.matching": lambda session, actor: count_receipts(session, actor=actor),
    "staff.roles": lambda session, actor: count_role_requests(session, actor=actor),
    "staff.approvals": lambda session, actor: count_pending(session, actor=actor),
}


def data_as_of(session: Session) -> datetime | None:
    """Return when the books were last fed from a file; None before the first time."""
    query = select(func.max(ImportBatch.finished_at)).where(ImportBatch.is_dry_run.is_(False))
    loaded = query.where(ImportBatch.state == "loaded").execution_options(concord_whole=True)
    return session.scalar(loaded)
