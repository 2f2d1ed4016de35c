"""Auditors read the trail and verify the chain; the books are checked by a job."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from admin.commands.worker import VERBS
from portal.clock import utc_now
from portal.db import Database
from portal.jobs import lease_job, run_job
from portal.jobs.models import Job
from portal.settings import Settings
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, SEC, SYS, Part
from tests.web.admin.desk import STORY
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture(autouse=True)
def acme(session: Session, books: Callable[[str], Books]) -> None:
    books(STORY)
    session.commit()


def test_lists_finds_and_exports_what_was_done(browser_of: Open) -> None:
    aud = browser_of(AUD)
    page = aud.get("/admin/audit").text
    assert "documents.posted" in page
    assert "INV-3" in page
    assert "documents.posted" not in aud.get("/admin/audit?q=customers.created").text
    assert "documents.posted" in aud.get("/admin/audit?format=csv").text


def test_says_whether_the_chain_holds(browser_of: Open, session: Session) -> None:
    aud = browser_of(AUD)
    assert "The chain holds" in aud.get("/admin/audit/chain").text
    for trigger in session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_rows'")
    ).all():
        session.execute(text(f"DROP TRIGGER {trigger}"))
    session.execute(text("UPDATE audit_rows SET actor_name = 'Nobody' WHERE number = 2"))
    session.commit()
    assert "The chain is broken at row 2" in aud.get("/admin/audit/chain").text


def test_checks_the_books_by_a_job(
    browser_of: Open,
    session: Session,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("admin.commands.worker.the_settings", lambda: settings)
    aud, system = browser_of(AUD), browser_of(SYS)
    assert "not been checked" in aud.get("/admin/audit/checks").text
    assert aud.post("/admin/audit/checks").status_code == 403
    assert system.post("/admin/audit/checks").status_code == 303
    assert system.post("/admin/audit/checks").status_code == 303
    assert "hx-get" in aud.get("/admin/audit/checks").text
    assert len(session.scalars(select(Job.id).where(Job.name == "checks.run")).all()) == 1
    session.rollback()
    job = lease_job(database, worker="w", now=utc_now())
    assert job is not None
    run_job(database, job, VERBS, clock=utc_now)
    page = aud.get("/admin/audit/checks").text
    assert "Inv13" in page
    assert "Holds" in page
    assert aud.get("/admin/audit/checks/progress").headers["HX-Refresh"] == "true"


def test_is_for_auditors_and_checks_also_for_who_runs_them(browser_of: Open) -> None:
    for part in (MEI, CHEN, SYS):
        own = browser_of(part).get("/admin/audit")
        assert own.status_code == (403 if part is SYS else 200)  # clerks and approvers: their own acts
        assert browser_of(part).get("/admin/audit/chain").status_code == 403
        assert browser_of(part).get("/admin/audit/checks").status_code == 200
    assert browser_of(SEC).get("/admin/audit/checks").status_code == 403
    assert browser_of(MEI).get("/admin/audit/checks/progress").status_code == 404
    assert browser_of(MEI).post("/admin/audit/checks", {"csrf_token": ""}).status_code == 400
