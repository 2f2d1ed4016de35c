"""The batch of a file: begun before its first document, finished after its last, its refused rows kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.db import Database
from portal.errors import Conflict, NotFound
from portal.imports.models import ImportBatch, ImportProblem
from portal.imports.results import ImportResult
from portal.imports.spool import Spool

_PROBLEMS_AT_ONCE = 1000


def begin_batch(
    session: Session,
    *,
    path: Path,
    file_name: str,
    profile: str,
    public_id: str,
    actor: Actor,
    now: datetime,
) -> tuple[int, str, bool]:
    """Open a batch, or take up one that was uploaded or interrupted.

    Args:
        session: A writing session.
        path: The file, for its hash.
        file_name: Name people know it by; empty = the path's.
        profile: Layout it is read by.
        public_id: The batch to take up; empty = a new one.
        actor: Needs ``imports:run``.
        now: When.

    Returns:
        Row number, public id, and whether it was interrupted before.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is loaded already.
    """
    actor.require(Permission.IMPORTS_RUN)
    if public_id:
        batch = session.scalars(
            select(ImportBatch).where(ImportBatch.public_id == public_id).with_for_update()
        ).one_or_none()
        if batch is None:
            raise NotFound
        if batch.state == "loaded":
            raise Conflict
        was_interrupted = batch.state == "loading"
        batch.state = "loading"
        session.flush()
        return batch.id, batch.public_id, was_interrupted
    batch = ImportBatch(
        kind="documents", file_name=(file_name or path.name)[:200], file_sha256=file_hash(path), profile=profile,
        state="loading", started_by_id=actor.person_id, started_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    return batch.id, batch.public_id, False


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def finish_batch(
    database: Database, batch_id: int, result: ImportResult, spool: Spool, *, actor: Actor, now: datetime
) -> None:
    """Write what became of a batch: its refused rows, then its counts with one audit row ``imports.loaded``.

    Args:
        database: Short transactions are opened on it.
        batch_id: Row number of the batch.
        result: Counts and totals.
        spool: Cells of the refused rows.
        actor: Who ran it.
        now: When it began.
    """
    write_problems(database, batch_id, result, spool)
    with database.writing() as session:
        batch = session.get_one(ImportBatch, batch_id, with_for_update=True)
        set_counts(batch, result)
        batch.state = "loaded"
        batch.finished_at = now
        session.flush()
        audit.record(
            session, "imports.loaded", subject_kind="import", subject_id=batch.public_id,
            details={
                "file": batch.file_name, "sha256": batch.file_sha256, "imported": result.imported,
                "updated": result.updated, "rejected": result.rejected + result.conflicts,
                "totals": result.totals_by_currency,
            },
            actor=actor, now=now,
        )  # fmt: skip


def keep_check(database: Database, public_id: str, result: ImportResult, spool: Spool) -> None:
    """Write on an uploaded batch what loading it would do; one of which nothing can be read has failed.

    Args:
        database: Short transactions are opened on it.
        public_id: The batch.
        result: What the dry run found.
        spool: Cells of the refused rows.
    """
    with database.reading() as session:
        batch_id = session.scalars(select(ImportBatch.id).where(ImportBatch.public_id == public_id)).one()
    write_problems(database, batch_id, result, spool)
    with database.writing() as session:
        batch = session.get_one(ImportBatch, batch_id, with_for_update=True)
        set_counts(batch, result)
        batch.state = "failed" if result.problems and result.rejected == result.rows else "checked"


def set_counts(batch: ImportBatch, result: ImportResult) -> None:
    """Write the counts and totals of a result on its batch."""
    batch.row_count, batch.imported_count, batch.updated_count = result.rows, result.imported, result.updated
    batch.duplicate_count, batch.conflict_count = result.duplicates, result.conflicts
    batch.rejected_count, batch.totals = result.rejected, result.totals_by_currency


def write_problems(database: Database, batch_id: int, result: ImportResult, spool: Spool) -> None:
    """Keep every refused row with its reason and its cells, in place of those of an earlier check.

    Args:
        database: Short transactions are opened on it.
        batch_id: Row number of the batch.
        result: The problems, columns by the file's own names.
        spool: Cells of the rows.
    """
    with database.writing() as session:
        session.execute(delete(ImportProblem).where(ImportProblem.batch_id == batch_id))
    rows = _problem_rows(batch_id, result, spool)
    while part := list(islice(rows, _PROBLEMS_AT_ONCE)):
        with database.writing() as session:
            session.execute(insert(ImportProblem), part)


def _problem_rows(batch_id: int, result: ImportResult, spool: Spool) -> Iterator[dict[str, Any]]:
    for problem in result.problems:
        cells = spool.cells(problem.row_no) if problem.row_no else []
        yield {
            "batch_id": batch_id, "row_no": problem.row_no, "column": problem.column[:60], "code": problem.code,
            "message": problem.message, "params": dict(problem.params),
            "row": {"header": list(spool.header), "cells": cells},
        }  # fmt: skip
