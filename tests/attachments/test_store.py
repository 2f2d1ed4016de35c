"""Files are encrypted at rest and seen only by those they belong to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments import FileDraft, FileRefused, files_of, keep_files_in, open_attachment, store_files
from portal.attachments.models import Attachment
from portal.db import Database
from portal.errors import Invalid, NotAllowed, NotFound
from portal.sealing import Unreadable
from portal.settings import Settings

SUBJECT = "d" * 22
LETTER = FileDraft("../proof.txt", "签收单".encode())


@pytest.fixture(autouse=True)
def vault(database: Database, settings: Settings) -> Path:
    """Keep files in the test's home folder."""
    keep_files_in(database, settings)
    return settings.home / "attachments"


def _store(
    session: Session, actor: Actor, now: datetime, *files: FileDraft, is_internal: bool = False
) -> list[str]:
    customer_id = next(iter(actor.customer_ids or {1}))
    return store_files(
        session, files or (LETTER,), subject_kind="dispute", subject_id=SUBJECT, customer_id=customer_id,
        is_internal=is_internal, actor=actor, now=now,
    )  # fmt: skip


def test_gives_back_the_same_bytes_and_hides_them_on_disk(
    session: Session, ping: Actor, now: datetime, vault: Path
) -> None:
    (public_id,) = _store(session, ping, now)
    file = open_attachment(session, public_id=public_id, actor=ping)
    assert (file.name, file.media_type, file.content) == ("proof.txt", "text/plain", LETTER.content)
    (kept,) = vault.iterdir()
    assert LETTER.content not in kept.read_bytes()
    assert "proof" not in kept.name


def test_is_not_there_for_the_other_customer(session: Session, ping: Actor, bo: Actor, now: datetime) -> None:
    """Attack cases D01 and D23."""
    (public_id,) = _store(session, ping, now)
    with pytest.raises(NotFound):
        open_attachment(session, public_id=public_id, actor=bo)
    assert files_of(session, subject_kind="dispute", subject_ids=[SUBJECT], actor=bo) == {}


def test_keeps_internal_files_from_customers(
    session: Session, mei: Actor, ping: Actor, now: datetime
) -> None:
    (public_id,) = _store(session, mei, now, is_internal=True)
    with pytest.raises(NotFound):
        open_attachment(session, public_id=public_id, actor=ping)
    assert open_attachment(session, public_id=public_id, actor=mei).name == "proof.txt"
    assert len(files_of(session, subject_kind="dispute", subject_ids=[SUBJECT], actor=mei)[SUBJECT]) == 1


def test_is_not_for_administrators(session: Session, ping: Actor, sec: Actor, now: datetime) -> None:
    (public_id,) = _store(session, ping, now)
    with pytest.raises(NotAllowed):
        open_attachment(session, public_id=public_id, actor=sec)


def test_keeps_all_files_or_none(session: Session, ping: Actor, now: datetime, vault: Path) -> None:
    with pytest.raises(FileRefused):
        _store(session, ping, now, LETTER, FileDraft("x.svg", b"<svg/>"))
    with pytest.raises(Invalid):
        _store(session, ping, now, *[LETTER] * 11)
    assert session.scalars(select(Attachment)).all() == []
    assert not vault.exists()


def test_refuses_bytes_that_changed_on_disk(
    session: Session, ping: Actor, now: datetime, vault: Path
) -> None:
    (public_id,) = _store(session, ping, now)
    (kept,) = vault.iterdir()
    kept.write_bytes(kept.read_bytes()[:-8] + b"AAAAAAA=")
    with pytest.raises(Unreadable):
        open_attachment(session, public_id=public_id, actor=ping)
