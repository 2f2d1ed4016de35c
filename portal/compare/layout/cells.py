"""What single cells of a ledger say: days in whole and in parts, months as words."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date

from portal.connectors.dates import BadDate, Order, is_date, read_date

_MONTH_ONLY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$|(\d{1,2})\s*[-/.]\s*(\d{4})$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")


def month_end(text: str) -> date | None:
    """Return the last day of a month that is written without a day (``2026年10月``, ``Oct 2026``); else None."""
    bare = unicodedata.normalize("NFKC", text).strip()
    found = _MONTH_ONLY.match(bare)
    if found:
        year, month = int(found[1] or found[4]), int(found[2] or found[3])
        return date(year, month, monthrange(year, month)[1]) if 1 <= month <= 12 else None
    try:
        day = read_date(f"1 {bare}")
    except BadDate:
        return None
    return day.replace(day=monthrange(day.year, day.month)[1])


def read_day(text: str, order: Order) -> date | None:
    """Return the day a cell says, the last of a month that is alone; None when it says none."""
    try:
        return read_date(text, order=order, serials=True)
    except BadDate:
        return month_end(text) if text else None


def is_day(text: str) -> bool:
    """Say whether a cell reads as a day or a month of a year."""
    return is_date(text) or month_end(text) is not None


def is_year(text: str) -> bool:
    """Say whether a cell is a year."""
    return re.fullmatch(r"(?:19|20)\d{2}年?", text.strip()) is not None


def is_month(text: str) -> bool:
    """Say whether a cell is a month of the year, as a number or a word."""
    return month_of(text) is not None


def is_month_day(text: str) -> bool:
    """Say whether a cell is a day of a month."""
    bare = text.strip().rstrip("日.")
    return bare.isdigit() and 1 <= int(bare) <= 31


def month_of(text: str) -> int | None:
    """Return the month that a cell names (``10``, ``10月``, ``Oktober``); None when it names none."""
    bare = unicodedata.normalize("NFKC", text).strip().rstrip("月.")
    if bare.isdigit():
        return int(bare) if 1 <= int(bare) <= 12 else None
    try:
        return read_date(f"1 {bare or text} 2000").month
    except BadDate:
        return None


def year_in(texts: list[str]) -> int | None:
    """Return the year written in the rows above a header, where there is one only."""
    years = {int(year) for text in texts for year in _YEAR.findall(text)}
    return years.pop() if len(years) == 1 else max(years, default=None)
