"""``match-files``: its four tables, and what it says about rows that cannot be used."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from admin.commands.match_files import match_files
from portal.matching.engine.tables import BadFile, read_book, read_rates, read_receipts

CUSTOMERS = "customer_id,name,name_en,owner,bank_account\nC1,华信科技有限公司,Huaxin,,622200001111\n"
ITEMS = """item_id,customer_id,kind,doc_no,fapiao_no,po_no,doc_date,due_date,currency,open_minor
I1,C1,INV,INV-2024-00123,,,2024-03-01,2024-03-31,CNY,50000
I2,C1,CN,CN-2024-00009,,,2024-03-02,2024-03-31,CNY,-5000
"""
RECEIPTS = """receipt_id,value_date,currency,amount_minor,payer_name,payer_account,narrative
R1,2024-03-20,CNY,49000,华信科技有限公司,,INV-2024-00123
R2,2024-03-21,CNY,777,利息银行,,利息
"""


def files(folder: Path, **texts: str) -> dict[str, Path]:
    found = {}
    for name, text in {"customers": CUSTOMERS, "items": ITEMS, "receipts": RECEIPTS, **texts}.items():
        found[name] = folder / f"{name}.csv"
        found[name].write_text(text, "utf-8")
    return found


def run(given: dict[str, Path], out: Path, *more: str) -> dict[str, object]:
    arguments = [part for name, path in given.items() for part in (f"--{name}", str(path))]
    done = CliRunner().invoke(
        match_files, [*arguments, "--out", str(out), "--json", *more], catch_exceptions=False
    )
    assert done.exit_code == 0
    facts: dict[str, object] = json.loads(done.stdout)
    return facts


def test_writes_a_row_for_each_allocation_with_words(tmp_path: Path) -> None:
    facts = run(files(tmp_path), tmp_path / "P.csv")
    assert (facts["receipts"], facts["proposed"], facts["left"]) == (2, 1, 1)
    rows = list(csv.DictReader((tmp_path / "P.csv").open(encoding="utf-8")))
    assert [(row["receipt_id"], row["item_id"], row["allocated_minor"]) for row in rows] == [
        ("R1", "I1", "50000")
    ]
    assert rows[0]["reasons"].startswith("reference INV-2024-00123 in narrative; amount less CNY 10.00")
    assert 0.9 < float(rows[0]["confidence"]) < 1


def test_leaves_out_what_is_less_sure(tmp_path: Path) -> None:
    assert run(files(tmp_path), tmp_path / "P.csv", "--threshold", "1")["proposed"] == 0


def test_columns_stand_in_any_order_and_a_mark_of_byte_order_is_no_name(tmp_path: Path) -> None:
    rows = [line.split(",")[::-1] for line in RECEIPTS.splitlines()]
    turned = "\ufeff" + "".join(",".join(row) + "\n" for row in rows)
    assert read_receipts(files(tmp_path, receipts=turned)["receipts"])[0].amount_minor == 49_000


def test_tables_without_rows_give_no_proposals(tmp_path: Path) -> None:
    empty = {"items": ITEMS.splitlines()[0] + "\n", "receipts": RECEIPTS.splitlines()[0] + "\n"}
    assert run(files(tmp_path, **empty), tmp_path / "P.csv")["proposed"] == 0


def _read_all(given: dict[str, Path]) -> None:
    read_receipts(given["receipts"])
    read_book(given["customers"], given["items"])


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("receipts", RECEIPTS, "", "is empty"),
        ("receipts", "currency,", "", "column currency is missing"),
        ("receipts", "49000", "-49000", "row 2, column amount_minor: “-49000” must be above zero"),
        ("receipts", "777", "0", "row 3, column amount_minor: “0” must be above zero"),
        ("receipts", "777", "7.77", "row 3, column amount_minor: “7.77” is not a whole number"),
        ("receipts", "R2", "R1", "row 3, column receipt_id: “R1” stands there twice"),
        ("receipts", "2024-03-21", "2024-02-30", "row 3, column value_date"),
        ("receipts", "2024-03-21,CNY", "2024-03-21,XYZ", "row 3, column currency: “XYZ”"),
        ("receipts", ",利息银行,,利息", "", "row 3: 4 values where the header has 7"),
        ("items", "I2", "I1", "row 3, column item_id: “I1” stands there twice"),
        ("items", "-5000", "5000", "row 3, column open_minor: “5000” has the wrong sign"),
        ("items", ",CN,", ",DN,", "row 3, column kind: “DN” is neither INV nor CN"),
        ("items", ",50000", ",0", "row 2, column open_minor"),
    ],
)
def test_refuses_with_file_row_and_column(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    text = {"receipts": RECEIPTS, "items": ITEMS}[name].replace(old, new, 1)
    given = files(tmp_path, **{name: text})
    with pytest.raises(BadFile, match=rf"{name}\.csv") as refusal:
        _read_all(given)
    assert said in str(refusal.value)


def test_refuses_a_rate_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("date,currency,per_unit\n2024-03-01,USD,0\n", "utf-8")
    with pytest.raises(BadFile, match=r"rates\.csv, row 2, column per_unit"):
        read_rates(path)
