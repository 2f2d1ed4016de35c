"""Read small files with columns of their own: a header, then rows as cells by column name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from portal.connectors import UnreadableFile, open_table
from portal.errors import N_
from portal.imports.rules import Problem

ROWS_AT_ONCE = 500


def read_cells(
    path: Path, *, required: Sequence[str], optional: Sequence[str]
) -> Iterator[list[tuple[int, dict[str, str], Problem | None]]]:
    """Yield the rows of a file in parts: line, cells by column, and the problem of a row that cannot be read.

    Args:
        path: CSV or XLSX; columns in any order and case, unknown ones are left out.
        required: Columns the header must have.
        optional: Columns it may have.

    Raises:
        UnreadableFile: The file cannot be read, or its header lacks a column.
    """
    with open_table(path) as table:
        places = {name.casefold(): place for place, name in reversed(list(enumerate(table.header)))}
        for name in required:
            if name not in places:
                raise UnreadableFile(N_("The file has no column “%(column)s”."), row_no=1, column=name)
        wanted = {name: places[name] for name in (*required, *optional) if name in places}
        part: list[tuple[int, dict[str, str], Problem | None]] = []
        for row in table.rows:
            cells = {name: row.cells[place] for name, place in wanted.items() if place < len(row.cells)}
            problem = None
            if not row.is_readable:
                message = N_("This row holds bytes or quotation marks that cannot be read.")
                problem = Problem(row.no, "", "encoding", message)
            part.append((row.no, cells, problem))
            if len(part) == ROWS_AT_ONCE:
                yield part
                part = []
        if part:
            yield part
