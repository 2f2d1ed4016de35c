"""Tasks open once for each cause and close once."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.errors import Conflict, NotAllowed, NotFound
from portal.tasks import (
    TaskDraft,
    close_task,
    close_tasks_about,
    count_open_tasks,
    list_open_tasks,
    open_task,
)

ABOUT = "s" * 22


def _draft(key: str = "question:1", due_on: date = date(2026, 3, 5)) -> TaskDraft:
    return TaskDraft(key=key, kind="question", subject_kind="statement", subject_id=ABOUT, due_on=due_on)


def test_opens_once_for_the_same_cause(session: Session, ping: Actor, mei: Actor, now: datetime) -> None:
    first = open_task(session, _draft(), actor=ping, now=now)
    assert open_task(session, _draft(), actor=ping, now=now) == first
    assert count_open_tasks(session, actor=mei) == 1
    session.commit()
    assert session.scalars(select(AuditRow.event)).all() == ["tasks.opened"]


def test_lists_the_one_due_first_at_the_top(session: Session, ping: Actor, mei: Actor, now: datetime) -> None:
    open_task(session, _draft("late", date(2026, 3, 9)), actor=ping, now=now)
    soon = open_task(session, _draft("soon", date(2026, 3, 3)), actor=ping, now=now)
    assert list_open_tasks(session, actor=mei)[0].public_id == soon


def test_closes_once(session: Session, ping: Actor, mei: Actor, now: datetime) -> None:
    public_id = open_task(session, _draft(), actor=ping, now=now)
    close_task(session, public_id=public_id, actor=mei, now=now)
    with pytest.raises(Conflict):
        close_task(session, public_id=public_id, actor=mei, now=now)
    assert count_open_tasks(session, actor=mei) == 0


def test_is_closed_by_staff_only(session: Session, ping: Actor, mei: Actor, now: datetime) -> None:
    public_id = open_task(session, _draft(), actor=ping, now=now)
    with pytest.raises(NotAllowed):
        close_task(session, public_id=public_id, actor=ping, now=now)
    with pytest.raises(NotFound):
        close_task(session, public_id="u" * 22, actor=mei, now=now)


def test_closes_everything_about_what_was_settled(
    session: Session, ping: Actor, mei: Actor, now: datetime
) -> None:
    for key in ("one", "two"):
        open_task(session, _draft(key), actor=ping, now=now)
    assert close_tasks_about(session, subject_kind="statement", subject_id=ABOUT, actor=mei, now=now) == 2
    assert close_tasks_about(session, subject_kind="statement", subject_id=ABOUT, actor=mei, now=now) == 0
