"""Five real-world layouts of one account are read alike; hostile files are refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from portal.compare.engine import Ledger, LedgerRow, compare_ledgers
from portal.compare.layout import Layout, LayoutRefused, guess_layout, orientation_of, read_ledger, turned
from portal.connectors import UnreadableFile
from portal.connectors.tables import read_tables
from tests.compare.layouts import CLOSING, LAYOUTS, MOVEMENTS, OPENING, workbook

OURS = [
    LedgerRow(0, date(2026, 10, 1), OPENING, is_opening=True),
    *(
        LedgerRow(no, day, minor, number, text)
        for no, (day, number, text, minor) in enumerate(MOVEMENTS, start=1)
    ),
]


@pytest.mark.parametrize("name", LAYOUTS)
def test_reads_the_layout_and_agrees_to_the_cent(name: str) -> None:
    tables = read_tables(LAYOUTS[name]())
    guess = guess_layout(tables)
    ledger = read_ledger(tables, guess.layout)
    rows, _ = turned(ledger, orientation_of(OURS, ledger.rows))
    assert [row.day for row in rows if not row.is_opening] == [day for day, *_ in MOVEMENTS]
    assert sum(row.minor for row in rows) == CLOSING
    found = compare_ledgers(Ledger(OURS), Ledger(rows), currency="CNY", as_of=date(2026, 10, 31))
    assert found.statuses == {"agreed": len(MOVEMENTS) + 1}


def test_says_why_a_row_is_left_out() -> None:
    tables = read_tables(LAYOUTS["chinese"]())
    ledger = read_ledger(tables, guess_layout(tables).layout)
    assert [one.why for one in ledger.left_out] == ["a total or subtotal"] * 3
    assert (ledger.debit_minor, ledger.credit_minor) == (108_420, 159_760)


def test_rows_of_a_second_sheet_say_where_they_stand() -> None:
    tables = read_tables(LAYOUTS["french"]())
    ledger = read_ledger(tables, guess_layout(tables).layout)
    assert [ledger.label(row.no) for row in ledger.rows][-2:] == ["Fin!2", "Fin!3"]


def test_a_doubt_stands_beside_a_column_only_its_cells_explain() -> None:
    rows = "".join(f"2026-10-0{no},INV-{no},goods,{no}0.00\n" for no in (1, 2, 3))
    text = f"when,x,what,how much\n{rows}"
    guess = guess_layout(read_tables(text.encode()))
    assert [(one.role, bool(one.doubt)) for one in guess.columns] == [
        ("day", True), ("number", True), ("text", True), ("amount", True),
    ]  # fmt: skip


def test_a_remembered_layout_is_taken_for_the_same_names() -> None:
    tables = read_tables(LAYOUTS["english"]())
    guess = guess_layout(tables)
    roles = ("ignore", *guess.layout.roles[1:])
    known = Layout(roles, guess.layout.names, guess.layout.header_line, guess.layout.sheets, "mirrored")
    again = guess_layout(tables, remembered=[known])
    assert (again.is_remembered, again.layout.roles, again.layout.sign) == (True, roles, "mirrored")


def test_two_currencies_are_not_added_up() -> None:
    rows = b"2026-10-01,A-100,10.00,EUR\n2026-10-02,A-101,20.00,USD\n2026-10-03,A-102,1.00,USD\n"
    text = b"date,no,amount,currency\n" + rows
    tables = read_tables(text)
    layout = guess_layout(tables).layout
    with pytest.raises(LayoutRefused, match="EUR, USD"):
        read_ledger(tables, layout)
    assert [row.minor for row in read_ledger(tables, layout, currency="USD").rows] == [2000, 100]


def test_a_layout_without_amounts_is_refused() -> None:
    with pytest.raises(LayoutRefused, match="which column holds the amount"):
        Layout(("day", "text")).require_usable()
    with pytest.raises(LayoutRefused, match="cannot both be"):
        Layout(("day", "day", "amount")).require_usable()


# --- hostile files ----------------------------------------------------------------------------------------------------


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    return buffer.getvalue()


def with_doctype() -> bytes:
    book = workbook({"A": [["Date", "No", "Amount"], ["2026-10-01", "A-1", 1.5]]})
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(
                    b"<worksheet", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><worksheet', 1
                )
                content = content.replace(b"<v>1.5</v>", b"<v>&b;</v>")
            target.writestr(entry.filename, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(LAYOUTS["chinese"]()[:4000], id="cut off"),
        pytest.param(bomb(), id="zip bomb"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\x01\x02" * 400, id="binary"),
        pytest.param(b"just words\nand more words\n", id="no amounts"),
    ],
)
def test_refuses_a_hostile_file_in_words(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        guess_layout(read_tables(content))
    assert str(refusal.value)


def test_a_field_of_ten_megabytes_does_not_bring_it_down() -> None:
    text = (
        "date,no,text,amount\n2026-10-01,A-100,ok,1.00\n2026-10-02,A-101,"
        + "x" * (10 << 20)
        + ",2.00\n2026-10-03,A-102,ok,3.00\n"
    )
    try:
        tables = read_tables(text.encode())
        rows = read_ledger(tables, guess_layout(tables).layout).rows
    except UnreadableFile:
        return  # refused in words is as good
    assert [row.minor for row in rows if len(row.text) < 100] in ([100, 300], [100, 200, 300])


def test_an_entity_of_a_doctype_reads_nothing() -> None:
    try:
        tables = read_tables(with_doctype())
        text = "".join(cell for table in tables for row in table for cell in row.cells)
    except UnreadableFile as refusal:
        text = str(refusal)
    assert Path("/etc/hostname").read_text("utf-8").strip() not in text
