"""``access``: the review and the rotation as a program reads them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from portal.clock import utc_now
from portal.customers.models import Customer
from portal.db import Database
from tests.cast import MEI, actor_of
from tests.commands.conftest import Run


def test_lists_every_role(run: Run, database: Database) -> None:
    """Requirement 0-19: every grant, last use, reviewer."""
    answer = run("access", "review", "--json")
    assert answer.code == 0
    assert len(answer.json["grants"]) == answer.json["counts"]["all"] == 8
    first = answer.json["grants"][0]
    assert first.keys() >= {"granted_by", "last_used_at", "reviewer", "reviewed_at", "state", "due_at"}
    late = run("access", "review", "--overdue", "--json")
    assert (late.code, len(late.json["grants"])) == (1, 8)


def test_says_how_long_portfolios_have_been_held(run: Run, database: Database) -> None:
    assert run("access", "rotation", "--overdue").code == 0
    with database.writing() as session:
        since = utc_now() - timedelta(days=1000)
        owner = actor_of(session, MEI).person_id
        session.execute(
            update(Customer).where(Customer.number == "ACME").values(owner_id=owner, owner_named_at=since)
        )
    answer = run("access", "rotation", "--overdue", "--json")
    assert answer.code == 1
    assert [(row["owner"], row["days"]) for row in answer.json["portfolios"]] == [("Mei Lin", 1000)]


def test_help_has_an_example(run: Run) -> None:
    assert "./concord access review --json" in run("access", "review", "--help").out
