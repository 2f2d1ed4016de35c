"""Lists: addresses, links, downloads."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from portal.http.lists import Column, ListLinks, csv_rows, list_query, xlsx_bytes
from portal.lists import ListQuery, Page, Tab, UnknownSort, neutral, without_apostrophe
from portal.money import Money


@dataclass(frozen=True)
class Row:
    """A row with one value of each kind."""

    words: str
    money: Money | None
    on: date
    at: datetime


COLUMNS = [
    Column[Row]("words", "Words", lambda row: row.words),
    Column[Row]("money", "Amount", lambda row: row.money, "money"),
    Column[Row]("on", "Date", lambda row: row.on, "date"),
    Column[Row]("at", "Time", lambda row: row.at, "moment"),
]
ROWS = [
    Row(words, Money(-200, "CNY"), date(2026, 3, 2), datetime(2026, 3, 1, 20, 5, tzinfo=UTC))
    for words in ('=HYPERLINK("http://evil")', "+1", "@x", "-2+3", "\tx", "对账单")
]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_csv_holds_no_formula_and_keeps_negative_amounts() -> None:
    """Attack case D20."""
    content = b"".join(csv_rows(ROWS, COLUMNS, SHANGHAI))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["Words", "Amount", "Date", "Time"]
    assert [row[0] for row in rows[1:]] == ["'" + row.words for row in ROWS[:-1]] + ["对账单"]
    assert rows[1][1:] == ["-2.00", "2026-03-02", "2026-03-02 04:05"]


def test_xlsx_holds_text_numbers_and_dates() -> None:
    content = b"".join(xlsx_bytes(ROWS, COLUMNS, "list", SHANGHAI))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sheet[1] == ['=HYPERLINK("http://evil")', -2.0, date(2026, 3, 2), datetime(2026, 3, 2, 4, 5)]  # noqa: DTZ001 - as a sheet has it
    assert b"<f>" not in content


@pytest.mark.parametrize("text", ["", "INV-1", "a=b", "-12.50", "−5", "O'Neil", "'quoted'", "'-5"])
def test_leaves_harmless_text_alone(text: str) -> None:
    assert neutral(text) == text == without_apostrophe(text)


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-2+3", "@x", "'=1", "''+1", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "-1.2.3"],
)
def test_a_formula_is_disarmed_and_comes_back_the_same(text: str) -> None:
    """Security D20 and property P3."""
    assert neutral(text) == f"'{text}"
    assert without_apostrophe(neutral(text)) == text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/", ListQuery()),
        (
            "/?q=%20acme%20&sort=-due_on&page=3&per_page=20&tab=open",
            ListQuery("acme", "due_on", True, 3, 20, "open"),
        ),
        ("/?page=x&per_page=-5", ListQuery()),
        ("/?per_page=99999", ListQuery(per_page=500)),
        ("/?format=xlsx&page=7", ListQuery(per_page=0)),
    ],
)
def test_reads_the_address(app: Flask, address: str, expected: ListQuery) -> None:
    with app.test_request_context(address):
        assert list_query(("due_on",)) == expected


@pytest.mark.parametrize("address", ["/?sort=(select 1)", "/?sort=due_on;--", "/?sort=%27", "/?format=exe"])
def test_refuses_columns_and_formats_it_does_not_have(app: Flask, address: str) -> None:
    """Attack case D07."""
    with app.test_request_context(address), pytest.raises(UnknownSort):
        list_query(("due_on",))


def test_links_keep_the_rest_of_the_address(app: Flask) -> None:
    page = Page(
        (1, 2),
        120,
        ListQuery(q="a", sort="due_on", page=2),
        tabs=(Tab("", "All", 120), Tab("late", "Late", 3)),
    )
    with app.test_request_context("/?q=a&sort=due_on&page=2&lang=zh"):
        links = ListLinks(page)
        assert links.sort("due_on") == {"url": "?q=a&sort=-due_on", "state": "ascending"}
        assert links.sort("amount") == {"url": "?q=a&sort=amount", "state": None}
        assert links.pager["next_url"] == "?q=a&sort=due_on&page=3"
        assert [tab["active"] for tab in links.tabs] == [True, False]
        assert [item["url"] for item in links.exports] == [
            "?q=a&sort=due_on&format=xlsx",
            "?q=a&sort=due_on&format=csv",
        ]
