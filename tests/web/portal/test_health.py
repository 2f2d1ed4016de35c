"""Health for machines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from portal.clock import utc_now
from portal.db import Database
from portal.http.ready import readiness
from portal.jobs import note_heartbeat
from tests.web.conftest import Browser


def test_says_that_the_process_lives(nobody: Browser) -> None:
    assert nobody.get("/healthz").json == {"ok": True}


def test_says_whether_it_can_work(nobody: Browser, database: Database) -> None:
    assert nobody.get("/readyz").json == {"ok": True, "database": True, "migrations": True, "worker": False}
    note_heartbeat(database, worker="host:1", now=utc_now())
    answer = nobody.get("/readyz").json
    assert answer is not None
    assert answer["worker"] is True


def test_misses_a_worker_that_was_not_seen_for_a_minute(database: Database) -> None:
    note_heartbeat(database, worker="host:1", now=utc_now())
    assert readiness(database, now=utc_now() + timedelta(minutes=2))["worker"] is False


def test_is_not_ready_without_its_tables(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert readiness(empty, now=utc_now())["ok"] is False
