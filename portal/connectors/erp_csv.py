"""Read CSV as bookkeeping programs write it: encoding and delimiter found, one bad row costs one row."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes

from portal.connectors.rules import SourceRow, SourceTable, UnreadableFile, guess_delimiter, is_chinese
from portal.errors import N_

MAX_LINES_IN_ROW = 200
_CHUNK = 1 << 20
_NOT_TEXT = re.compile("[\udc80-\udcff]")  # how Python keeps bytes that the encoding cannot read


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
        delimiter = guess_delimiter(file.readline())
        file.seek(0)
        rows = _rows(file, delimiter)
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


class _Lines:
    """The lines of a file, with those of the row being read kept so that they can be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = iter(file)
        self._again: list[str] = []
        self.row: list[str] = []
        self.no = 0  # lines handed out so far

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MAX_LINES_IN_ROW:
            raise csv.Error("row too long")
        line = self._again.pop() if self._again else next(self._file)
        self.row.append(line)
        self.no += 1
        return line

    def read_again_after_first(self) -> str:
        """Put back all lines of this row but its first, which is returned."""
        first, *others = self.row
        self.no -= len(others)
        self._again += reversed(others)
        return first


def _rows(file: TextIO, delimiter: str) -> Iterator[SourceRow]:
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.row = []
        start = lines.no + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _row(start, [lines.read_again_after_first()[:500]], is_readable=False)
            continue
        if any(cell.strip() for cell in cells):
            yield _row(start, cells)


def _row(no: int, cells: list[str], *, is_readable: bool = True) -> SourceRow:
    texts = [cell.strip() for cell in cells]
    if any(not text.isascii() and _NOT_TEXT.search(text) for text in texts):
        return SourceRow(no, tuple(_NOT_TEXT.sub("\ufffd", text) for text in texts), is_readable=False)
    return SourceRow(no, tuple(texts), is_readable)
