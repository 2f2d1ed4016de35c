"""What every reader of outside files hands over: a header and plain rows of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from portal.errors import N_, Invalid

DELIMITERS = ",;\t|"


class UnreadableFile(Invalid):
    """A file, or all of it from one row on, that cannot be read as a table.

    Attributes:
        row_no: Line in the file where reading ended, if it got that far.
    """

    code = "encoding"
    default_message = N_("This file cannot be read as CSV or XLSX.")

    def __init__(self, message: str | None = None, *, row_no: int | None = None, **params: object) -> None:
        """Keep the row beside message and values."""
        self.row_no = row_no
        super().__init__(message, field=None, **params)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it stands in the file.

    Attributes:
        no: Line in the file where the row begins; the header is line 1 when nothing stands above it.
        cells: The cells as text, without surrounding space, as many as the row has.
        is_readable: False when bytes of it are not text in the file's encoding.
    """

    no: int
    cells: tuple[str, ...]
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file opened as a table: its header, then its rows, read as they are asked for."""

    header: tuple[str, ...]
    rows: Iterator[SourceRow]


def is_chinese(sample: bytes) -> bool:
    """Say whether bytes that are not UTF-8 read as Chinese in GB18030.

    Nearly any bytes can be decoded so; Chinese text is told by its pairs, of which nine in ten lie where GB 2312
    keeps its characters and punctuation (both bytes from A1 up). ``Müller`` in Latin-1 has none there.
    """
    pairs = re.findall(rb"[\x81-\xfe][\x40-\xfe]", sample)
    usual = sum(1 for pair in pairs if pair[0] <= 0xF7 and pair[0] >= 0xA1 and pair[1] >= 0xA1)
    return bool(pairs) and usual >= 0.9 * len(pairs)


def cell_text(value: object) -> str:
    """Return a workbook cell as the text that a CSV of it would hold.

    Numbers have at most 15 significant digits, as the program that wrote them shows them; dates are ISO 8601.
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return _number_text(value)
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value).strip()


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{value:.15f}".rstrip("0") if "e-" in text else text
