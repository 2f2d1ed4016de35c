"""Lists: the address as a query, links for heads, tabs and pages, downloads of what the filter shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, request, stream_with_context

from portal.errors import N_
from portal.http.forms import read_count
from portal.http.frame import zone
from portal.http.words import _
from portal.lists import MAX_PER_PAGE, PER_PAGE, ListQuery, Page, UnknownSort, neutral
from portal.money import Money, currency_digits

Row = TypeVar("Row")
Kind = Literal["text", "money", "date", "moment", "count"]
UTC_ZONE = ZoneInfo("UTC")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a download; ``value(row)`` is text, Money, date, datetime or a number, by ``kind``."""

    key: str
    label: str
    value: Callable[[Row], Any]
    kind: Kind = "text"


def list_query(sorts: Sequence[str], *, default: str = "", per_page: int = PER_PAGE) -> ListQuery:
    """Return what the address asks of a list: ``?q= &sort= &page= &per_page= &tab=``; ``sort=-due_on`` is descending.

    A download (``?format=``) asks for all rows.

    Raises:
        UnknownSort: The list has no such column (400).
    """
    asked = request.args.get("sort", default)
    column = asked.removeprefix("-")
    if column and column not in sorts:
        raise UnknownSort(N_("This list cannot be sorted by “%(column)s”."), column=column[:40])
    rows = 0 if wanted_format() else min(_number("per_page", per_page), MAX_PER_PAGE)
    return ListQuery(
        q=request.args.get("q", "").strip()[:100], sort=column, descending=asked.startswith("-"),
        page=1 if wanted_format() else _number("page", 1), per_page=rows, tab=request.args.get("tab", "")[:40],
    )  # fmt: skip


def _number(name: str, default: int) -> int:
    number = read_count(request.args.get(name, ""))
    return default if number is None else max(1, min(number, 1_000_000))


def wanted_format() -> str:
    """Return ``csv`` or ``xlsx`` when the address asks for a download, else nothing.

    Raises:
        UnknownSort: Another format (400).
    """
    asked = request.args.get("format", "")
    if asked not in {"", "csv", "xlsx"}:
        raise UnknownSort(N_("There is no download as “%(column)s”."), column=asked[:40])
    return asked


class ListLinks(Generic[Row]):
    """What the macros of parts/table.html need: links that keep the rest of the address."""

    def __init__(self, page: Page[Row]) -> None:
        """Look at the page shown."""
        self.page = page

    def url(self, **changes: object) -> str:
        """Return this list's address with some values changed; an empty value is left out."""
        kept = {key: value for key, value in request.args.items() if key not in {"lang", *changes}}
        return "?" + urlencode(
            {**kept, **{key: value for key, value in changes.items() if value not in {"", None}}}
        )

    def sort(self, key: str) -> dict[str, str | None]:
        """Return link and state of a column head; a second click turns the order round."""
        query = self.page.query
        is_this = query.sort == key
        is_ascending = is_this and not query.descending
        state = None if not is_this else "descending" if query.descending else "ascending"
        return {"url": self.url(sort=f"-{key}" if is_ascending else key, page=""), "state": state}

    @property
    def tabs(self) -> list[dict[str, object]]:
        """Items for the macro ``tabs``."""
        shown = self.page.query.tab or (self.page.tabs[0].key if self.page.tabs else "")
        return [
            {
                "word": _(tab.label),
                "count": tab.count,
                "url": self.url(tab=tab.key, page=""),
                "active": tab.key == shown,
            }
            for tab in self.page.tabs
        ]

    @property
    def pager(self) -> dict[str, object]:
        """The argument of the macro ``pager``."""
        page, number = self.page, self.page.query.page
        return {
            "first": page.first,
            "last": page.last,
            "total": page.count,
            "previous_url": self.url(page=number - 1) if number > 1 else None,
            "next_url": self.url(page=number + 1) if number < page.pages else None,
        }

    @property
    def exports(self) -> list[dict[str, str]]:
        """Items for the macro ``export_menu``."""
        return [
            {"word": _("Excel (XLSX)"), "url": self.url(format="xlsx", page="")},
            {"word": _("CSV"), "url": self.url(format="csv", page="")},
        ]

    @property
    def keep(self) -> dict[str, str]:
        """Hidden values for the macro ``search_box``."""
        return {
            key: value for key, value in request.args.items() if key in {"sort", "tab", "per_page", "as_of"}
        }


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return value.decimal_text
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date | int):
        return str(value)
    return neutral(str(value))


def _cells(row: Row, columns: Sequence[Column[Row]], zone: ZoneInfo) -> Iterator[Any]:
    """Yield a row's values, instants as the seller's clock shows them."""
    for column in columns:
        value = column.value(row)
        yield value.astimezone(zone) if isinstance(value, datetime) else value


def csv_rows(
    rows: Iterable[Row], columns: Sequence[Column[Row]], zone: ZoneInfo = UTC_ZONE
) -> Iterator[bytes]:
    """Yield CSV for Excel: UTF-8 with a byte-order mark, formulas made harmless."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([column.label for column in columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_plain(value) for value in _cells(row, columns, zone)])
        if number % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_bytes(
    rows: Iterable[Row], columns: Sequence[Column[Row]], name: str, zone: ZoneInfo = UTC_ZONE
) -> Iterator[bytes]:
    """Yield a workbook with real numbers and dates, a frozen head and a filter."""
    import xlsxwriter

    with SpooledTemporaryFile(max_size=8 * 1024 * 1024) as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet(name[:31])
            head = book.add_format({"bold": True, "bottom": 1})
            styles: dict[str, Any] = {
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            }
            for digits in range(5):
                pattern = "#,##0" + ("." + "0" * digits if digits else "")
                styles[f"money{digits}"] = book.add_format({"num_format": pattern})
            sheet.freeze_panes(1, 0)
            for index, column in enumerate(columns):
                sheet.set_column(index, index, 28 if column.kind == "text" else 16)
                sheet.write_string(0, index, column.label, head)
            last = 0
            for last, row in enumerate(rows, 1):
                for index, value in enumerate(_cells(row, columns, zone)):
                    _write_cell(sheet, last, index, value, styles)
            sheet.autofilter(0, 0, last, max(len(columns) - 1, 0))
        file.seek(0)
        while part := file.read(65536):
            yield part


def _write_cell(sheet: Any, line: int, index: int, value: Any, styles: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Money):
        digits = currency_digits(value.currency)
        sheet.write_number(line, index, Decimal(value.minor).scaleb(-digits), styles[f"money{digits}"])
    elif isinstance(value, datetime):
        sheet.write_datetime(line, index, value.replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(line, index, datetime(value.year, value.month, value.day), styles["date"])  # noqa: DTZ001 - a calendar date has no zone
    elif isinstance(value, bool | str):
        sheet.write_string(line, index, str(value))
    else:
        sheet.write_number(line, index, value)


def export(page: Page[Row], columns: Sequence[Column[Row]], name: str) -> Response:
    """Answer with all rows of a list as the download the address asks for.

    Args:
        page: All rows (``list_query`` asks for them when there is a ``?format=``).
        columns: Columns with labels in the reader's language already (``_("…")``).
        name: File name without ending, ASCII.
    """
    kind = wanted_format()
    seller_zone = ZoneInfo(zone())
    if kind == "xlsx":
        parts = xlsx_bytes(page.rows, columns, name, seller_zone)
    else:
        parts = csv_rows(page.rows, columns, seller_zone)
    answer = Response(stream_with_context(parts), mimetype=XLSX if kind == "xlsx" else "text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind or "csv"}"'
    return answer
