"""Read jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.jobs.models import Job

#: Name of the row that workers renew while they live.
HEARTBEAT = "worker.heartbeat"


@dataclass(frozen=True, slots=True)
class JobView:
    """Where a job stands; counts are what the job says of itself, 0 while it has not said."""

    public_id: str
    name: str
    state: str
    done_count: int
    total_count: int
    result: Mapping[str, Any] | None
    error: str
    requested_by_id: int | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {"queued", "running"}


def _view(row: Job) -> JobView:
    return JobView(
        row.public_id, row.name, row.state, row.done_count, row.total_count, row.result, row.error,
        row.requested_by_id, row.created_at, row.finished_at,
    )  # fmt: skip


def find_job(session: Session, *, public_id: str) -> JobView:
    """Return a job; the calling page has checked the permission.

    Raises:
        NotFound: Unknown.
    """
    row = session.scalars(select(Job).where(Job.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def job_by_key(session: Session, key: str) -> JobView | None:
    """Return the job with a key, or None."""
    row = session.scalars(select(Job).where(Job.key == key)).one_or_none()
    return _view(row) if row else None


def newest_job(session: Session, name: str) -> JobView | None:
    """Return the job of a name that was asked for last, or None; the calling page has checked the permission."""
    row = session.scalars(select(Job).where(Job.name == name).order_by(Job.id.desc()).limit(1)).one_or_none()
    return _view(row) if row else None


def last_heartbeat(session: Session) -> datetime | None:
    """Return when a worker was last seen."""
    return session.scalar(select(func.max(Job.finished_at)).where(Job.name == HEARTBEAT))
