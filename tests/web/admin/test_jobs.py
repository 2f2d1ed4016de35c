"""Where long work stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.jobs import enqueue
from portal.jobs.models import Job
from tests.cast import MEI, PING, Part
from tests.web.conftest import Browser


def test_tells_how_far_a_job_is_and_stops_asking_when_it_is_done(
    session: Session, now: datetime, browser_of: Callable[[Part], Browser]
) -> None:
    public_id = enqueue(session, "tests.work", key="k", payload={}, now=now)
    session.commit()
    mei = browser_of(MEI)
    waiting = mei.get(f"/admin/jobs/{public_id}").text
    assert "Waiting for the worker." in waiting
    assert "hx-get" in waiting
    session.execute(update(Job).values(state="running", done_count=1200, total_count=5000))
    session.commit()
    assert "1,200 of 5,000" in mei.get(f"/admin/jobs/{public_id}").text
    session.execute(update(Job).values(state="done"))
    session.commit()
    assert "hx-get" not in mei.get(f"/admin/jobs/{public_id}").text


def test_is_for_staff_and_known_jobs(browser_of: Callable[[Part], Browser]) -> None:
    assert browser_of(PING).get(f"/admin/jobs/{'u' * 22}").status_code == 403
    assert browser_of(MEI).get(f"/admin/jobs/{'u' * 22}").status_code == 404
