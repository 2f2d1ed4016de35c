"""Jobs are queued once for each key."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.jobs import enqueue, find_job, job_by_key
from portal.jobs.models import Job


@pytest.mark.db
def test_queues_the_same_key_once(session: Session, now: datetime) -> None:
    first = enqueue(session, "tests.work", key="k", payload={"a": 1}, now=now)
    assert enqueue(session, "tests.work", key="k", payload={"a": 2}, now=now) == first
    assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_shows_where_a_job_stands(session: Session, now: datetime) -> None:
    public_id = enqueue(session, "tests.work", key="k", payload={}, now=now)
    assert find_job(session, public_id=public_id).is_running
    assert job_by_key(session, "k") == find_job(session, public_id=public_id)
    assert job_by_key(session, "unknown") is None
    with pytest.raises(NotFound):
        find_job(session, public_id="u" * 22)
