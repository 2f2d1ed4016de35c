"""An uploaded file is kept encrypted, checked, and loaded in the name of who asked for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.attachments import FileDraft, keep_files_in
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.imports import Loading, check_batch, load_batch, receive_file, start_load
from portal.imports.models import ImportBatch
from portal.jobs.models import Job
from portal.receivables.models import Document
from portal.settings import Settings

CONTENT = (
    b"document_no,kind,customer_no,currency,document_date,amount,disputed\n"
    b"A,invoice,ACME,CNY,2026-01-05,1.00,yes\nB,invoice,ACME,CNY,2026-01-05,x,\n"
)
FILE = FileDraft("ledger.csv", CONTENT)


@pytest.fixture(autouse=True)
def vault(database: Database, settings: Settings) -> None:
    keep_files_in(database, settings)


def receive(database: Database, actor: Actor, now: datetime, file: FileDraft | None = FILE) -> str:
    with database.writing() as session:
        return receive_file(session, file=file, profile="standard", actor=actor, now=now)


def start(database: Database, public_id: str, actor: Actor, now: datetime) -> None:
    with database.writing() as session:
        start_load(session, public_id=public_id, actor=actor, now=now)


def batch(database: Database) -> ImportBatch:
    with database.reading() as session:
        return session.scalars(select(ImportBatch)).one()


@pytest.mark.db
def test_goes_from_upload_to_loaded_and_posts_once(
    database: Database, mei: Actor, now: datetime, home: Path
) -> None:
    public_id = receive(database, mei, now)
    kept = next((home / "attachments").iterdir())
    assert b"ACME" not in kept.read_bytes()
    checked = check_batch(database, public_id=public_id, now=now)
    assert checked is not None
    assert (checked.imported, checked.rejected, batch(database).state) == (1, 1, "checked")
    assert check_batch(database, public_id=public_id, now=now) is None
    start(database, public_id, mei, now)
    asked: list[str] = []
    loaded = load_batch(
        database, public_id=public_id, now=now,
        loading=Loading(disputes_for=lambda actor, _now: lambda _session, _ids: asked.append(actor.name)),
    )  # fmt: skip
    assert loaded is not None
    assert (loaded.imported, loaded.rejected, batch(database).state) == (1, 1, "loaded")
    assert asked == ["Mei Lin"]
    assert load_batch(database, public_id=public_id, now=now) is None
    with database.reading() as session:
        document = session.scalars(select(Document)).one()
        assert document.created_by_id == mei.person_id


@pytest.mark.parametrize("file", [None, FileDraft("empty.csv", b"")])
def test_refuses_no_file_and_an_empty_one(
    database: Database, mei: Actor, now: datetime, file: FileDraft | None
) -> None:
    with pytest.raises(Invalid) as refused:
        receive(database, mei, now, file)
    assert refused.value.field == "file"


def test_only_a_checked_file_is_loaded(database: Database, mei: Actor, now: datetime) -> None:
    public_id = receive(database, mei, now)
    with pytest.raises(Conflict):
        start(database, public_id, mei, now)
    check_batch(database, public_id=public_id, now=now)
    start(database, public_id, mei, now)
    with pytest.raises(Conflict):
        start(database, public_id, mei, now)


def test_a_load_whose_job_failed_may_be_started_again(database: Database, mei: Actor, now: datetime) -> None:
    public_id = receive(database, mei, now)
    check_batch(database, public_id=public_id, now=now)
    start(database, public_id, mei, now)
    with database.writing() as session:
        session.scalars(select(Job).where(Job.name == "imports.load")).one().state = "failed"
    start(database, public_id, mei, now.replace(minute=1))
    with database.reading() as session:
        assert len(session.scalars(select(Job).where(Job.name == "imports.load")).all()) == 2


def test_unknown_batches_are_not_found(database: Database, mei: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        start(database, "A" * 22, mei, now)
    with pytest.raises(NotFound):
        check_batch(database, public_id="A" * 22, now=now)


def test_who_may_not_import_uploads_nothing(database: Database, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        receive(database, aud, now)
