"""``audit verify`` from the console."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from portal.db import Database
from tests.commands.conftest import Run

ADD = ("users", "add", "li@acme.example", "--name", "Li", "--role", "clerk", "--no-totp")


def _cut_tail(database: Database) -> None:
    with database.writing() as session:
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("DELETE FROM audit_rows WHERE number = 2"))
        session.execute(
            text("UPDATE audit_head SET number = 1, hash = (SELECT hash FROM audit_rows WHERE number = 1)")
        )


def test_holds_and_names_head_and_anchor(run: Run) -> None:
    run(*ADD)
    answer = run("audit", "verify", "--json")
    assert answer.code == 0
    assert (answer.json["ok"], answer.json["rows"], answer.json["first_bad"]) == (True, 2, None)
    assert answer.json["head"]["hash"] == answer.json["anchor"]["hash"]


def test_finds_a_cut_tail_by_the_anchors_of_the_home_folder(run: Run, database: Database) -> None:
    """Requirement 2-16."""
    run(*ADD)
    _cut_tail(database)
    answer = run("audit", "verify", "--json")
    assert (answer.code, answer.json["ok"], answer.json["first_bad"]) == (1, False, 2)


def test_checks_an_anchor_kept_elsewhere(
    run: Run, database: Database, command_home: Path, tmp_path: Path
) -> None:
    run(*ADD)
    elsewhere = tmp_path / "auditor.jsonl"
    elsewhere.write_text((command_home / "audit-anchors.jsonl").read_text())
    _cut_tail(database)
    (command_home / "audit-anchors.jsonl").unlink()
    assert run("audit", "verify", "--json").code == 0
    answer = run("audit", "verify", "--anchor", str(elsewhere), "--json")
    assert (answer.code, answer.json["first_bad"]) == (1, 2)


def test_refuses_a_file_that_holds_no_anchors(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text(json.dumps({"nothing": 1}))
    assert run("audit", "verify", "--anchor", str(wrong), "--json").code == 1
    assert run("audit", "verify", "--anchor", str(tmp_path / "missing")).code == 2
