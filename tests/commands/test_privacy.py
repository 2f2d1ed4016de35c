"""``./concord privacy``: purge, retention, export; one JSON object each."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from sqlalchemy.orm import Session

from portal.access import SecurityNote, note_security
from tests.cast import NOW
from tests.commands.conftest import Run


def test_purges_what_is_old_and_says_so(run: Run, session: Session) -> None:
    note_security(session, SecurityNote("sign-in.failed"), now=NOW.replace(year=2020))
    session.commit()
    first, second = run("privacy", "purge", "--json"), run("privacy", "purge", "--json")
    assert (first.code, first.json["deleted"], second.json["deleted"]) == (0, 1, 0)
    assert first.json["kinds"]["security-log"]["kept_days"] == 400


def test_shows_how_long_things_are_kept(run: Run) -> None:
    assert run("privacy", "retention", "--json").json["security-log"] == 400


def test_exports_one_person(run: Run, tmp_path: Path) -> None:
    made = run("privacy", "export", "ping@acme.example", "--to", str(tmp_path), "--json")
    assert made.code == 0
    with zipfile.ZipFile(made.json["file"]) as archive:
        assert json.loads(archive.read("profile.json"))[0]["name"] == "Ping Zhou"
    assert run("privacy", "export", "nobody@acme.example", "--json").code == 1
