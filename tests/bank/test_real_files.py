"""Bank files that nobody of the project wrote: each line taken in, left out with a reason, or refused by place."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from portal.access import Actor
from portal.bank import BankRequest, FileResult, import_bank_file
from portal.db import Database

pytestmark = pytest.mark.real_data

#: Folder → lines, refused, left out: camt entries, MT940 :61: lines, rows of tables.
FIGURES = {
    "bank-camt": (20, 0, 0), "bank-mt940": (166, 0, 1), "bank-bai2": (47, 0, 0), "bank-ofx-qif": (21, 1, 5),
    "bank-csv": (57, 10, 8), "cn-bills": (74, 0, 27),
}  # fmt: skip
CLEAN = {
    "genkgo-camt053.v2.wrong.xml": False, "TH_20180101-20180523_page_1.csv": False,
    "rousseau-csv_garbled_amount.csv": False, "ofxparse-decimal_error.ofx": False,
}  # fmt: skip


def folder(name: str) -> list[Path]:
    found = (Path(os.environ["CONCORD_REAL_DATA"]) / name).iterdir()
    return sorted(path for path in found if path.suffix != ".md" and "LICENSE" not in path.name)


def dry(database: Database, path: Path, actor: Actor, now: datetime) -> FileResult:
    return import_bank_file(database, BankRequest(path=path, is_dry_run=True), actor=actor, now=now)


@pytest.mark.parametrize("name", FIGURES)
def test_accounts_for_every_line(database: Database, mei: Actor, now: datetime, name: str) -> None:
    results = [dry(database, path, mei, now) for path in folder(name)]
    lines, refused, left_out = FIGURES[name]
    assert sum(one.lines for one in results) == lines
    assert sum(one.imported for one in results) == lines - refused
    assert sum(one.rejected for one in results) == refused
    assert sum(one.skipped for one in results) == left_out
    assert [one.name for one in results if one.is_clean != CLEAN.get(one.name, True)] == []
    for one in results:
        assert all(error["row"] for error in one.as_json()["errors"]) or one.lines == 0


def test_takes_everything_in_once(database: Database, mei: Actor, now: datetime) -> None:
    """A second time brings nothing, whatever the first run made of accounts and currencies."""
    paths = [path for name in FIGURES for path in folder(name)]
    first = [import_bank_file(database, BankRequest(path=path), actor=mei, now=now) for path in paths]
    again = [import_bank_file(database, BankRequest(path=path), actor=mei, now=now) for path in paths]
    assert sum(one.imported for one in first) > 280
    assert [(one.name, one.imported) for one in again if one.imported] == []


def test_names_the_place_of_a_garbled_amount(database: Database, mei: Actor, now: datetime) -> None:
    (path,) = [one for one in folder("bank-csv") if "garbled" in one.name]
    (error,) = dry(database, path, mei, now).as_json()["errors"]
    assert (error["row"], error["column"], error["code"]) == (3, "Amount", "bad_amount")


def test_checks_the_balances_that_files_state(database: Database, mei: Actor, now: datetime) -> None:
    (path,) = [one for one in folder("bank-mt940") if one.name == "asnb.txt"]
    assert {one["balanced"] for one in dry(database, path, mei, now).statements} == {True}
    (path,) = [one for one in folder("bank-camt") if "multicurrency" in one.name]
    statements = dry(database, path, mei, now).as_json()["statements"]
    assert [(one["currency"], one["closing"], one["balanced"]) for one in statements] == [
        ("EUR", "10750.25", True), ("USD", "2400.01", True),
    ]  # fmt: skip
