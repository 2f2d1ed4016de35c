"""Breaking the rule "told once" by hand is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.checks.conftest import Company


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM outbox_messages", "its message is missing"),
        ("UPDATE outbox_messages SET recipient = 'bo@globex.example'", "goes to someone else"),
    ],
)
def test_finds_what_was_changed(finds: Callable[..., None], statement: str, says: str) -> None:
    finds(statement, ids="Inv12", says=says)


def test_finds_someone_told_twice(company: Company) -> None:
    company.by_hand(
        "CREATE TABLE copied AS SELECT * FROM reminders",
        "INSERT INTO copied SELECT id + 1000, customer_id, statement_id, stage, recipient, reason, outbox_key, at "
        "FROM reminders",
        "DROP TABLE reminders",
        "ALTER TABLE copied RENAME TO reminders",
    )
    assert "told 2 times at stage 0" in company.first("Inv12")
