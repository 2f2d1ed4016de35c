"""Files are read row by row to disk, in every encoding and as workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from portal.imports.profiles import SHIPPED, Profile, profile_of
from portal.imports.read import read_documents
from portal.imports.rules import Problem
from portal.imports.spool import Spool
from tests.data.files import text_file

LINES = """
document_no,kind,customer_no,customer_name,currency,document_date,amount
A,invoice,ACME,埃克米商贸,CNY,2026-01-05,100.00
B,bill,ACME,埃克米商贸,CNY,2026-01-05,100.00
"""


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as spool:
        yield spool


@pytest.fixture
def standard() -> Profile:
    return profile_of("standard", SHIPPED["standard"])


def read(path: Path, profile: Profile, spool: Spool) -> tuple[Problem | None, list[int]]:
    told: list[int] = []
    return read_documents(path, profile, spool, on_rows=told.append), told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_reads_names_in_every_encoding(
    tmp_path: Path, spool: Spool, standard: Profile, encoding: str
) -> None:
    path = text_file(tmp_path / "file.csv", LINES)
    path.write_text(path.read_text("utf-8"), encoding=encoding)
    assert read(path, standard, spool) == (None, [2])
    spool.finish_reading()
    (group,) = spool.groups()
    assert group.rows[0].customer_name == "埃克米商贸"
    assert [(problem.row_no, problem.code) for problem in spool.problems()] == [(3, "unknown_kind")]
    assert spool.counts() == {"rejected": 1}


def test_reads_a_workbook_with_real_numbers_and_dates(
    tmp_path: Path, spool: Spool, standard: Profile
) -> None:
    from datetime import date

    path = tmp_path / "file.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["document_no", "kind", "customer_no", "currency", "document_date", "amount"])
    sheet.write_row(1, 0, [611365, "invoice", "ACME", "CNY"])
    sheet.write_datetime(1, 4, date(2026, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_number(1, 5, 55.9)
    book.close()
    assert read(path, standard, spool)[0] is None
    spool.finish_reading()
    (group,) = spool.groups()
    assert (group.rows[0].document_no, group.rows[0].amount_minor) == ("611365", 5590)
    assert group.rows[0].document_on == date(2026, 1, 5)


def test_a_file_without_a_needed_column_is_refused_row_by_row(
    tmp_path: Path, spool: Spool, standard: Profile
) -> None:
    path = text_file(tmp_path / "file.csv", "document_no,kind\nA,invoice\nB,invoice")
    assert read(path, standard, spool)[0] is None
    assert {problem.column for problem in spool.problems()} == {
        "customer_no", "currency", "document_date", "amount",
    }  # fmt: skip
    assert spool.counts() == {"rejected": 2}


def test_an_empty_file_says_so(tmp_path: Path, spool: Spool, standard: Profile) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"")
    problem, _ = read(path, standard, spool)
    assert problem == Problem(None, "", "encoding", "This file is empty.")
