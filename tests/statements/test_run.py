"""A month run in many short transactions: counts, crashes, repetition."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.db import Database
from portal.statements import issue_run, prepare_run, release_run, run_month, start_run
from portal.statements.models import Statement
from tests.books import Books
from tests.statements.months import FEBRUARY

BookStory = Callable[[str], Books]
CONSOLE = system_actor("os:li")


@pytest.fixture
def ledger(session: Session, books: BookStory) -> None:
    """Thirty customers with an invoice each, kept."""
    books("\n".join(f"2026-02-03 invoice C-{at:02d} INV-{at} {at}.50 CNY" for at in range(1, 31)))
    session.commit()
    session.close()


@pytest.mark.db
def test_runs_a_month_and_finds_nothing_new_the_second_time(
    database: Database, ledger: None, now: datetime
) -> None:
    """Requirement 0-5."""
    first = run_month(database.writing, month=FEBRUARY, released_by="os:li", actor=CONSOLE, now=now)
    assert first == {
        "period": "2026-02", "customers": 32, "statements": 32, "prepared": 32, "issued": 32, "unchanged": 0,
        "failed": [],
    }  # fmt: skip
    second = run_month(database.writing, month=FEBRUARY, released_by="os:li", actor=CONSOLE, now=now)
    assert (second["prepared"], second["issued"], second["unchanged"]) == (0, 0, 32)


def test_preparing_alone_issues_nothing_and_issuing_later_takes_it_over(
    database: Database, ledger: None, now: datetime
) -> None:
    assert run_month(database.writing, month=FEBRUARY, actor=CONSOLE, now=now)["issued"] == 0
    later = run_month(database.writing, month=FEBRUARY, released_by="os:li", actor=CONSOLE, now=now)
    assert (later["prepared"], later["unchanged"], later["issued"]) == (0, 32, 32)


class Killed(Exception):
    """The machine lost power."""


def test_a_crash_in_the_middle_loses_and_doubles_nothing(
    database: Database, ledger: None, now: datetime
) -> None:
    calls = 0

    @contextmanager
    def dying() -> Iterator[Session]:
        nonlocal calls
        calls += 1
        with database.session("write") as own:
            yield own
            if calls % 2 == 0:
                raise Killed
            own.commit()

    with database.writing() as own:
        run = start_run(own, month=FEBRUARY, actor=CONSOLE, now=now)
    for _ in range(4):
        try:
            prepare_run(dying, run=run, actor=CONSOLE, now=now)
        except Killed:
            continue
    prepare_run(database.writing, run=run, actor=CONSOLE, now=now)  # a job that runs again finds it done
    with database.writing() as own:
        release_run(own, run=run, released_by="os:li", actor=CONSOLE, now=now)
    assert issue_run(database.writing, run=run, actor=CONSOLE, now=now) == 32
    assert issue_run(database.writing, run=run, actor=CONSOLE, now=now) == 0
    with database.reading() as own:
        assert own.scalar(select(func.count()).select_from(Statement)) == 32
