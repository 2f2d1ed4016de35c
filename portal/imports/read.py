"""Read a file of documents row by row to disk: typed rows where they pass, problems where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from portal.connectors import SourceRow, SourceTable, UnreadableFile, open_table
from portal.errors import N_
from portal.imports.profiles import Profile, missing_columns, normaliser
from portal.imports.row import read_row
from portal.imports.rules import DocumentRow, Problem
from portal.imports.spool import Spool

ROWS_AT_ONCE = 2000


def read_documents(
    path: Path, profile: Profile, spool: Spool, *, on_rows: Callable[[int], object]
) -> Problem | None:
    """Read every row of a file into the spool.

    Args:
        path: CSV or XLSX.
        profile: Its layout.
        spool: Takes rows, problems and the outcome of rows that did not pass.
        on_rows: Told how many rows are read so far.

    Returns:
        Why the file, or the rest of it, could not be read; None when all of it was.
    """
    try:
        with open_table(path) as table:
            spool.header = table.header
            missing = missing_columns(profile, table.header)
            if missing:
                _refuse_all(table, missing, spool)
            else:
                _read_rows(table, profile, spool, on_rows)
    except UnreadableFile as refusal:
        return Problem(refusal.row_no, "", refusal.code, refusal.message, refusal.params)
    return None


def _refuse_all(table: SourceTable, missing: Sequence[str], spool: Spool) -> None:
    message = N_("The file has no column “%(column)s”.")
    spool.refuse(Problem(1, name, "missing", message, {"column": name}) for name in missing)
    for rows in _parts(table.rows):
        spool.add_rows((row.no, ("", "", "", ""), row.cells) for row in rows)
        spool.note((row.no, "rejected") for row in rows)


def _read_rows(table: SourceTable, profile: Profile, spool: Spool, on_rows: Callable[[int], object]) -> None:
    normalise = normaliser(profile, table.header)
    width = len(table.header)
    done = 0
    for rows in _parts(table.rows):
        kept: list[tuple[int, DocumentRow | Sequence[str], Sequence[str]]] = []
        refused: list[Problem] = []
        for row in rows:
            cells = normalise(row.cells)
            read = _unreadable(row, width) or read_row(row.no, cells)
            if isinstance(read, list):
                refused += read
                key = [cells.get(name, "") for name in ("entity", "kind", "document_no", "item")]
                kept.append((row.no, key, row.cells))
            else:
                kept.append((row.no, read, row.cells))
        spool.add_rows(kept)
        spool.refuse(refused)
        spool.note((no, "rejected") for no in {problem.row_no for problem in refused} if no)
        done += len(rows)
        on_rows(done)


def _unreadable(row: SourceRow, width: int) -> list[Problem]:
    if not row.is_readable:
        message = N_("This row holds bytes or quotation marks that cannot be read.")
        return [Problem(row.no, "", "encoding", message)]
    if any(row.cells[width:]):
        message = N_("This row has %(cells)s cells, the header %(columns)s.")
        return [Problem(row.no, "", "columns", message, {"cells": len(row.cells), "columns": width})]
    return []


def _parts(rows: Iterator[SourceRow]) -> Iterator[list[SourceRow]]:
    while part := list(islice(rows, ROWS_AT_ONCE)):
        yield part
