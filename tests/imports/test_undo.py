"""A whole file is undone by reversal, after a second person agreed, unless something later stands on it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.access import Actor
from portal.approvals import approve, find_approval
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired
from portal.imports import (
    ImportRequest,
    ImportResult,
    find_batch,
    import_documents,
    request_undo,
    undo_batch,
    why_not_undone,
)
from portal.imports import load as load_module
from portal.ledger import close_period
from portal.receivables import AllocationDraft, apply_credits, balance_on
from portal.receivables.models import Document, OpenItem
from tests.data.files import text_file

LINES = """
document_no,kind,customer_no,currency,document_date,amount,applies_to,settled_date
A,invoice,ACME,CNY,2026-01-05,100.00,,
B,invoice,ACME,CNY,2026-01-06,50.00,,2026-02-01
R,receipt,ACME,CNY,2026-01-07,60.00,A:60.00,
"""


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)


def load(database: Database, folder: Path, actor: Actor, now: datetime, text: str = LINES) -> ImportResult:
    path = text_file(folder / "ledger.csv", text)
    return import_documents(database, ImportRequest(path), actor=actor, now=now)


def undo(database: Database, batch: str, mei: Actor, chen: Actor, now: datetime) -> None:
    with database.writing() as session:
        approval = request_undo(session, public_id=batch, reason="Wrong entity", actor=mei, now=now)
    with database.writing() as session:
        seen = find_approval(session, public_id=approval, actor=mei).content_hash
        with pytest.raises((SecondPersonRequired, NotAllowed)):
            approve(session, public_id=approval, seen_hash=seen, actor=mei, now=now)
        approve(session, public_id=approval, seen_hash=seen, actor=chen, now=now)
    undo_batch(database, public_id=batch, actor=chen, now=now)


def balance(database: Database) -> int:
    with database.reading() as session:
        customer_id = session.scalars(select(Document.customer_id)).first() or 0
        return balance_on(session, customer_id=customer_id, currency="CNY", as_of=date(2026, 12, 31)).minor


@pytest.mark.db
def test_every_document_is_reversed_and_the_right_file_can_come_after(
    database: Database, mei: Actor, chen: Actor, now: datetime, tmp_path: Path
) -> None:
    result = load(database, tmp_path, mei, now)
    assert balance(database) == 4000
    undo(database, result.batch_id, mei, chen, now)
    assert balance(database) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(OpenItem.open_minor > 0)) == 0
        assert session.scalar(select(func.count()).where(Document.reverses_id.is_not(None))) == 4
        assert find_batch(session, public_id=result.batch_id, actor=mei).state == "undone"
    right = load(database, tmp_path, mei, now, LINES.replace("100.00", "110.00"))
    assert (right.imported, right.is_clean) == (3, True)
    assert balance(database) == 5000
    again = load(database, tmp_path, mei, now, LINES.replace("100.00", "110.00"))
    assert (again.duplicates, again.imported) == (3, 0)
    with database.reading() as session:
        numbers = set(session.scalars(select(Document.document_no).where(Document.reverses_id.is_(None))))
    assert numbers == {"A", "B", "B/R", "R", "A/2", "B/2", "B/2/R", "R/2"}


def test_an_interrupted_undoing_goes_on_where_it_stopped(
    database: Database, mei: Actor, chen: Actor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    from portal.imports import undo as undo_module

    monkeypatch.setattr(undo_module, "AT_ONCE", 1)
    result = load(database, tmp_path, mei, now)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with database.writing() as session:
        approval = request_undo(session, public_id=result.batch_id, reason="Twice", actor=mei, now=now)
        seen = find_approval(session, public_id=approval, actor=chen).content_hash
        approve(session, public_id=approval, seen_hash=seen, actor=chen, now=now)
    with pytest.raises(KeyboardInterrupt):
        undo_batch(database, public_id=result.batch_id, actor=chen, now=now, on_progress=stop)
    assert told == [(1, 4), (2, 4)]
    assert undo_batch(database, public_id=result.batch_id, actor=chen, now=now) == 2
    assert balance(database) == 0
    assert undo_batch(database, public_id=result.batch_id, actor=chen, now=now) == 0


def test_what_later_stands_on_it_is_named_and_nothing_is_reversed(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    first = load(database, tmp_path, mei, now)
    load(
        database, tmp_path, mei, now,
        "document_no,kind,customer_no,currency,document_date,amount\nR9,receipt,ACME,CNY,2026-02-01,30.00",
    )  # fmt: skip
    with database.writing() as session:
        ids = dict(session.execute(select(Document.document_no, Document.id)).all())
        apply_credits(
            session, [AllocationDraft(ids["R9"], ids["A"], 3000, date(2026, 2, 2))], actor=mei, now=now
        )
    with database.writing() as session:
        (reason,) = why_not_undone(session, public_id=first.batch_id, now=now)
        assert reason.params == {"amount": "CNY 30.00", "number": "A", "other": "R9"}
        with pytest.raises(Conflict):
            request_undo(session, public_id=first.batch_id, reason="Wrong", actor=mei, now=now)


def test_a_closed_period_today_stands_in_the_way(
    database: Database, mei: Actor, chen: Actor, now: datetime, tmp_path: Path
) -> None:
    result = load(database, tmp_path, mei, now)
    with database.writing() as session:
        close_period(session, month=date(2026, 3, 1), actor=chen, now=now)
    with database.reading() as session:
        (reason,) = why_not_undone(session, public_id=result.batch_id, now=now)
    assert reason.params == {"day": "2026-03-02"}


def test_asking_needs_a_reason_a_batch_and_the_right(
    database: Database, mei: Actor, aud: Actor, now: datetime, tmp_path: Path
) -> None:
    batch = load(database, tmp_path, mei, now).batch_id
    with database.writing() as session:
        with pytest.raises(Invalid):
            request_undo(session, public_id=batch, reason=" ", actor=mei, now=now)
        with pytest.raises(NotAllowed):
            request_undo(session, public_id=batch, reason="x", actor=aud, now=now)
        with pytest.raises(NotFound):
            request_undo(session, public_id="A" * 22, reason="x", actor=mei, now=now)
