"""Any CSV, TSV, XLSX or XLS file as tables of text: encoding, delimiter, header row and footers found.

A table is walked, not held: ``for row in table`` reads it again from the start each time, so that a file of a million
rows costs no more memory than its bytes. ``table.rows`` holds all of a small one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice

from portal.connectors.amounts import NO_AMOUNT, read_amount
from portal.connectors.dates import is_date
from portal.connectors.delimited import find_delimiter, read_rows
from portal.connectors.encodings import find_text_encoding
from portal.connectors.rules import SourceRow, UnreadableFile
from portal.connectors.workbooks import read_workbook
from portal.errors import N_
from portal.money import BadAmount

MAX_ROWS = 500_000
HEAD_ROWS = 300
_SEARCHED_ROWS = 60
_TOTAL_WORDS = re.compile(
    r"^\W*(?:(?:人民币|本期|本页|本月|累计|总)?(?:合\s*计|总\s*计|小\s*计)|(?:(?:grand |sub)?total(?:s|en)?|sub-total"
    r"|summe|gesamt(?:summe)?|somme|total général|totaal|totale|suma|razem|celkem)(?![^\W\d_]))",
    re.IGNORECASE,
)
_RULE_LINE = re.compile(r"^[\s\-=_*#·—－]{4,}")


class Table:
    """One sheet of a file: rows of text that can be walked as often as needed.

    Attributes:
        sheet: Name of the sheet; empty for text files.
        encoding: Of a text file; empty for workbooks.
        delimiter: The same.
    """

    def __init__(
        self, sheet: str, read: Callable[[], Iterator[SourceRow]], *, encoding: str = "", delimiter: str = ""
    ) -> None:
        self.sheet = sheet
        self.encoding = encoding
        self.delimiter = delimiter
        self._read = read

    def __iter__(self) -> Iterator[SourceRow]:
        """Walk all rows that are not empty, from the first.

        Raises:
            UnreadableFile: There are more than 500,000.
        """
        for count, row in enumerate(self._read(), 1):
            if count > MAX_ROWS:
                raise UnreadableFile(
                    N_("This file has more than %(count)s rows. Split it."), count=f"{MAX_ROWS:,}"
                )
            yield row

    @cached_property
    def head(self) -> tuple[SourceRow, ...]:
        """The first 300 rows, from which everything is guessed."""
        return tuple(islice(self._read(), HEAD_ROWS))

    @cached_property
    def rows(self) -> tuple[SourceRow, ...]:
        """All rows at once: for tables known to be small."""
        return tuple(self)

    @property
    def first_line(self) -> int:
        """Line in the file of the first row; 1 for an empty table."""
        return self.head[0].no if self.head else 1


@dataclass(frozen=True, slots=True)
class Header:
    """Where the names of the columns stand.

    Attributes:
        line: Line of the (last) header row in the file; 0 = there is none, the rows begin at once.
        names: The columns, blanks folded; a header of two rows is joined with a space. Empty names stay empty.
        preamble: The rows above it.
    """

    line: int
    names: tuple[str, ...]
    preamble: tuple[SourceRow, ...] = ()


def read_tables(content: bytes, *, encoding: str = "", delimiter: str = "") -> tuple[Table, ...]:
    """Open a file as tables, told apart by what is in it and not by its name.

    Args:
        content: The file, at most 50 MB (:func:`portal.connectors.limits.read_whole`).
        encoding: To force one; empty = found.
        delimiter: The same.

    Returns:
        One table for text, one a visible sheet that is not empty for workbooks.

    Raises:
        UnreadableFile: Empty, no text, a damaged or oversized workbook.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        sheets = read_workbook(content, max_rows=MAX_ROWS)
        tables = tuple(Table(sheet.name, partial(iter, sheet.rows)) for sheet in sheets)
    else:
        tables = (_text_table(content, encoding, delimiter),)
    if not any(table.head for table in tables):
        raise UnreadableFile(N_("This file is empty."))
    return tables


def _text_table(content: bytes, encoding: str, delimiter: str) -> Table:
    encoding = encoding or find_text_encoding(content)
    try:
        lines = list(islice(_text(content, encoding), 80))
    except (LookupError, UnicodeError) as error:
        raise UnreadableFile from error
    mark = delimiter or find_delimiter(line[:10_000] for line in lines)
    return Table(
        "", lambda: read_rows(_text(content, encoding), mark), encoding=encoding, delimiter=mark
    )  # fmt: skip


def _text(content: bytes, encoding: str) -> io.TextIOWrapper:
    wide = encoding.startswith("utf-16")
    return io.TextIOWrapper(
        io.BytesIO(content), encoding, errors="replace" if wide else "surrogateescape", newline=""
    )


def find_header(rows: Sequence[SourceRow], *, known: Callable[[str], bool] | None = None) -> Header:
    """Find the row that names the columns.

    Names are short texts, all different, no dates and no amounts; below them stand rows with a date or an amount.

    Args:
        rows: The head of a table.
        known: Says whether a folded name is one the caller looks for; such names weigh most.

    Returns:
        The header; ``line`` 0 when the rows begin without one.
    """
    best, best_score = -1, 0.0
    for place, row in enumerate(rows[:_SEARCHED_ROWS]):
        score = _header_score(row, rows[place + 1 : place + 8], known)
        if score > best_score:
            best, best_score = place, score
    if best < 0:
        return Header(0, ())
    names = tuple(map(fold_name, rows[best].cells))
    if best and (upper := _upper_names(rows[best - 1], rows[best], known)):
        return Header(rows[best].no, upper, tuple(rows[: best - 1]))
    return Header(rows[best].no, names, tuple(rows[:best]))


def fold_name(text: str) -> str:
    """Return a column's name with blanks folded and without stars and colons around it."""
    return re.sub(r"\s+", " ", text).strip(" \t*:：﻿\"'")


def _header_score(row: SourceRow, below: Sequence[SourceRow], known: Callable[[str], bool] | None) -> float:
    texts = [fold_name(cell) for cell in row.cells if cell]
    if len(texts) < 2 or not row.is_readable or any(len(text) > 300 for text in texts):
        return 0
    hits = sum(1 for text in texts if known and known(text))
    values = sum(1 for text in texts if _is_value(text))
    if values > len(texts) * (0.2 if hits > 2 else 0.1):
        return 0
    different = len(set(texts)) / len(texts)
    full = [other for other in below if sum(map(bool, other.cells)) >= max(2, len(texts) * 0.3)]
    with_values = sum(
        1 for other in full if any(is_date(cell) or looks_like_amount(cell) for cell in other.cells)
    )
    if below and not with_values and hits < 3:
        return 0
    return different * (min(len(texts), 20) + 4 * hits) * (1 + with_values / max(1, len(below)))


def _is_value(text: str) -> bool:
    """Say whether a text is a date, an amount, a number or masked like one: what no name of a column is."""
    return looks_like_amount(text) or is_date(text) or sum(map(str.isdigit, text)) > len(text) * 0.4


def _upper_names(
    upper: SourceRow, lower: SourceRow, known: Callable[[str], bool] | None
) -> tuple[str, ...] | None:
    """Join a header of two rows: a group name above (本期发生额) and the columns under it (借方 · 贷方)."""
    groups = sum(map(bool, upper.cells))
    if groups < 2 or len(upper.cells) > len(lower.cells) + 1 or len(upper.cells) < len(lower.cells) * 0.6:
        return None
    if any(is_date(cell) or looks_like_amount(cell) or len(cell) > 40 for cell in upper.cells if cell):
        return None
    empty_below = sum(1 for top, name in zip(upper.cells, lower.cells, strict=False) if top and not name)
    if not empty_below and not (known and any(known(fold_name(cell)) for cell in upper.cells)):
        return None
    names, group = [], ""
    for place, name in enumerate(lower.cells):
        top = upper.cells[place] if place < len(upper.cells) else ""
        group = top or (group if name else "")
        names.append(fold_name(f"{group} {name}" if group and name else group or name))
    return tuple(names)


def looks_like_amount(text: str) -> bool:
    """Say whether a cell reads as an amount: digits with at most signs, marks and a currency around them."""
    if text in NO_AMOUNT or len(text) > 40:
        return False
    try:
        read_amount(text)
    except BadAmount:
        return False
    return True


def is_total_row(cells: Sequence[str]) -> bool:
    """Say whether a row is a footer: a total, or a rule of dashes."""
    first = next((cell for cell in cells if cell), "")
    return bool(_TOTAL_WORDS.match(first) or _RULE_LINE.match(first))
