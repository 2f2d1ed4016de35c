"""Open the first sheet of a workbook as a table of a header and rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.connectors.limits import read_whole
from portal.connectors.rules import SourceTable, UnreadableFile
from portal.connectors.workbooks import read_workbook
from portal.errors import N_

MAX_ROWS = 500_000


@contextmanager
def open_xlsx(path: Path) -> Iterator[SourceTable]:
    """Open the first sheet of a workbook as a table.

    Args:
        path: XLSX or XLS; formulas are read as the values they last had.

    Yields:
        Header and rows; empty rows are left out but counted.

    Raises:
        UnreadableFile: No workbook, an empty one, or one that unpacks to too much.
    """
    sheets = read_workbook(read_whole(path), max_rows=MAX_ROWS)
    if not sheets:
        raise UnreadableFile(N_("This file is empty."))
    rows = iter(sheets[0].rows)
    yield SourceTable(next(rows).cells, rows)
