"""Rows of delimited text: one row that the CSV rules cannot read costs one row and never those below it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from portal.connectors.rules import DELIMITERS, SourceRow

MAX_LINES_IN_ROW = 200
_NOT_TEXT = re.compile("[\udc80-\udcff]")  # how Python keeps bytes that the encoding cannot read
_QUOTED = re.compile(r'"[^"]*"')


class _Lines:
    """The lines of a file, with those of the row being read kept so that they can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.row: list[str] = []
        self.no = 0  # lines handed out so far

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MAX_LINES_IN_ROW:
            raise csv.Error("row too long")
        line = self._again.pop() if self._again else next(self._lines)
        self.row.append(line)
        self.no += 1
        return line

    def read_again_after_first(self) -> str:
        """Put back all lines of this row but its first, which is returned."""
        first, *others = self.row
        self.no -= len(others)
        self._again += reversed(others)
        return first


def read_rows(lines: Iterable[str], delimiter: str) -> Iterator[SourceRow]:
    """Cut lines into rows of stripped cells; empty rows are left out but counted.

    Args:
        lines: With their ends; bytes that are no text as lone surrogates (``errors="surrogateescape"``).
        delimiter: One character.

    Yields:
        Rows; one with bytes that are no text, a field above 128 kB, or a quotation mark that never ends comes as
        not readable, and the next line is read as a row of its own.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.row = []
        start = source.no + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _alone(start, source.read_again_after_first(), delimiter)
            continue
        if any(cell.strip() for cell in cells):
            yield _row(start, cells)


def _alone(no: int, line: str, delimiter: str) -> SourceRow:
    """Read a line that breaks the rules by itself: blanks between a quotation mark and the delimiter do no harm."""
    if len(line) < csv.field_size_limit():
        mended = re.sub(rf'"[ \t]+(?=[{re.escape(delimiter)}\r\n]|$)', '"', line)
        try:
            return _row(no, next(csv.reader([mended], delimiter=delimiter, strict=True), []))
        except csv.Error:
            pass
    return _row(no, [line[:500]], is_readable=False)


def _row(no: int, cells: list[str], *, is_readable: bool = True) -> SourceRow:
    texts = [cell.strip() for cell in cells]
    if any(not text.isascii() and _NOT_TEXT.search(text) for text in texts):
        return SourceRow(no, tuple(_NOT_TEXT.sub("\ufffd", text) for text in texts), is_readable=False)
    return SourceRow(no, tuple(texts), is_readable)


def find_delimiter(lines: Iterable[str]) -> str:
    """Return the delimiter that cuts most lines into the same number of columns, preamble or not.

    Args:
        lines: The first of a file; fifty tell.

    Returns:
        One of comma, semicolon, tab and bar; a comma when none cuts.
    """
    bare = [_QUOTED.sub("", line) for line in lines if line.strip()]
    return max(DELIMITERS, key=lambda delimiter: _evenness(bare, delimiter))


def _evenness(lines: list[str], delimiter: str) -> int:
    counts = Counter(found for line in lines if (found := line.count(delimiter)))
    if not counts:
        return 0
    usual, times = max(counts.items(), key=lambda item: (item[0] * item[1], item[0]))
    return usual * times
