"""``check``: one JSON object, and an exit code that says whether anything is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.db import TRIGGERS, Database
from tests.books import Books
from tests.commands.conftest import Run


def test_sound_books_end_with_zero(
    run: Run, command_home: Path, session: Session, books: Callable[[str], Books]
) -> None:
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    session.commit()
    ran = run("check", "--json")
    assert (ran.code, ran.json["ok"], ran.json["violations"]) == (0, True, 0)
    assert run("check").out.startswith("I1 ")


def test_one_cent_off_ends_with_one(
    run: Run, command_home: Path, database: Database, session: Session, books: Callable[[str], Books]
) -> None:
    """Requirement 0-13: ``check`` exits with something else than 0 when one cent is off."""
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    session.commit()
    guards = [trigger for trigger in TRIGGERS if trigger.table == "entry_lines"]
    with database.writing() as own:
        for guard in guards:
            own.execute(text(f"DROP TRIGGER {guard.name}"))
        own.execute(text("UPDATE entry_lines SET amount_minor = amount_minor + 1 WHERE amount_minor > 0"))
        for guard in guards:
            own.execute(text(guard.sql("sqlite")[0]))
    ran = run("check", "--json")
    wrong = {item["id"]: item["first"] for item in ran.json["invariants"] if item["violations"]}
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert "I2" in wrong
    assert "documents 100.00, customer accounts 100.01" in wrong["I2"][0]
    assert run("check").code == 1
