"""Read XLSX workbooks, after a look at the archive that refuses what would not fit in memory."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from portal.connectors.rules import SourceRow, SourceTable, UnreadableFile, cell_text
from portal.errors import N_

MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 1000
_TOO_LARGE = N_("This workbook would unpack to more than %(megabytes)s MB. Save it as CSV instead.")
_LOCAL_HEADER_BYTES = 30


@contextmanager
def open_xlsx(path: Path) -> Iterator[SourceTable]:
    """Open the first sheet of a workbook as a table and close it at the end.

    Args:
        path: The file; formulas are read as the values they last had.

    Yields:
        Header and rows; empty rows are left out but counted.

    Raises:
        UnreadableFile: No workbook, an empty one, or one that unpacks to too much.
    """
    require_harmless(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = workbook.get_sheet_by_index(0)
    except (CalamineError, IndexError, OSError) as error:
        raise UnreadableFile from error
    with workbook:
        rows = _rows(sheet)
        header = next(rows, None)
        if header is None:
            raise UnreadableFile(N_("This file is empty."))
        yield SourceTable(header.cells, rows)


def require_harmless(path: Path) -> None:
    """Refuse an archive that unpacks to too much, before anything parses it.

    The sizes an archive declares may lie, so every entry is unpacked once, piece by piece, and only counted.

    Args:
        path: A ZIP archive.

    Raises:
        UnreadableFile: No archive, more than 1,000 entries, more than 50 MB unpacked, or more than 200 to 1.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            declared = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
            if len(entries) > MAX_ENTRIES or declared > MAX_UNPACKED_BYTES or declared / packed > MAX_RATIO:
                raise UnreadableFile(_TOO_LARGE, megabytes=MAX_UNPACKED_BYTES >> 20)
            _count_unpacked(file, entries)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError) as error:
        raise UnreadableFile from error


def _count_unpacked(file: BinaryIO, entries: list[zipfile.ZipInfo]) -> None:
    left = MAX_UNPACKED_BYTES
    for entry in entries:
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableFile
        file.seek(entry.header_offset)
        head = file.read(_LOCAL_HEADER_BYTES)
        file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
        packed = file.read(entry.compress_size)
        if entry.compress_type == zipfile.ZIP_STORED:
            left -= len(packed)
        else:
            left -= _unpacked_size(packed, left)
        if left < 0:
            raise UnreadableFile(_TOO_LARGE, megabytes=MAX_UNPACKED_BYTES >> 20)


def _unpacked_size(packed: bytes, limit: int) -> int:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    while packed and size <= limit:
        size += len(unpacker.decompress(packed, 1 << 20))
        packed = unpacker.unconsumed_tail
    return size


def _rows(sheet: CalamineSheet) -> Iterator[SourceRow]:
    if sheet.start is None:
        return
    for no, cells in enumerate(sheet.iter_rows(), 1):
        texts = tuple(cell_text(cell) for cell in cells)
        if any(texts):
            yield SourceRow(no, texts)
