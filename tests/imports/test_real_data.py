"""The IBM sample, which nobody of the project wrote."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.access import Actor
from portal.attachments import FileDraft, keep_files_in
from portal.db import Database
from portal.imports import (
    ImportRequest,
    check_batch,
    import_documents,
    preview_mapping,
    propose_mapping,
    receive_file,
)
from portal.receivables.models import Document, OpenItem
from portal.settings import Settings
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
    told = first.as_json()
    assert told.pop("new_customers")["count"] == 100
    assert told.pop("control")["sums"]["USD"]["closing"] == "147703.18"
    assert told == {
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


def test_a_workbook_nobody_knows_is_mapped_to_the_cent(
    database: Database, settings: Settings, mei: Actor, now: datetime
) -> None:
    """900 rows in five currencies: 3,598,262.29 billed in all."""
    keep_files_in(database, settings)
    path = Path(os.environ["CONCORD_REAL_DATA"]) / "excelx-ar" / "AR_Clean_Features.xlsx"
    with database.writing() as session:
        file = FileDraft(path.name, path.read_bytes())
        batch = receive_file(session, file=file, actor=mei, now=now)
    check_batch(database, public_id=batch, now=now)
    with database.reading() as session:
        draft = propose_mapping(session, public_id=batch, actor=mei).draft
        columns = {**draft.columns, 1: "customer_no"}
        shown = preview_mapping(session, public_id=batch, draft=replace(draft, columns=columns), actor=mei)
    assert (shown.read, shown.good) == (900, 900)
    assert sum(one.debit.minor for one in shown.sums) == 359826229
