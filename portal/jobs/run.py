"""Lease jobs and run them: many workers, each job by one of them at a time; a killed worker costs a delay only."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import DBAPIError

from portal.db import Database, insert_missing
from portal.jobs.models import Job
from portal.jobs.queries import HEARTBEAT

LEASE = timedelta(minutes=2)
HEARTBEAT_SECONDS = 20.0
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A job this worker may run until its lease ends."""

    id: int
    name: str
    payload: Mapping[str, Any]
    attempts: int
    worker: str


class JobRun:
    """What the verb of a job gets.

    Attributes:
        database: To open short transactions on; the job's own row is written apart.
        payload: As given to ``enqueue``.
    """

    def __init__(self, database: Database, job: LeasedJob, clock: Callable[[], datetime]) -> None:
        """Hold what the verb needs."""
        self.database = database
        self.payload = job.payload
        self._job = job
        self._clock = clock

    @property
    def now(self) -> datetime:
        """The present instant; ask anew for each step."""
        return self._clock()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is; prolongs the lease."""
        with self.database.writing() as session:
            session.execute(
                update(Job)
                .where(Job.id == self._job.id, Job.lease_owner == self._job.worker)
                .values(done_count=done, total_count=total, lease_until=self._clock() + LEASE)
            )


Verb = Callable[[JobRun], Mapping[str, Any] | None]


def lease_job(database: Database, *, worker: str, now: datetime) -> LeasedJob | None:
    """Take the next due job, or one whose worker died; None when nothing is due.

    A job that has been started ``MAX_ATTEMPTS`` times without coming to an end is marked failed instead.
    """
    is_due = (Job.state == "queued") & (Job.due_at <= now)
    is_orphan = (Job.state == "running") & (Job.lease_until < now)
    query = select(Job).where(or_(is_due, is_orphan)).order_by(Job.due_at, Job.id).limit(1)
    with database.reading() as session:
        if session.scalar(query.with_only_columns(Job.id)) is None:
            return None
    with database.writing() as session:
        row = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        if row.attempts >= MAX_ATTEMPTS:
            row.state, row.finished_at, row.error = "failed", now, row.error or "the worker died each time"
            return None
        row.state, row.attempts, row.lease_owner = "running", row.attempts + 1, worker
        row.lease_until, row.started_at = now + LEASE, row.started_at or now
        return LeasedJob(row.id, row.name, row.payload, row.attempts, worker)


def run_job(
    database: Database, job: LeasedJob, verbs: Mapping[str, Verb], *, clock: Callable[[], datetime]
) -> bool:
    """Run a leased job to its end, its lease being prolonged meanwhile.

    Returns:
        Whether it is done. A failure is noted and tried again later, at most ``MAX_ATTEMPTS`` times.
    """
    stop = threading.Event()
    beat = threading.Thread(target=_prolong, args=(database, job, clock, stop), daemon=True)
    beat.start()
    try:
        result = verbs[job.name](JobRun(database, job, clock))
    except Exception as error:  # noqa: BLE001 - whatever a job raises is noted on its row
        stop.set()
        _finish_badly(database, job, error, now=clock())
        return False
    finally:
        stop.set()
    with database.writing() as session:
        values = {
            "state": "done",
            "result": dict(result or {}),
            "finished_at": clock(),
            "lease_until": None,
            "error": "",
        }
        session.execute(update(Job).where(Job.id == job.id, Job.lease_owner == job.worker).values(**values))
    return True


def _prolong(
    database: Database, job: LeasedJob, clock: Callable[[], datetime], stop: threading.Event
) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            with database.writing() as session:
                session.execute(
                    update(Job)
                    .where(Job.id == job.id, Job.lease_owner == job.worker, Job.state == "running")
                    .values(lease_until=clock() + LEASE)
                )
        except DBAPIError:
            continue  # busy; the lease is long enough for the next beat


def _finish_badly(database: Database, job: LeasedJob, error: Exception, *, now: datetime) -> None:
    text = "".join(traceback.format_exception_only(error)).strip()[:2000]
    is_last = job.attempts >= MAX_ATTEMPTS
    with database.writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job.id, Job.lease_owner == job.worker)
            .values(
                state="failed" if is_last else "queued",
                error=text,
                due_at=now + timedelta(seconds=5 * 4 ** (job.attempts - 1)),
                finished_at=now if is_last else None,
                lease_until=None,
            )
        )


def note_heartbeat(database: Database, *, worker: str, now: datetime) -> None:
    """Note that a worker lives, on a row of its own that is never due."""
    row = {
        "public_id": f"heartbeat-{worker}"[-22:],
        "name": HEARTBEAT,
        "key": f"{HEARTBEAT}:{worker}",
        "payload": {},
        "state": "done",
        "attempts": 0,
        "done_count": 0,
        "total_count": 0,
        "error": "",
        "due_at": now,
        "lease_owner": worker,
        "created_at": now,
    }
    with database.writing() as session:
        insert_missing(session, Job, [row])
        session.execute(update(Job).where(Job.key == row["key"]).values(finished_at=now))
        session.execute(delete(Job).where(Job.name == HEARTBEAT, Job.finished_at < now - timedelta(days=1)))
