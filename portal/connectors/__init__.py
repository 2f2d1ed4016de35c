"""Outside systems to plain rows: CSV, XLSX and XLS files of bookkeeping programs, opened as tables of text.

A connector only reads: it knows encodings, delimiters and archives, and nothing of documents or customers. A new
connector is one module beside these with its test data; anyone inside the portal may open one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from portal.connectors.erp_csv import open_csv
from portal.connectors.erp_xlsx import open_xlsx
from portal.connectors.rules import SourceRow, SourceTable, UnreadableFile

__all__ = ["SourceRow", "SourceTable", "UnreadableFile", "open_table"]


def open_table(path: Path) -> AbstractContextManager[SourceTable]:
    """Open a file as a table, told apart by what is in it and not by its name.

    Args:
        path: CSV, XLSX or XLS.

    Returns:
        A context that yields header and rows.

    Raises:
        UnreadableFile: The file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as error:
        raise UnreadableFile from error
    is_workbook = first.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    return open_xlsx(path) if is_workbook else open_csv(path)
