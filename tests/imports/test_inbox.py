"""Whole files of the watched folder are loaded and put aside with a report; half-written ones wait."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import system_actor
from portal.attachments import keep_files_in
from portal.db import Database
from portal.imports import Inbox, add_feed, put_aside, take_batch, take_files
from portal.imports import load as load_module
from portal.imports.models import ImportBatch, ImportFeed
from portal.receivables.models import Document
from portal.settings import Settings

HEADER = "document_no,kind,customer_no,currency,document_date,amount\n"
GOOD = HEADER + "A,invoice,ACME,CNY,2026-01-05,1.00\nB,invoice,ACME,CNY,2026-01-05,x\n"
ACTOR = system_actor("inbox")


@pytest.fixture(autouse=True)
def ready(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)
    keep_files_in(database, settings)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Inbox(folder)


def look(database: Database, inbox: Inbox, now: datetime, times: int = 2) -> list[str]:
    found: list[str] = []
    for _ in range(times):
        found += take_files(database, inbox, actor=ACTOR, now=now)
    return found


def finish(database: Database, inbox: Inbox, public_id: str, now: datetime) -> Path:
    take_batch(database, public_id=public_id, now=now)
    with database.reading() as session:
        path = put_aside(session, inbox.folder, public_id=public_id)
    assert path is not None
    return path


def test_a_file_is_taken_when_it_looks_the_same_twice(
    database: Database, inbox: Inbox, now: datetime
) -> None:
    path = inbox.folder / "ledger.csv"
    path.write_text(HEADER, encoding="utf-8")
    assert look(database, inbox, now, times=1) == []
    path.write_text(GOOD, encoding="utf-8")  # the program goes on writing
    assert look(database, inbox, now, times=1) == []
    (public_id,) = look(database, inbox, now, times=1)
    assert not path.exists()
    done = finish(database, inbox, public_id, now)
    report = json.loads(done.with_name(done.name + ".report.json").read_text("utf-8"))
    assert done.parent.name == "done"
    assert (report["imported"], report["rejected"], report["errors"][0]["row"]) == (1, 1, 3)
    with database.reading() as session:
        assert session.scalars(select(Document.document_no)).all() == ["A"]
        assert session.scalars(select(ImportBatch.source)).one() == "folder"


@pytest.mark.parametrize("name", [".hidden.csv", "~$open.xlsx", "half.csv.part", "half.tmp"])
def test_files_still_being_written_are_left_alone(
    database: Database, inbox: Inbox, now: datetime, name: str
) -> None:
    (inbox.folder / name).write_text(GOOD, encoding="utf-8")
    (inbox.folder / "empty.csv").touch()
    assert look(database, inbox, now, times=3) == []


def test_what_cannot_be_read_lands_in_failed(database: Database, inbox: Inbox, now: datetime) -> None:
    (inbox.folder / "unknown.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (public_id,) = look(database, inbox, now)
    assert finish(database, inbox, public_id, now).parent.name == "failed"


def test_a_folder_of_its_name_belongs_to_an_expected_file(
    database: Database, inbox: Inbox, now: datetime
) -> None:
    with database.writing() as session:
        add_feed(session, name="erp", profile="standard", rhythm="daily", grace_days=0, actor=ACTOR, now=now)
    (inbox.folder / "erp").mkdir()
    (inbox.folder / "erp" / "today.csv").write_text(GOOD, encoding="utf-8")
    (public_id,) = look(database, inbox, now)
    finish(database, inbox, public_id, now)
    with database.reading() as session:
        assert session.scalars(select(ImportFeed.last_arrived_at)).one() == now


def test_killed_between_keeping_and_moving_it_is_not_taken_twice(
    database: Database, inbox: Inbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inbox.folder / "ledger.csv"
    path.write_text(GOOD, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            look(database, inbox, now)
    assert path.exists()
    (again,) = look(database, Inbox(inbox.folder), now)
    with database.reading() as session:
        assert session.scalars(select(ImportBatch.public_id)).all() == [again]
