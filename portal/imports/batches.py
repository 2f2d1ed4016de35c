"""The batch of a file: begun before its first document, finished after its last, its refused rows kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.db import Database, new_public_id
from portal.errors import Conflict, NotFound
from portal.imports.feeds import note_arrival
from portal.imports.models import ImportBatch, ImportProblem, QuarantinedRow
from portal.imports.results import ImportResult
from portal.imports.rules import Problem
from portal.imports.spool import Spool
from portal.money import minor_to_text, parse_minor

_PROBLEMS_AT_ONCE = 1000
_SHOWN_CUSTOMERS = 50


def begin_batch(
    session: Session,
    *,
    path: Path,
    file_name: str,
    profile: str,
    public_id: str,
    profile_version: int = 0,
    is_retry: bool = False,
    actor: Actor,
    now: datetime,
) -> tuple[int, str, bool]:
    """Open a batch, or take up one that was uploaded or interrupted.

    Args:
        session: A writing session.
        path: The file, for its hash.
        file_name: Name people know it by; empty = the path's.
        profile: Layout it is read by.
        profile_version: Of a saved layout; 0 = shipped.
        public_id: The batch to take up; empty = a new one.
        is_retry: Whether mended rows of a loaded batch are taken in.
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
        if batch.state in {"undoing", "undone"} or (batch.state == "loaded") != is_retry:
            raise Conflict
        if is_retry:
            return batch.id, batch.public_id, True
        was_interrupted = batch.state == "loading"
        batch.state = "loading"
        session.flush()
        return batch.id, batch.public_id, was_interrupted
    batch = ImportBatch(
        kind="documents", source="console", file_name=(file_name or path.name)[:200],
        file_sha256=file_hash(path), profile=profile, profile_version=profile_version, state="loading",
        started_by_id=actor.person_id, started_at=now,
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
        batch.header = list(spool.header)
        batch.state = "loaded"
        batch.finished_at = now
        note_arrival(session, batch, actor=actor, now=now)
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


def finish_retry(
    database: Database, batch_id: int, result: ImportResult, spool: Spool, *, actor: Actor, now: datetime
) -> None:
    """Write what became of mended rows: taken ones are settled, the others wait again with their new reasons.

    Args:
        database: Short transactions are opened on it.
        batch_id: Row number of the batch.
        result: Counts and problems of the rows tried again.
        spool: Their cells.
        actor: Who ran it.
        now: When it began.
    """
    tried = spool.row_numbers()
    refused = {problem.row_no for problem in result.problems}
    write_problems(database, batch_id, result, spool, rows=tried)
    with database.writing() as session:
        batch = session.get_one(ImportBatch, batch_id, with_for_update=True)
        rows = session.scalars(
            select(QuarantinedRow).where(
                QuarantinedRow.batch_id == batch_id,
                QuarantinedRow.row_no.in_(tried),
                QuarantinedRow.state == "retrying",
            )
        ).all()
        for row in rows:
            row.state = "open" if row.row_no in refused else "taken"
            row.changed_by_id, row.changed_at = actor.person_id, now
        _add_counts(batch, result)
        session.flush()
        audit.record(
            session, "imports.retried", subject_kind="import", subject_id=batch.public_id,
            details={"file": batch.file_name, "taken": len(tried) - len(refused), "refused": len(refused)},
            actor=actor, now=now,
        )  # fmt: skip


def _add_counts(batch: ImportBatch, result: ImportResult) -> None:
    """Move rows that were refused before to what they became now."""
    batch.imported_count += result.imported
    batch.updated_count += result.updated
    batch.duplicate_count += result.duplicates
    left = batch.conflict_count + batch.rejected_count - result.imported - result.updated - result.duplicates
    batch.conflict_count = min(batch.conflict_count, max(left, 0))
    batch.rejected_count = max(left, 0) - batch.conflict_count
    totals = {currency: dict(kinds) for currency, kinds in (batch.totals or {}).items()}
    for (currency, kind), minor in result.totals.items():
        kinds = totals.setdefault(currency, {})
        before = parse_minor(kinds[kind], currency, signed=True) if kind in kinds else 0
        kinds[kind] = minor_to_text(before + minor, currency)
    batch.totals = totals


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
        batch.header = list(spool.header)
        batch.state = "failed" if result.problems and result.rejected == result.rows else "checked"


def set_counts(batch: ImportBatch, result: ImportResult) -> None:
    """Write the counts, totals and control sums of a result on its batch."""
    batch.row_count, batch.imported_count, batch.updated_count = result.rows, result.imported, result.updated
    batch.duplicate_count, batch.conflict_count = result.duplicates, result.conflicts
    batch.rejected_count, batch.totals = result.rejected, result.totals_by_currency
    batch.control = control_of(result)


def control_of(result: ImportResult) -> dict[str, Any]:
    """Return what is kept beside the counts: sums of the file, rows left out, customers that are new."""
    return dict(result.control) | {
        "new_customers": result.new_customer_count,
        "first_new": [list(pair) for pair in result.new_customers[:_SHOWN_CUSTOMERS]],
    }


def write_problems(
    database: Database,
    batch_id: int,
    result: ImportResult,
    spool: Spool,
    *,
    rows: Collection[int] | None = None,
) -> None:
    """Keep every refused row with its reasons and its cells, in place of those of an earlier check.

    Args:
        database: Short transactions are opened on it.
        batch_id: Row number of the batch.
        result: The problems, columns by the file's own names.
        spool: Cells of the rows.
        rows: Lines that were tried again; None = the whole file.
    """
    problems, quarantined = ImportProblem.batch_id == batch_id, QuarantinedRow.batch_id == batch_id
    with database.writing() as session:
        if rows is None:
            session.execute(delete(ImportProblem).where(problems))
            session.execute(delete(QuarantinedRow).where(quarantined, QuarantinedRow.state == "open"))
        else:
            session.execute(delete(ImportProblem).where(problems, ImportProblem.row_no.in_(rows)))
    parts = iter(result.problems)
    seen: set[int] = set()
    while part := list(islice(parts, _PROBLEMS_AT_ONCE)):
        numbers = {problem.row_no for problem in part if problem.row_no is not None} - seen
        seen |= numbers
        with database.writing() as session:
            session.execute(insert(ImportProblem), [_problem_row(batch_id, problem) for problem in part])
            if rows is None:
                _quarantine(session, batch_id, sorted(numbers), spool)


def _quarantine(session: Session, batch_id: int, numbers: Sequence[int], spool: Spool) -> None:
    kept = [
        {
            "public_id": new_public_id(), "batch_id": batch_id, "row_no": no, "raw": raw, "state": "open",
            "cells": spool.standard_cells(no), "reason": "",
        }
        for no in numbers
        if (raw := spool.cells(no))
    ]  # fmt: skip
    if kept:
        session.execute(insert(QuarantinedRow), kept)


def _problem_row(batch_id: int, problem: Problem) -> dict[str, Any]:
    return {
        "batch_id": batch_id, "row_no": problem.row_no, "column": problem.column[:60], "code": problem.code,
        "message": problem.message, "params": dict(problem.params),
    }  # fmt: skip
