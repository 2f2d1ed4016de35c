"""Workbooks (XLSX, XLS) as rows of text, opened by a process of its own that cannot take more than its memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.connectors.limits import require_harmless
from portal.connectors.rules import SourceRow, UnreadableFile, cell_text
from portal.errors import N_

MAX_CELLS = 3_000_000
_PROGRAM = Path(__file__).with_name("workbook_process.py")
_DAMAGED = N_("This workbook cannot be opened. It may be damaged, locked with a password, or too large.")
_TOO_MANY = N_("This workbook holds more than %(count)s rows or cells. Split it.")
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class Sheet:
    """A sheet as it was found: its name, its rows that are not empty, and the ranges merged into one cell."""

    name: str
    rows: list[SourceRow] = field(default_factory=list)
    merged: Sequence[Range] = ()


def read_workbook(content: bytes, *, max_rows: int) -> list[Sheet]:
    """Read every visible sheet of a workbook.

    Args:
        content: The file, XLSX or XLS.
        max_rows: Rows a sheet may have.

    Returns:
        The sheets in order; a cell merged downwards stands in each of its rows.

    Raises:
        UnreadableFile: Damaged, locked, no workbook, or more than allowed.
    """
    if content.startswith(b"PK"):
        require_harmless(content)
    sheets: list[Sheet] = []
    cells = 0
    is_whole = False
    known: dict[str, str] = {}
    for item in _lines(content, max_rows + 1):
        if isinstance(item, dict):
            merged = [((top, left), (bottom, right)) for (top, left), (bottom, right) in item["merged"]]
            sheets.append(Sheet(item["sheet"], merged=merged))
        elif isinstance(item, list) and sheets:
            row = _row(item[0], item[1], known)
            cells += len(row.cells)
            if item[0] > max_rows or cells > MAX_CELLS:
                raise UnreadableFile(_TOO_MANY, count=f"{max_rows:,}")
            sheets[-1].rows.append(row)
        else:
            is_whole = item == "end"
    if not is_whole:
        raise UnreadableFile(_DAMAGED)
    for sheet in sheets:
        sheet.rows = list(_filled_down(sheet))
    return [sheet for sheet in sheets if sheet.rows]


def _lines(content: bytes, max_rows: int) -> Iterator[object]:
    program = [sys.executable, "-I", str(_PROGRAM), str(max_rows)]
    with subprocess.Popen(  # noqa: S603 - our own program, nothing of the file is an argument
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(content)
                process.stdin.close()
            for line in process.stdout:
                if line.endswith(b"\n"):
                    yield json.loads(line)
        finally:
            process.kill()


def _row(no: int, cells: list[object], known: dict[str, str]) -> SourceRow:
    texts = []
    for cell in cells:
        text = (
            str(cell[0]).removesuffix("T00:00:00").replace("T", " ")
            if isinstance(cell, list)
            else cell_text(cell)
        )
        texts.append(known.setdefault(text, text) if len(text) < 40 and len(known) < 100_000 else text)
    while texts and not texts[-1]:
        texts.pop()
    return SourceRow(no, tuple(texts), is_readable=all(len(text) <= 131_072 for text in texts))


def _filled_down(sheet: Sheet) -> Iterator[SourceRow]:
    """Repeat a cell that is merged over several rows in each of them (a customer's name beside five invoices)."""
    sources = {
        (row + 1, column): (top + 1, left)
        for (top, left), (bottom, right) in sheet.merged
        if 0 < bottom - top < 5000 and right - left < 3
        for row in range(top + 1, min(bottom, top + 5000) + 1)
        for column in range(left, left + 1)
    }
    if not sources:
        yield from sheet.rows
        return
    tops = set(sources.values())
    values: dict[tuple[int, int], str] = {}
    columns = sorted({column for _, column in sources})
    for row in sheet.rows:
        cells = list(row.cells)
        for column in columns:
            if (row.no, column) in tops and column < len(cells):
                values[row.no, column] = cells[column]
            source = sources.get((row.no, column))
            if source and source in values:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or values[source]
        yield SourceRow(row.no, tuple(cells), row.is_readable)
