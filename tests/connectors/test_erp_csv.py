"""CSV of every encoding is read; one bad row costs one row."""

from pathlib import Path

import pytest

from portal.connectors import UnreadableFile, open_table
from portal.connectors.erp_csv import find_encoding

LINES = "no,name\n1,北岸包装\n2,Acme\n"


def read(path: Path) -> list[tuple[int, tuple[str, ...], bool]]:
    with open_table(path) as table:
        return [(1, table.header, True), *((row.no, row.cells, row.is_readable) for row in table.rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_reads_the_same_rows_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(LINES, encoding=encoding)
    assert read(path) == [(1, ("no", "name"), True), (2, ("1", "北岸包装"), True), (3, ("2", "Acme"), True)]


def test_names_the_row_whose_bytes_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(LINES.encode() + b"3,M\xfcller\n4,Bo\n")
    assert find_encoding(path) == "utf-8-sig"
    assert read(path)[3:] == [(4, ("3", "M\ufffdller"), False), (5, ("4", "Bo"), True)]


def test_a_quotation_mark_that_never_ends_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('no,name\n1,"Acme\n2,Bo\n3,"Globex"x\n4,Ping\n')
    rows = read(path)
    assert [(no, ok) for no, _, ok in rows] == [(1, True), (2, False), (3, True), (4, False), (5, True)]
    assert rows[1][1] == ('1,"Acme',)


def test_counts_lines_of_the_file_as_its_reader_does(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('no;text\r\n1;"two\r\nlines"\r\n\r\n2;one\r\n', newline="")
    assert [(no, cells) for no, cells, _ in read(path)] == [
        (1, ("no", "text")), (2, ("1", "two\r\nlines")), (5, ("2", "one")),
    ]  # fmt: skip


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("")
    with pytest.raises(UnreadableFile), open_table(path):
        pass
