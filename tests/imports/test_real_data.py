"""The IBM sample, which nobody of the project wrote."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.access import Actor
from portal.db import Database
from portal.imports import ImportRequest, import_documents
from portal.receivables.models import Document, OpenItem
from tests.data.files import ibm_file

pytestmark = pytest.mark.real_data


@pytest.fixture
def sample() -> Path:
    return Path(os.environ["CONCORD_REAL_DATA"]) / "ibm-ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"


def test_the_sample_is_taken_in_to_the_cent_and_once(
    database: Database, mei: Actor, now: datetime, sample: Path
) -> None:
    request = ImportRequest(sample, "ibm-ar")
    first = import_documents(database, request, actor=mei, now=now)
    assert first.as_json() == {
        "rows": 2466, "imported": 2466, "updated": 0, "duplicates": 0, "conflicts": 0, "rejected": 0,
        "disputed": 561, "errors": [], "totals": {"USD": {"invoice": "147703.18", "receipt": "147703.18"}},
    }  # fmt: skip
    again = import_documents(database, request, actor=mei, now=now)
    assert (again.duplicates, again.imported, again.totals) == (2466, 0, {})
    with database.reading() as session:
        assert session.scalar(select(func.sum(OpenItem.open_minor))) == 0
        assert session.scalar(select(func.count()).where(Document.was_disputed)) == 561
        assert session.scalar(select(func.count()).where(Document.document_no == "0000611365")) == 1


def test_next_month_of_the_living_sample_is_taken_in(
    database: Database, mei: Actor, now: datetime, sample: Path, tmp_path: Path
) -> None:
    with sample.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[:300]
    early = [
        row | {"SettledDate": "", "Disputed": "No"} if number % 3 else row for number, row in enumerate(rows)
    ]
    request = ImportRequest(ibm_file(tmp_path / "september.csv", early[:250]), "ibm-ar")
    import_documents(database, request, actor=mei, now=now)
    request = ImportRequest(ibm_file(tmp_path / "october.csv", rows), "ibm-ar")
    result = import_documents(database, request, actor=mei, now=now)
    newly = sum(1 for number in range(250) if number % 3)
    assert (result.imported, result.updated, result.duplicates) == (50, newly, 250 - newly)
    assert result.is_clean
    with database.reading() as session:
        assert session.scalar(select(func.sum(OpenItem.open_minor))) == 0
