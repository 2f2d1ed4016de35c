"""``compare-files``: pairs, bridge and workbook of two files."""

from __future__ import annotations

import csv
import json
import os
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from admin.commands.__main__ import main
from portal.compare import CAUSES, compare_files
from portal.compare.engine import STATUSES
from portal.errors import Invalid
from tests.compare.layouts import LAYOUTS

OURS = """document_no,date,text,amount
INV-26-0101,2026-10-02,ball screws,1130.00
INV-26-0102,2026-10-07,bearings,455.00
PAY-0077,2026-10-15,receipt,-985.00
INV-26-0103,2026-10-21,freight,12.60
INV-26-0104,2026-10-22,rails,700.00
"""


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def cents(value: object) -> int:
    return round(float(str(value)) * 100)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_writes_pairs_and_a_bridge_that_sums_exactly(
    files: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    """Requirement 2-1: one command from two files to a detailed report."""
    out = tmp_path / "out"
    facts = compare_files(
        files("ours.csv", OURS.encode()),
        files("theirs.csv", LAYOUTS["german"]()),
        out=out,
        as_of=date(2026, 10, 31),
    )
    pairs, bridge = rows_of(out / "pairs.csv"), rows_of(out / "bridge.csv")
    assert list(pairs[0])[:6] == ["ours_row", "theirs_row", "status", "difference_minor", "cause", "reasons"]
    assert {row["status"] for row in pairs} <= set(STATUSES)
    assert {row["cause"] for row in pairs} <= {"", *CAUSES}
    assert (bridge[0]["step"], bridge[-1]["step"]) == ("opening_ours", "closing_theirs")
    amounts = [int(row["amount_minor"]) for row in bridge]
    assert sum(amounts[:-1]) == amounts[-1]
    assert amounts[0] - amounts[-1] == sum(int(row["difference_minor"]) for row in pairs)
    assert facts["unexplained"] == "0.00"
    assert facts["mirrored"] is True
    agreed = {(row["ours_row"], row["theirs_row"]) for row in pairs if row["status"] == "agreed"}
    assert ("2", "5") in agreed


def test_the_workbook_adds_up_when_its_formulas_are_worked_out_again(
    files: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    """Requirement 2-15: the recalculated difference is zero."""
    out = tmp_path / "out"
    compare_files(
        files("ours.csv", OURS.encode()),
        files("theirs.xlsx", LAYOUTS["chinese"]()),
        out=out,
        as_of=date(2026, 10, 31),
    )
    with zipfile.ZipFile(out / "bridge.xlsx") as archive:
        formulas = re.findall(r"<f>(.*?)</f>", archive.read("xl/worksheets/sheet1.xml").decode())
    book = CalamineWorkbook.from_path(str(out / "bridge.xlsx"))
    bridge, _, ours, theirs = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    our_sum = sum(cents(row[5]) for row in ours[1:] if row[6] == 1)
    their_sum = sum(cents(row[5]) for row in theirs[1:] if row[6] == 1)
    steps = [cents(row[4]) for row in bridge[4:-3]]
    assert our_sum + sum(steps) == their_sum
    assert [kind.partition("(")[2].partition("(")[0] for kind in formulas] == [
        "SUMIF",
        "SUM",
        "SUMIF",
        f"E{len(bridge) - 2}-E{len(bridge) - 1},2)",
    ]
    assert (cents(bridge[3][4]), cents(bridge[-2][4]), cents(bridge[-1][4])) == (our_sum, their_sum, 0)


def test_names_the_file_that_cannot_be_read(files: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"theirs\.csv: "):
        compare_files(
            files("ours.csv", OURS.encode()),
            files("theirs.csv", b"words only\nno figures\n"),
            out=tmp_path / "o",
        )


def test_the_command_prints_one_object(
    files: Callable[[str, bytes], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = files("ours.csv", OURS.encode()), files("theirs.csv", OURS.encode())
    assert main(["compare-files", str(ours), str(theirs), "--out", str(tmp_path / "o"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["by_status"] == {"agreed": 5}
    assert facts["balances"] == {"ours": "1312.60", "theirs": "1312.60"}
    assert main(["compare-files", str(ours), str(tmp_path / "none.csv"), "--out", str(tmp_path / "o")]) == 2
    assert (
        main(["compare-files", str(ours), str(files("bad.csv", b"x\n")), "--out", str(tmp_path / "o")]) == 1
    )


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (
            "internal-records",
            "vendor-statement",
            {"agreed": 8, "amount_differs": 1, "only_ours": 1, "only_theirs": 1},
        ),
        (
            "test-edge-cases-internal",
            "test-edge-cases-vendor",
            {"agreed": 29, "amount_differs": 1, "only_ours": 1},
        ),
        ("test-perfect-match-internal", "test-perfect-match-vendor", {"agreed": 10}),
    ],
)
def test_finds_what_the_real_pairs_hold(
    ours: str, theirs: str, expected: dict[str, int], tmp_path: Path
) -> None:
    folder = Path(os.environ["CONCORD_REAL_DATA"]) / "statement-pairs"
    facts = compare_files(folder / f"{ours}.csv", folder / f"{theirs}.csv", out=tmp_path)
    assert facts["by_status"] == expected
    assert facts["unexplained"] == "0.00"
