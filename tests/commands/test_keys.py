"""``keys rotate``: after it the new key alone opens everything, and stopping in between loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from admin.commands import context
from portal.access import new_seed, seed_for_console, set_up_totp_from_console, system_actor
from portal.access.models import Person, Totp
from portal.attachments import FileDraft, files_of, keep_files_in, open_attachment, store_files
from portal.audit.models import AuditRow
from portal.clock import utc_now
from portal.db import Database
from portal.sealing import Unreadable
from portal.settings import Settings
from tests.cast import MEI, actor_of
from tests.commands.conftest import Run

OLD, NEW = "the-old-secret", "the-new-secret"
SUBJECT = "d" * 22


def _keys(database: Database, home: Path, *secrets: str) -> None:
    old = ",".join(secrets[1:])
    keep_files_in(database, Settings(home=home, secret_key=secrets[0], old_secret_keys=old))


@pytest.fixture
def seed(database: Database, home: Path) -> str:
    """Mei has an app and a file, both sealed with the old key."""
    _keys(database, home, OLD)
    made = new_seed()
    with database.writing() as session:
        mei = actor_of(session, MEI)
        set_up_totp_from_console(
            session, public_id=mei.public_id, seed=made, actor=system_actor(), now=utc_now()
        )
        store_files(
            session, [FileDraft("proof.txt", b"signed")], subject_kind="dispute", subject_id=SUBJECT, customer_id=1,
            actor=system_actor(), now=utc_now(),
        )  # fmt: skip
    return made


@pytest.fixture
def with_both(command_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings name the new key, and the old one among the earlier ones."""
    monkeypatch.setenv("CONCORD_SECRET_KEY", NEW)
    monkeypatch.setenv("CONCORD_OLD_SECRET_KEYS", OLD)
    context.the_settings.cache_clear()


def _read(database: Database) -> tuple[str | None, bytes]:
    with database.reading() as session:
        person = session.scalars(select(Person.public_id).where(Person.email == MEI.email)).one()
        kept = seed_for_console(session, public_id=person, actor=system_actor())
        file = files_of(session, subject_kind="dispute", subject_ids=[SUBJECT], actor=system_actor())[
            SUBJECT
        ][0]
        return kept, open_attachment(session, public_id=file.public_id, actor=system_actor()).content


def test_seals_everything_with_the_new_key(
    run: Run, with_both: None, database: Database, home: Path, seed: str
) -> None:
    """Requirement 1-13: secrets and files lie encrypted, and the key can be changed."""
    answer = run("keys", "rotate", "--json")
    assert answer.code == 0
    assert answer.json == {"keys": 2, "seeds": 1, "seeds_sealed": 1, "files": 1, "files_sealed": 1}
    _keys(database, home, NEW)
    assert _read(database) == (seed, b"signed")
    _keys(database, home, OLD)
    with pytest.raises(Unreadable):
        _read(database)
    with database.reading() as session:
        events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert list(events)[-2:] == ["keys.rotation-started", "keys.rotated"]


def test_goes_on_where_it_was_stopped(
    run: Run, with_both: None, database: Database, home: Path, seed: str
) -> None:
    """Half of the work done by an earlier run, a part file left behind by a kill."""
    _keys(database, home, NEW, OLD)
    assert list(database.info["vault"].seal_again()) == [True]
    (home / "attachments" / "half.part").write_bytes(b"cut")
    assert run("keys", "rotate", "--json").json["files_sealed"] == 0
    assert run("keys", "rotate", "--json").json["seeds_sealed"] == 0
    _keys(database, home, NEW)
    assert _read(database) == (seed, b"signed")


def test_says_when_a_key_is_missing(
    run: Run, command_home: Path, seed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_SECRET_KEY", NEW)
    context.the_settings.cache_clear()
    answer = run("keys", "rotate", "--json")
    assert (answer.code, answer.json["error"]) == (1, "conflict")


def test_reads_with_both_keys_before_it_ran(database: Database, home: Path, seed: str) -> None:
    _keys(database, home, NEW, OLD)
    assert _read(database) == (seed, b"signed")
    with database.reading() as session:
        assert seed not in (session.scalars(select(Totp.sealed_seed)).one() or "")
