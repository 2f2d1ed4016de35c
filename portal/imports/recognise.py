"""Find out which known layout a file has, by the columns it names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from portal.connectors import UnreadableFile
from portal.connectors.limits import MAX_FILE_BYTES, read_whole
from portal.connectors.tables import read_tables
from portal.imports.normalise import HEADER_WITHIN
from portal.imports.profiles import recognise


def recognise_file(session: Session, path: Path, *, approved_only: bool = False) -> str:
    """Return the name of the layout of a file; empty when none fits.

    A file above 50 MB can only be in Concord's own columns. One that cannot be read at all is taken for one, too, so
    that its check names the reason.

    Args:
        session: Any.
        path: CSV, XLSX or XLS.
        approved_only: Leave out saved layouts that a second person has not approved.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        return "standard"
    try:
        tables = read_tables(read_whole(path))
    except UnreadableFile:
        return "standard"
    for table in tables:
        headers = [tuple(row.cells) for row in table.head[:HEADER_WITHIN]]
        name = recognise(session, headers, approved_only=approved_only)
        if name:
            return name
    return ""
