"""``reminders``: what is due goes into the outbox, once, and each skip has its reason."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.db import Database
from portal.outbox.models import OutboxMessage
from portal.reminders import SKIPS
from tests.commands.conftest import Run
from tests.web.company import make_company


def test_runs_twice_and_queues_once(run: Run, database: Database) -> None:
    with database.writing() as session:
        make_company(session, month=date(2026, 10, 1), months=2, lines=12)
        before = len(session.scalars(select(OutboxMessage.id)).all())
    first = run("reminders", "run", "--json")
    assert (first.code, first.err) == (0, "")
    # Acme signed September; Globex did not, and October counts for both months.
    assert (first.json["queued"], first.json["skipped"]) == (2, {"newer-month": 1})
    again = run("reminders", "run", "--json").json
    assert (again["queued"], again["skipped"]) == (0, {"already-told": 2, "newer-month": 1})
    assert again["skipped"].keys() <= SKIPS.keys()
    with database.reading() as session:
        assert len(session.scalars(select(OutboxMessage.id)).all()) == before + 2


def test_sends_what_it_queued_into_the_outbox_folder(run: Run, database: Database) -> None:
    with database.writing() as session:
        make_company(session, month=date(2026, 10, 1), months=1, lines=5, signed=False)
    run("reminders", "run")
    assert run("mail", "deliver", "--json").json == {"sent": 2, "failed": 0, "left": 0}
    assert run("mail", "deliver", "--json").json["sent"] == 0


def test_help_has_an_example(run: Run) -> None:
    assert "./concord reminders run --json" in run("reminders", "run", "--help").out
