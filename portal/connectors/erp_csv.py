"""Read CSV as bookkeeping programs write it: encoding and delimiter found, one bad row costs one row."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from portal.connectors.delimited import find_delimiter, read_rows
from portal.connectors.rules import SourceTable, UnreadableFile, is_chinese
from portal.errors import N_

_CHUNK = 1 << 20


@contextmanager
def open_csv(path: Path) -> Iterator[SourceTable]:
    """Open a CSV file as a table and close it at the end.

    A row that the CSV rules cannot read, for instance with a quotation mark that never ends, is handed over as not
    readable and the next line is read as a row of its own: one bad row never swallows those below it.

    Args:
        path: The file; UTF-8 with or without mark, UTF-16 with mark, or GB18030.

    Yields:
        Header and rows; empty lines are left out but counted.

    Raises:
        UnreadableFile: The file is empty.
    """
    with path.open(encoding=find_encoding(path), errors="surrogateescape", newline="") as file:
        delimiter = find_delimiter(line[:10_000] for line in islice(file, 50))
        file.seek(0)
        rows = read_rows(file, delimiter)
        header = next(rows, None)
        if header is None:
            raise UnreadableFile(N_("This file is empty."))
        yield SourceTable(header.cells, rows)


def find_encoding(path: Path) -> str:
    """Return the encoding of a text file.

    A file with few bytes that are not UTF-8 is UTF-8 with bad rows, unless all of it reads as Chinese.
    """
    with path.open("rb") as file:
        mark = file.read(4)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if mark.startswith(codecs.BOM_UTF8) or _decodes(path, "utf-8") or not _decodes(path, "gb18030"):
        return "utf-8-sig"
    sample = _lines_beyond_ascii(path)
    best = from_bytes(sample, cp_isolation=["gb18030"]).best()
    return "gb18030" if best is not None and is_chinese(sample) else "utf-8-sig"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines_beyond_ascii(path: Path) -> bytes:
    found = bytearray()
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                found += line
            if len(found) > _CHUNK // 4:
                break
    return bytes(found)
