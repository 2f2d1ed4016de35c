"""A refused row is mended in place and taken in, alone or with all, or discarded with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.imports import (
    ImportRequest,
    discard_rows,
    find_batch,
    find_row,
    import_documents,
    list_rows,
    mend_row,
    retry_batch,
    retry_rows,
)
from portal.imports import load as load_module
from portal.imports.models import ImportBatch, QuarantinedRow
from portal.lists import ListQuery
from portal.receivables.models import Document
from tests.data.files import text_file

LINES = """
document_no,kind,customer_no,currency,document_date,amount,applies_to,item
A,invoice,ACME,CNY,2026-01-05,100.00,,
B,invoice,ACME,CNY,2026-01-05,"12,00",,
R,receipt,ACME,CNY,2026-01-06,50.00,LATER,
C,invoice,ACME,CNY,2026-01-05,10.00,,bolt
C,invoice,ACME,CNY,2026-01-05,x,,nut
"""


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)


@pytest.fixture
def batch(database: Database, mei: Actor, now: datetime, tmp_path: Path) -> str:
    path = text_file(tmp_path / "mixed.csv", LINES)
    return import_documents(database, ImportRequest(path), actor=mei, now=now).batch_id


def rows(session: Session) -> dict[int, QuarantinedRow]:
    return {row.row_no: row for row in session.scalars(select(QuarantinedRow))}


def retry(database: Database, batch: str, actor: Actor, now: datetime) -> None:
    retry_batch(database, public_id=batch, person_id=actor.person_id, now=now)


def mend(database: Database, batch: str, row_no: int, actor: Actor, now: datetime, **cells: str) -> None:
    with database.writing() as session:
        row = rows(session)[row_no]
        mend_row(session, batch=batch, public_id=row.public_id, cells=row.cells | cells, actor=actor, now=now)


@pytest.mark.db
def test_a_mended_row_is_taken_in_under_its_batch(
    database: Database, batch: str, mei: Actor, now: datetime
) -> None:
    """Requirement 2-2."""
    mend(database, batch, 3, mei, now, amount="12.00")
    retry(database, batch, mei, now)
    with database.reading() as session:
        document = session.scalars(select(Document).where(Document.document_no == "B")).one()
        kept = session.scalars(select(ImportBatch)).one()
        row = rows(session)[3]
        view = find_batch(session, public_id=batch, actor=mei)
        assert find_row(session, batch=batch, public_id=row.public_id, actor=mei).problems == ()
    assert (document.amount_minor, document.batch_id, row.state) == (1200, kept.id, "taken")
    assert row.raw[5] == "12,00"
    assert (view.imported, view.refused, view.waiting) == (2, 3, 3)
    assert view.rows == view.imported + view.updated + view.duplicates + view.refused
    assert str(view.totals[0][1][0][1]) == "CNY 112.00"
    retry(database, batch, mei, now)  # the job again does nothing


def test_a_cell_that_still_cannot_be_read_is_named_and_nothing_is_saved(
    database: Database, batch: str, mei: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        mend(database, batch, 3, mei, now, amount="twelve")
    assert refused.value.field == "amount"
    with database.reading() as session:
        assert rows(session)[3].cells["amount"] == "12,00"


def test_all_are_tried_again_when_the_books_have_what_they_lacked(
    database: Database, batch: str, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    later = text_file(
        tmp_path / "later.csv",
        "document_no,kind,customer_no,currency,document_date,amount\nLATER,invoice,ACME,CNY,2026-01-05,50.00",
    )
    import_documents(database, ImportRequest(later), actor=mei, now=now)
    with database.writing() as session:
        assert retry_rows(session, batch=batch, public_ids=None, actor=mei, now=now) == 4
    retry(database, batch, mei, now)
    with database.reading() as session:
        states = {row_no: row.state for row_no, row in rows(session).items()}
        listing = list_rows(session, public_id=batch, query=ListQuery(), actor=mei)
    assert states == {3: "open", 4: "taken", 5: "open", 6: "open"}
    assert [row.row_no for row in listing.rows] == [3, 5, 6]
    assert listing.rows[0].problems[0].code == "bad_amount"


def test_the_lines_of_a_document_come_in_together(
    database: Database, batch: str, mei: Actor, now: datetime
) -> None:
    mend(database, batch, 6, mei, now, amount="5.00")
    retry(database, batch, mei, now)
    with database.reading() as session:
        document = session.scalars(select(Document).where(Document.document_no == "C")).one()
        assert document.amount_minor == 1500
        assert {rows(session)[5].state, rows(session)[6].state} == {"taken"}


def test_a_discarded_row_keeps_its_reason_and_waits_no_more(
    database: Database, batch: str, mei: Actor, now: datetime
) -> None:
    with database.writing() as session:
        row = rows(session)[3]
        with pytest.raises(Invalid):
            discard_rows(session, batch=batch, public_ids=[row.public_id], reason=" ", actor=mei, now=now)
        discard_rows(
            session, batch=batch, public_ids=[row.public_id], reason="A test row", actor=mei, now=now
        )
        with pytest.raises(Conflict):
            retry_rows(session, batch=batch, public_ids=[row.public_id], actor=mei, now=now)
    with database.reading() as session:
        (found,) = list_rows(session, public_id=batch, query=ListQuery(tab="discarded"), actor=mei).rows
    assert (found.reason, found.changed_by) == ("A test row", "Mei Lin")


def test_who_only_reads_mends_nothing_and_strangers_find_nothing(
    database: Database, batch: str, aud: Actor, ping: Actor, mei: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        mend(database, batch, 3, aud, now, amount="12.00")
    with database.writing() as session:
        with pytest.raises(NotAllowed):
            list_rows(session, public_id=batch, query=ListQuery(), actor=ping)
        with pytest.raises(NotFound):
            find_row(session, batch=batch, public_id="A" * 22, actor=mei)
        with pytest.raises(NotFound):
            retry_rows(session, batch="A" * 22, public_ids=None, actor=mei, now=now + timedelta(1))
