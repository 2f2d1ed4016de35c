"""A file that is expected and late becomes a task, which its arrival closes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import Actor, system_actor
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.imports import ImportRequest, add_feed, check_feeds, import_documents, list_feeds, set_feed_active
from portal.imports.feeds import next_expected
from portal.tasks.models import Task
from tests.data.files import text_file


@pytest.mark.parametrize(
    ("rhythm", "last", "due"),
    [
        ("daily", date(2026, 3, 6), date(2026, 3, 7)), ("workday", date(2026, 3, 6), date(2026, 3, 9)),
        ("weekly", date(2026, 3, 6), date(2026, 3, 13)), ("monthly", date(2026, 1, 31), date(2026, 2, 28)),
        ("monthly", date(2026, 12, 5), date(2027, 1, 5)),
    ],
)  # fmt: skip
def test_the_next_day_follows_the_rhythm(rhythm: str, last: date, due: date) -> None:
    assert next_expected(rhythm, last) == due


def add(
    database: Database, actor: Actor, now: datetime, *, name: str = "erp-daily", rhythm: str = "daily"
) -> str:
    with database.writing() as session:
        return add_feed(
            session, name=name, profile="standard", rhythm=rhythm, grace_days=1, actor=actor, now=now
        )


def check(database: Database, now: datetime) -> int:
    with database.writing() as session:
        return check_feeds(session, actor=system_actor("worker"), now=now)


def tasks(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(task.kind, task.state) for task in session.scalars(select(Task).order_by(Task.id))]


def test_a_late_file_is_one_task_until_it_comes(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    """Requirement 0-17: late-feed alert."""
    add(database, mei, now)
    assert check(database, now + timedelta(days=2)) == 0
    assert check(database, now + timedelta(days=3)) == 1
    assert check(database, now + timedelta(days=3, hours=1)) == 1
    assert tasks(database) == [("late-feed", "open")]
    path = text_file(
        tmp_path / "late.csv",
        "document_no,kind,customer_no,currency,document_date,amount\nA,invoice,ACME,CNY,2026-01-05,1.00",
    )
    import_documents(database, ImportRequest(path), actor=mei, now=now + timedelta(days=3))
    assert tasks(database) == [("late-feed", "done")]
    assert check(database, now + timedelta(days=4)) == 0
    with database.reading() as session:
        (feed,) = list_feeds(session, actor=mei, now=now + timedelta(days=4))
    assert (feed.is_late, feed.due_on) == (False, date(2026, 3, 7))


def test_a_stopped_file_is_never_late(database: Database, mei: Actor, now: datetime) -> None:
    public_id = add(database, mei, now)
    check(database, now + timedelta(days=5))
    with database.writing() as session:
        set_feed_active(session, public_id=public_id, is_active=False, actor=mei, now=now)
    assert tasks(database) == [("late-feed", "done")]
    assert check(database, now + timedelta(days=9)) == 0


@pytest.mark.parametrize("name", ["", "a/b", "..", "done", "x" * 61, "a\u202eb"])
def test_a_name_must_be_one_that_a_folder_can_have(
    database: Database, mei: Actor, now: datetime, name: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(database, mei, now, name=name)
    assert refused.value.field == "name"


def test_wrong_rhythms_second_names_and_readers_are_refused(
    database: Database, mei: Actor, aud: Actor, now: datetime
) -> None:
    add(database, mei, now)
    with pytest.raises(Invalid):
        add(database, mei, now, name="other", rhythm="yearly")
    with pytest.raises(Conflict):
        add(database, mei, now)
    with pytest.raises(NotAllowed):
        add(database, aud, now, name="third")
    with database.writing() as session, pytest.raises(NotFound):
        set_feed_active(session, public_id="A" * 22, is_active=True, actor=mei, now=now)
