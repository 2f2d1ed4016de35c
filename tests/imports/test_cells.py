"""Small files are read by the names of their columns."""

from pathlib import Path

import pytest

from portal.connectors import UnreadableFile
from portal.imports.cells import read_cells
from tests.data.files import text_file


def test_reads_columns_in_any_order_and_leaves_out_others(tmp_path: Path) -> None:
    path = text_file(tmp_path / "file.csv", "Rate;x;DATE\n7.1;?;2026-01-05")
    (part,) = read_cells(path, required=("date", "rate"), optional=("source",))
    assert part == [(2, {"date": "2026-01-05", "rate": "7.1"}, None)]


def test_names_the_row_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"date,rate\n2026-01-05,\xff\n2026-01-06,1\n")
    (part,) = read_cells(path, required=("date", "rate"), optional=())
    assert [(no, problem.code if problem else "") for no, _, problem in part] == [(2, "encoding"), (3, "")]


def test_refuses_a_file_without_a_needed_column(tmp_path: Path) -> None:
    path = text_file(tmp_path / "file.csv", "date\n2026-01-05")
    with pytest.raises(UnreadableFile) as refused:
        list(read_cells(path, required=("date", "rate"), optional=()))
    assert refused.value.row_no == 1
