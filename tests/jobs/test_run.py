"""Workers: each job by one at a time, none lost."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.db import Database
from portal.jobs import (
    MAX_ATTEMPTS,
    JobRun,
    LeasedJob,
    enqueue,
    job_by_key,
    last_heartbeat,
    lease_job,
    note_heartbeat,
    run_job,
)


def _queue(session: Session, now: datetime, *keys: str) -> None:
    for key in keys:
        enqueue(session, "tests.work", key=key, payload={"key": key}, now=now)
    session.commit()


def _lease(database: Database, now: datetime, worker: str = "w1") -> LeasedJob:
    job = lease_job(database, worker=worker, now=now)
    assert job is not None
    return job


def _state(database: Database, key: str = "k") -> str:
    with database.reading() as session:
        job = job_by_key(session, key)
    assert job is not None
    return job.state


def test_runs_a_job_and_keeps_its_result(session: Session, database: Database, now: datetime) -> None:
    _queue(session, now, "k")

    def work(run: JobRun) -> Mapping[str, Any]:
        run.progress(1, 3)
        return {"key": run.payload["key"], "at": run.now.isoformat()}

    assert run_job(database, _lease(database, now), {"tests.work": work}, clock=lambda: now)
    with database.reading() as reading:
        job = job_by_key(reading, "k")
    assert job is not None
    assert (job.state, job.done_count, job.total_count) == ("done", 1, 3)
    assert job.result == {"key": "k", "at": now.isoformat()}
    assert lease_job(database, worker="w1", now=now + timedelta(days=1)) is None


@pytest.mark.db
def test_gives_each_job_to_one_of_many_workers(session: Session, database: Database, now: datetime) -> None:
    _queue(session, now, *(str(number) for number in range(12)))
    taken: list[int] = []

    def work(name: str) -> None:
        while (job := lease_job(database, worker=name, now=now)) is not None:
            taken.append(job.id)
            run_job(database, job, {"tests.work": lambda run: None}, clock=lambda: now)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12


def test_takes_up_the_job_of_a_dead_worker(session: Session, database: Database, now: datetime) -> None:
    _queue(session, now, "k")
    first = _lease(database, now)
    assert lease_job(database, worker="w2", now=now + timedelta(seconds=60)) is None
    second = _lease(database, now + timedelta(minutes=3), "w2")
    assert (second.id, second.attempts) == (first.id, 2)


def test_a_worker_that_lost_its_lease_writes_nothing(
    session: Session, database: Database, now: datetime
) -> None:
    _queue(session, now, "k")
    late = _lease(database, now)
    _lease(database, now + timedelta(minutes=3), "w2")
    run_job(database, late, {"tests.work": lambda run: {"late": True}}, clock=lambda: now)
    assert _state(database) == "running"


def test_tries_again_and_gives_up_after_five(session: Session, database: Database, now: datetime) -> None:
    _queue(session, now, "k")

    def fail(run: JobRun) -> None:
        raise ValueError("no")

    states = []
    for hours in range(MAX_ATTEMPTS):
        job = _lease(database, now + timedelta(hours=hours))
        assert not run_job(database, job, {"tests.work": fail}, clock=lambda: now)
        states.append(_state(database))
    assert states == ["queued"] * (MAX_ATTEMPTS - 1) + ["failed"]


def test_gives_up_on_a_job_that_kills_its_workers(
    session: Session, database: Database, now: datetime
) -> None:
    _queue(session, now, "k")
    for _ in range(MAX_ATTEMPTS):
        _lease(database, now)
        now += timedelta(minutes=3)
    assert lease_job(database, worker="w1", now=now) is None
    assert _state(database) == "failed"


def test_fails_a_job_nobody_knows(session: Session, database: Database, now: datetime) -> None:
    _queue(session, now, "k")
    assert not run_job(database, _lease(database, now), {}, clock=lambda: now)
    assert _state(database) == "queued"


def test_notes_that_a_worker_lives(session: Session, database: Database, now: datetime) -> None:
    session.rollback()
    for later in (0, 30):
        note_heartbeat(database, worker="host:1", now=now + timedelta(seconds=later))
    with database.reading() as reading:
        assert last_heartbeat(reading) == now + timedelta(seconds=30)
    assert lease_job(database, worker="w1", now=now + timedelta(days=1)) is None
