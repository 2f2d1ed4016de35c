"""Tables: whatever the program that wrote a file, its rows, its header and its footers are found."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import xlsxwriter

from portal.connectors.amounts import decimal_mark, read_amount, to_minor
from portal.connectors.dates import BadDate, date_order, read_date
from portal.connectors.encodings import find_text_encoding
from portal.connectors.limits import require_harmless, stream_xml
from portal.connectors.rules import UnreadableFile
from portal.connectors.tables import find_header, is_total_row, read_tables
from portal.money import BadAmount

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("text", "value", "side"),
    [
        ("1.234,56", "1234.56", ""), ("1,234.56", "1234.56", ""), ("(123)", "-123", ""), ("5.00-", "-5.00", ""),
        ("12.00 CR", "12.00", "credit"), ("借 5", "5", "debit"), ("¥28.16", "28.16", ""),
        ("１２３．４５", "123.45", ""),
        ("1'234.50", "1234.50", ""), ("1\u00a0234,56", "1234.56", ""), ("EUR 12,30", "12.30", ""), ("−7", "-7", ""),
        ("12,30 Kč", "12.30", ""), ("1,23,456.00", "123456.00", ""), ("1,234", "1234", ""),
        ("100,00 S", "100.00", "debit"),
    ],
)  # fmt: skip
def test_reads_an_amount_as_it_is_written(text: str, value: str, side: str) -> None:
    assert (str(read_amount(text).value), read_amount(text).side) == (value, side)


@pytest.mark.parametrize(
    "text", ["", "12..34", "1e5", "1,2,3", "abc", "1.2.3,4,5", "12 34", "9" * 16, "--5", "5 5,00"]
)
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(BadAmount):
        read_amount(text)


def test_takes_the_decimal_mark_from_the_column() -> None:
    column = ["1.234", "12,50", "1.000.000,00"]
    assert decimal_mark(column) == ","
    assert read_amount("1.234", decimal=",").value == Decimal(1234)


def test_refuses_more_decimals_than_the_currency_has() -> None:
    assert to_minor(Decimal("12.5"), "CNY") == 1250
    with pytest.raises(BadAmount):
        to_minor(Decimal("12.5"), "JPY")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年10月31日", date(2026, 10, 31)), ("31. Oktober 2026", date(2026, 10, 31)),
        ("Oct 31, 2026", date(2026, 10, 31)),
        ("31/10/2026", date(2026, 10, 31)), ("10/31/2026", date(2026, 10, 31)), ("20261031", date(2026, 10, 31)),
        ("2023-02-12 21:32:14", date(2023, 2, 12)), ("31-Oct-26", date(2026, 10, 31)), ("1/ 1'00", date(2000, 1, 1)),
        ("2 mars 2026", date(2026, 3, 2)), ("45000", date(2023, 3, 15)),
    ],
)  # fmt: skip
def test_reads_a_day_in_any_habit(text: str, day: date) -> None:
    assert read_date(text, serials=True) == day


@pytest.mark.parametrize(
    "text", ["30.02.2026", "1111/11/11", "32/01/2026", "yesterday", "", "12", "2026-13-01"]
)
def test_refuses_what_is_no_day(text: str) -> None:
    with pytest.raises(BadDate):
        read_date(text)


def test_tells_day_from_month_by_the_column() -> None:
    assert date_order(["03/04/2026", "05/13/2026"]) == "mdy"
    assert date_order(["03/04/2026", "13/04/2026"]) == "dmy"
    assert date_order(["03/04/2026"]) == ""
    assert date_order(["02/02/2026", "02/03/2026", "02/05/2026"]) == "mdy"
    assert date_order(["02/02/2026", "03/02/2026", "05/02/2026"]) == "dmy"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("日期,金额\n2026-01-01,货款\n", "gb18030"), ("Müller;Straße\n", "cp1252"), ("Číslo účtu;Měna účtu\n", "cp1250"),
     ("a,b\n1,2\n", "utf-16-le"), ("Größe\n", "utf-8-sig")],
)  # fmt: skip
def test_finds_the_encoding(text: str, encoding: str) -> None:
    assert find_text_encoding(text.encode(encoding)) == encoding


def test_refuses_bytes_that_are_no_text() -> None:
    with pytest.raises(UnreadableFile):
        find_text_encoding(b"date,amount\n\x00\x00\x01\n")


def test_finds_the_header_below_a_preamble_and_knows_the_footer() -> None:
    text = '账户:1234\n起始日期,2026-01-01\n\n日期,摘要,金额,余额\n2026-01-05,货款,"1,000.00",1000\n合计,,1000,\n'
    (table,) = read_tables(text.encode("gb18030"))
    header = find_header(table.head)
    assert (header.line, header.names) == (4, ("日期", "摘要", "金额", "余额"))
    assert [is_total_row(row.cells) for row in table if row.no > 4] == [False, True]


def test_joins_a_header_of_two_rows() -> None:
    content = "日期,凭证号,本期发生额,,余额\n,,借方,贷方,\n2026-01-05,记-1,100.00,,100.00\n".encode()
    header = find_header(read_tables(content)[0].head, known=lambda name: name in {"借方", "贷方", "日期"})
    assert header.names[2:4] == ("本期发生额 借方", "本期发生额 贷方")


def test_reads_every_sheet_and_fills_cells_merged_downwards() -> None:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        first = book.add_worksheet("Ledger")
        first.write_row(0, 0, ["Customer", "Invoice", "Amount"])
        first.merge_range(1, 0, 2, 0, "Acme")
        first.write_row(1, 1, ["I-1", 10.5])
        first.write_row(2, 1, ["I-2", 0.1 + 0.2])
        book.add_worksheet("Empty")
    (table,) = read_tables(buffer.getvalue())
    assert [row.cells for row in table][1:] == [("Acme", "I-1", "10.5"), ("Acme", "I-2", "0.3")]


def test_refuses_a_sheet_that_would_take_all_memory() -> None:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")
    with pytest.raises(UnreadableFile):
        read_tables(buffer.getvalue())


def test_refuses_an_archive_that_swells() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    with pytest.raises(UnreadableFile):
        require_harmless(buffer.getvalue())


@pytest.mark.parametrize("content", [BOMB, b"<a><b></a>", b"<a>" * 100, b"", b"<a>" + b"\xff" + b"</a>"])
def test_refuses_xml_that_is_damaged_or_defines_entities(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        for _ in stream_xml(content):
            pass


def test_reads_a_workbook_damaged_anywhere_as_unreadable() -> None:
    for content in (b"PK\x03\x04" + b"x" * 50, b"\xd0\xcf\x11\xe0" + b"\x00" * 600):
        with pytest.raises(UnreadableFile):
            read_tables(content)


def test_one_bad_row_costs_one_row() -> None:
    content = b'date,text,amount\n2026-01-01,"never ends,5.00\n2026-01-02,b,6.00\n'
    rows = list(read_tables(content)[0])
    assert [(row.no, row.is_readable) for row in rows] == [(1, True), (2, False), (3, True)]
