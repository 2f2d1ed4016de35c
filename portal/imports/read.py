"""Read a file of documents row by row to disk: typed rows where they pass, problems where they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path

from portal.connectors import SourceRow, SourceTable, UnreadableFile, open_table
from portal.connectors.limits import read_whole
from portal.connectors.tables import read_tables
from portal.errors import N_
from portal.imports.control import Control, Window
from portal.imports.layouts import Places, Profile
from portal.imports.normalise import HEADER_WITHIN, LayoutReader
from portal.imports.row import read_row
from portal.imports.row_shapes import Reading
from portal.imports.rules import DocumentRow, Problem
from portal.imports.spool import Spool
from portal.money import currency_digits

ROWS_AT_ONCE = 2000


@contextmanager
def open_source(path: Path, profile: Profile) -> Iterator[SourceTable]:
    """Open a file as the table a profile means: streamed for the standard format, else the sheet with its columns.

    Args:
        path: CSV, XLSX or XLS.
        profile: Its layout.

    Yields:
        First row and the others.

    Raises:
        UnreadableFile: The file cannot be read.
    """
    if profile.name in {"standard", "standard-customers"}:
        with open_table(path) as table:
            yield table
        return
    tables = read_tables(read_whole(path))
    fitting = next((one for one in tables if _has_columns(one.head[:HEADER_WITHIN], profile)), tables[0])
    rows = iter(fitting)
    yield SourceTable(next(rows).cells, rows)


def _has_columns(rows: Sequence[SourceRow], profile: Profile) -> bool:
    return any(not Places(profile, row.cells).missing for row in rows)


def read_documents(
    path: Path, profile: Profile, spool: Spool, *, on_rows: Callable[[int], object]
) -> Problem | None:
    """Read every row of a file into the spool.

    Args:
        path: CSV, XLSX or XLS.
        profile: Its layout.
        spool: Takes rows, problems, the outcome of rows that did not pass, and the sums of the file.
        on_rows: Told how many rows are read so far.

    Returns:
        Why the file, or the rest of it, could not be read; None when all of it was.
    """
    try:
        with open_source(path, profile) as table:
            reader = LayoutReader(profile)
            rows = reader.find_header(table.header, table.rows)
            spool.header, spool.control = reader.header, reader.control
            if reader.places.missing:
                _refuse_all(rows, reader.places.missing, spool)
            else:
                _read_rows(reader, rows, spool, on_rows)
    except UnreadableFile as refusal:
        return Problem(refusal.row_no, "", refusal.code, refusal.message, refusal.params)
    return None


def read_mended(rows: Iterable[tuple[int, Mapping[str, str], Sequence[str]]], spool: Spool) -> None:
    """Read rows that stand in the standard format already: line, cells by column, cells of the file."""
    _keep([(no, dict(cells), raw, None) for no, cells, raw in rows], spool, Counter())


def _refuse_all(rows: Iterator[SourceRow], missing: Sequence[str], spool: Spool) -> None:
    message = N_("The file has no column “%(column)s”.")
    spool.refuse(Problem(1, name, "missing", message, {"column": name}) for name in missing)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        spool.add_rows((row.no, {}, row.cells) for row in part)
        spool.note((row.no, "rejected") for row in part)


def _read_rows(
    reader: LayoutReader, rows: Iterator[SourceRow], spool: Spool, on_rows: Callable[[int], object]
) -> None:
    width = len(reader.header)
    done = 0
    sums: Counter[tuple[str, str]] = Counter()
    readings = reader.read(rows)
    while part := list(islice(readings, ROWS_AT_ONCE)):
        _keep([_checked(one, width) for one in part if not one.skipped], spool, sums)
        done += len(part)
        on_rows(done)
    if reader.profile.name == "standard":
        _take_sums(reader.control, sums)


Taken = tuple[int, dict[str, str], Sequence[str], Problem | None]


def _checked(reading: Reading, width: int) -> Taken:
    row = reading.row
    return row.no, reading.cells, row.cells, _unreadable(row, width)


def _keep(rows: list[Taken], spool: Spool, sums: Counter[tuple[str, str]]) -> None:
    kept: list[tuple[int, DocumentRow | Mapping[str, str], Sequence[str]]] = []
    refused: list[Problem] = []
    for no, cells, raw, problem in rows:
        read = [problem] if problem else read_row(no, cells)
        if isinstance(read, list):
            refused += read
            kept.append((no, cells, raw))
        else:
            slot = "opening" if read.kind == "opening_balance" else "debit" if read.side > 0 else "credit"
            sums[read.currency, slot] += read.amount_minor if slot == "opening" else abs(read.amount_minor)
            kept.append((no, read, raw))
    spool.add_rows(kept)
    spool.refuse(refused)
    spool.note((no, "rejected") for no in {problem.row_no for problem in refused} if no)


def _take_sums(control: Control, sums: Counter[tuple[str, str]]) -> None:
    """Write the sums of the standard format, whose rows have one amount, by the side of their kind."""
    for (currency, slot), minor in sums.items():
        window = control.sums.setdefault(currency, Window())
        setattr(window, slot, Decimal(minor).scaleb(-currency_digits(currency)))


def _unreadable(row: SourceRow, width: int) -> Problem | None:
    if not row.is_readable:
        message = N_("This row holds bytes or quotation marks that cannot be read.")
        return Problem(row.no, "", "encoding", message)
    if any(row.cells[width:]):
        message = N_("This row has %(cells)s cells, the header %(columns)s.")
        return Problem(row.no, "", "columns", message, {"cells": len(row.cells), "columns": width})
    return None
