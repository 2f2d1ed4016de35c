"""Days as files write them: ISO, d/m/y against m/d/y by evidence, 2026年10月31日, month names, spreadsheet serials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from portal.errors import N_, Invalid

Order = Literal["", "dmy", "mdy", "ymd"]

FIRST_YEAR, LAST_YEAR = 1900, 2199
_SERIAL_ZERO = date(1899, 12, 30)
_MONTHS = {
    name: no
    for no, names in enumerate(
        (
            "jan january januar janvier janv enero ene gennaio gen januari jaen janeiro leden ledna stycznia sty 一月",
            "feb february februar février fevrier févr febrero febbraio februari fev února lut 二月",
            "mar march märz maerz mär mrz mars marzo maart mrt março brezna března marca 三月",
            "apr april avril avr abril abr aprile kwietnia kwi dubna 四月",
            "may mai mayo maggio mag mei maio května kvetna maja 五月",
            "jun june juni juin junio giugno giu junho června cervna czerwca cze 六月",
            "jul july juli juillet juil julio luglio lug julho července cervence lipca lip 七月",
            "aug august août aout agosto ago augustus srpna sierpnia sie 八月",
            "sep sept september septembre septiembre settembre set setembro září zari września wrz 九月",
            "oct october oktober okt octobre octubre ottobre ott outubro října października paź 十月",
            "nov november novembre noviembre novembro listopadu listopada lis 十一月",
            "dec december dezember dez décembre decembre déc diciembre dic dicembre prosince grudnia gru 十二月",
        ),
        1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_THREE = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.']\s*(\d{4}|\d{2})")
_DAY_NAME = re.compile(r"(\d{1,2})\.?[\s\-/.,]*([^\W\d_]{3,}|\d{0,2}月)\.?[\s\-/.,]*(\d{4}|\d{2})")
_NAME_DAY = re.compile(r"([^\W\d_]{3,})\.?[\s\-/.,]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+(\d{4})")
_TIME = re.compile(
    r"[\sT]+\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|[+-]\d{2}:?\d{2})?$"
)


class BadDate(Invalid):
    """A text that is no day of the calendar."""

    code = "bad_date"


def read_date(text: str, *, order: Order = "", serials: bool = False) -> date:
    """Read a day; a time of day behind it is left aside.

    Args:
        text: The cell.
        order: Which of ``03/04/2026`` is the day, from :func:`date_order` of the column; empty = day first, unless only
            month first gives a day.
        serials: Whether a bare number is a spreadsheet's day count since 1900.

    Returns:
        A day between 1900 and 2199.

    Raises:
        BadDate: The text is no such day (30 February is none).
    """
    bare = _TIME.sub("", unicodedata.normalize("NFKC", text[:60]).strip()).strip()
    found = _numbers(bare, order) or _named(bare)
    if found is None and serials and re.fullmatch(r"\d{5}(?:\.\d+)?", bare):
        serial = int(bare.partition(".")[0])
        return _SERIAL_ZERO + timedelta(days=serial)
    if found is None:
        raise BadDate(N_("“%(text)s” is not a date we can read."), text=text.strip()[:40])
    year, month, day = found
    try:
        result = date(year, month, day)
    except ValueError:
        raise BadDate(N_("“%(text)s” is not a day of the calendar."), text=text.strip()[:40]) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadDate(N_("“%(text)s” is outside the years 1900 to 2199."), text=text.strip()[:40])
    return result


def _numbers(text: str, order: Order) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    found = _THREE.fullmatch(text)
    if found is None:
        return None
    first, second, third = int(found[1]), int(found[2]), int(found[3])
    if order == "ymd" and len(found[3]) == 2:
        return _century(first), second, third
    year = _century(third) if len(found[3]) == 2 else third
    is_month_first = order == "mdy" or (not order and first <= 12 < second)
    return (year, first, second) if is_month_first else (year, second, first)


def _named(text: str) -> tuple[int, int, int] | None:
    text = text.casefold()
    if (found := _DAY_NAME.fullmatch(text)) and (month := _MONTHS.get(found[2])):
        return (_century(int(found[3])) if len(found[3]) == 2 else int(found[3])), month, int(found[1])
    if (found := _NAME_DAY.fullmatch(text)) and (month := _MONTHS.get(found[1])):
        return int(found[3]), month, int(found[2])
    return None


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def date_order(texts: Iterable[str]) -> Order:
    """Return the order of day, month and year that a column of dates shows; empty where no cell tells.

    A first number above 12 is a day, a second above 12 makes the first a month. Where none is above 12, the order in
    which the days lie much closer together is taken: a file holds days in a row, not the second of each month.
    """
    firsts: list[int] = []
    seconds: list[int] = []
    thirds: list[int] = []
    is_short = False
    for text in texts:
        found = _THREE.fullmatch(_TIME.sub("", unicodedata.normalize("NFKC", text[:60]).strip()).strip())
        if found:
            firsts.append(int(found[1]))
            seconds.append(int(found[2]))
            thirds.append(int(found[3]))
            is_short = is_short or len(found[3]) == 2
    if not firsts:
        return ""
    if is_short and max(firsts) > 31:
        return "ymd"
    if max(firsts) > 12:
        return "dmy"
    if max(seconds) > 12:
        return "mdy"
    if is_short and len(set(firsts)) == 1 and len(set(thirds)) > 1 and max(thirds) > 12:
        return "ymd"
    return _closer_together(set(zip(firsts, seconds, thirds, strict=True)))


def _closer_together(days: set[tuple[int, int, int]]) -> Order:
    """Return the order in which the days of a column lie much closer together; empty where both fit."""
    if len(days) < 3:
        return ""
    spans = []
    for is_month_first in (False, True):
        ordinals = []
        for first, second, third in days:
            year = _century(third) if third < 100 else third
            month, day = (first, second) if is_month_first else (second, first)
            try:
                ordinals.append(date(year, month, day).toordinal())
            except ValueError:
                return ""
        spans.append(max(ordinals) - min(ordinals) + 1)
    if spans[0] * 3 < spans[1]:
        return "dmy"
    return "mdy" if spans[1] * 3 < spans[0] else ""


def is_date(text: str) -> bool:
    """Say whether a text can be read as a day."""
    try:
        read_date(text)
    except BadDate:
        return False
    return True
