"""Rows are written with the change they tell about, as the last act before its commit."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit import AuditDraft, record, record_many, verify_chain
from portal.audit.models import AuditHead, AuditRow
from portal.db import Database


def _note(session: Session, mei: Actor, now: datetime, event: str = "tasks.opened") -> None:
    record(
        session,
        event,
        subject_kind="task",
        subject_id="x" * 22,
        details={"kind": "question"},
        actor=mei,
        now=now,
    )


def _events(database: Database) -> list[str]:
    with database.reading() as reading:
        return list(reading.scalars(select(AuditRow.event).order_by(AuditRow.number)))


@pytest.mark.db
def test_writes_the_rows_at_commit_and_moves_the_head(
    session: Session, database: Database, mei: Actor, now: datetime
) -> None:
    drafts = [AuditDraft(f"tasks.{word}", "task", "x" * 22) for word in ("opened", "closed")]
    record_many(session, drafts, actor=mei, now=now)
    assert session.scalars(select(AuditRow)).all() == []
    session.commit()
    assert _events(database) == ["tasks.opened", "tasks.closed"]
    with database.reading() as reading:
        row = reading.scalars(select(AuditRow).where(AuditRow.number == 2)).one()
        head = reading.get_one(AuditHead, 1)
        assert (head.number, head.hash) == (2, row.hash)
        assert (row.actor_name, row.actor_id) == ("", mei.person_id)


@pytest.mark.db
def test_forgets_rows_with_the_change_they_tell_about(
    session: Session, database: Database, mei: Actor, now: datetime
) -> None:
    _note(session, mei, now, "a.lost")
    session.rollback()
    _note(session, mei, now, "a.kept")
    savepoint = session.begin_nested()
    _note(session, mei, now, "a.undone")
    savepoint.rollback()
    with session.begin_nested():
        _note(session, mei, now, "a.inside")
    session.commit()
    assert _events(database) == ["a.kept", "a.inside"]


@pytest.mark.db
def test_never_changes_or_loses_a_row(session: Session, mei: Actor, now: datetime) -> None:
    """Requirement 0-20."""
    _note(session, mei, now)
    session.commit()
    for attack in (
        "UPDATE audit_rows SET event = 'other'",
        "DELETE FROM audit_rows",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = 0",
    ):
        with pytest.raises(DBAPIError):
            session.execute(text(attack))
        session.rollback()


@pytest.mark.db
def test_keeps_one_chain_for_many_writers_at_once(
    session: Session, database: Database, mei: Actor, now: datetime
) -> None:
    session.rollback()  # the fixture's own lock

    def write() -> None:
        for _ in range(10):
            with database.writing() as mine:
                _note(mine, mei, now)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as reading:
        report = verify_chain(reading)
    assert (report.ok, report.rows) == (True, 40)
