"""A batch is begun before its first document and finished after its last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import Conflict, NotAllowed, NotFound
from portal.imports import ImportResult
from portal.imports.batches import begin_batch, file_hash, finish_batch, keep_check
from portal.imports.models import ImportBatch, ImportProblem, QuarantinedRow
from portal.imports.rules import Problem
from portal.imports.spool import Spool
from tests.data.files import text_file

WRONG = Problem(2, "amount", "bad_amount", "“%(text)s”", {"text": "x"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return text_file(tmp_path / "ledger.csv", "a,amount\nA,x")


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as spool:
        spool.header = ("a", "amount")
        spool.add_rows([(2, {"document_no": "A", "amount": "x"}, ["A", "x"])])
        yield spool


def begin(
    database: Database, path: Path, actor: Actor, now: datetime, public_id: str = ""
) -> tuple[int, str, bool]:
    with database.writing() as session:
        return begin_batch(
            session, path=path, file_name="", profile="standard", public_id=public_id, actor=actor, now=now
        )


def test_a_finished_batch_keeps_counts_and_refused_rows(
    database: Database, mei: Actor, now: datetime, path: Path, spool: Spool
) -> None:
    batch_id, public_id, was_interrupted = begin(database, path, mei, now)
    assert not was_interrupted
    result = ImportResult(1, 0, 0, 0, 0, 1, totals={("CNY", "invoice"): 5}, problems=(WRONG,))
    finish_batch(database, batch_id, result, spool, actor=mei, now=now)
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
        problem = session.scalars(select(ImportProblem)).one()
        row = session.scalars(select(QuarantinedRow)).one()
        events = session.scalars(select(AuditRow.event)).all()
    assert (batch.state, batch.rejected_count, batch.totals) == ("loaded", 1, {"CNY": {"invoice": "0.05"}})
    assert (batch.file_sha256, batch.file_name) == (file_hash(path), "ledger.csv")
    assert (problem.row_no, problem.params, row.raw, row.state) == (2, {"text": "x"}, ["A", "x"], "open")
    assert batch.header == ["a", "amount"]
    assert events == ["imports.loaded"]
    with pytest.raises(Conflict):
        begin(database, path, mei, now, public_id)


def test_an_interrupted_batch_is_taken_up(database: Database, mei: Actor, now: datetime, path: Path) -> None:
    batch_id, public_id, _ = begin(database, path, mei, now)
    assert begin(database, path, mei, now, public_id) == (batch_id, public_id, True)
    with pytest.raises(NotFound):
        begin(database, path, mei, now, "A" * 22)


@pytest.mark.parametrize(("rows", "state"), [(2, "checked"), (1, "failed")])
def test_a_check_is_kept_and_repeated_in_its_place(
    database: Database, mei: Actor, now: datetime, path: Path, spool: Spool, rows: int, state: str
) -> None:
    _, public_id, _ = begin(database, path, mei, now)
    result = ImportResult(rows, rows - 1, 0, 0, 0, 1, problems=(WRONG,))
    for _ in range(2):
        keep_check(database, public_id, result, spool)
    with database.reading() as session:
        assert session.scalars(select(ImportBatch.state)).one() == state
        assert len(session.scalars(select(ImportProblem)).all()) == 1


def test_who_may_not_import_begins_nothing(database: Database, aud: Actor, now: datetime, path: Path) -> None:
    with pytest.raises(NotAllowed):
        begin(database, path, aud, now)
