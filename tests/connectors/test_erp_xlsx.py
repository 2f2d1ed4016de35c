"""Workbooks are read as text; archives that unpack to too much are refused before anything parses them."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from portal.connectors import UnreadableFile, open_table
from portal.connectors.limits import require_harmless


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["document_no", "amount", "document_date"])
    sheet.write_string(1, 0, "0000611365")
    sheet.write_number(1, 1, 55.94)
    sheet.write_datetime(1, 2, date(2026, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_row(3, 0, ["INV-2", 100])
    book.close()
    return path


def test_reads_numbers_dates_and_texts_with_their_zeros(tmp_path: Path) -> None:
    with open_table(workbook(tmp_path / "any name")) as table:
        assert table.header == ("document_no", "amount", "document_date")
        assert [(row.no, row.cells) for row in table.rows] == [
            (2, ("0000611365", "55.94", "2026-01-05")), (4, ("INV-2", "100")),
        ]  # fmt: skip


def test_refuses_a_zip_bomb_by_its_ratio(tmp_path: Path) -> None:
    """Security D22."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    with pytest.raises(UnreadableFile):
        require_harmless(path)


def test_refuses_a_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """Security D22: the declared size says little, the packed bytes say much."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    honest = (60_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(honest, (1_000_000).to_bytes(4, "little")))
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].file_size == 1_000_000
    with pytest.raises(UnreadableFile):
        require_harmless(path)


def test_refuses_more_than_a_thousand_entries(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.xml", b"")
    with pytest.raises(UnreadableFile):
        require_harmless(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_refuses_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile), open_table(path):
        pass
