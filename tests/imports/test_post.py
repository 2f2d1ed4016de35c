"""The plan of a chunk is written in one transaction, or only thought in a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.errors import NotAllowed
from portal.imports.batches import begin_batch
from portal.imports.post import post_plan, pretend_plan, totals_of
from portal.receivables.models import Document, DocumentLine, OpenItem
from tests.data.files import text_file
from tests.imports.planning import planned

ROWS = (
    {"document_no": "A", "amount": "60.00", "item": "ball screw", "quantity": "2", "customer_no": "NEW"},
    {"document_no": "A", "amount": "40.00", "item": "bearing", "order_no": "PO 7", "customer_no": "NEW"},
    {"document_no": "B", "amount": "5.00", "settled_date": "2026-02-01", "disputed": "yes"},
    {"document_no": "C", "amount": "7.00", "disputed": "yes"},
)


@pytest.fixture
def batch_id(session: Session, mei: Actor, now: datetime, tmp_path: Path) -> int:
    path = text_file(tmp_path / "file.csv", "x")
    return begin_batch(
        session, path=path, file_name="", profile="standard", public_id="", actor=mei, now=now
    )[0]


def test_writes_documents_with_lines_receipts_customers_and_asks_for_disputes(
    session: Session, mei: Actor, now: datetime, batch_id: int
) -> None:
    asked: list[Sequence[int]] = []
    with planned(session, *ROWS) as (plan, books):
        post_plan(
            session, plan, books=books, batch_id=batch_id, open_disputes=lambda _session, ids: asked.append(ids),
            actor=mei, now=now,
        )  # fmt: skip
    rows = session.execute(
        select(Document.document_no, OpenItem.open_minor, Document.was_disputed, Document.batch_id)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .order_by(Document.document_no)
    ).all()
    assert rows == [
        ("A", 10000, False, batch_id), ("B", 0, True, batch_id), ("B/R", 0, False, batch_id),
        ("C", 700, True, batch_id),
    ]  # fmt: skip
    lines = session.execute(
        select(DocumentLine.item, DocumentLine.amount_minor).order_by(DocumentLine.no)
    ).all()
    assert lines == [("ball screw", 6000), ("bearing", 4000)]
    assert session.scalars(select(Customer.name).where(Customer.number == "NEW")).one() == "NEW"
    assert asked == [session.scalars(select(Document.id).where(Document.document_no == "C")).all()]


def test_a_thought_writes_nothing_and_sums_the_same(session: Session) -> None:
    with planned(session, *ROWS) as (plan, books):
        assert totals_of(plan) == {("CNY", "invoice"): 11200, ("CNY", "receipt"): 500}
        pretend_plan(plan, books)
        books.load(session, numbers=["B"], customer_nos=["NEW"])
        found = books.find(books.entities[""], "invoice", "B")
        assert found is not None
        assert (found.open_minor, found.was_disputed, books.customers["NEW"].name) == (0, True, "NEW")
    assert session.scalars(select(Document)).all() == []


def test_who_may_not_import_posts_nothing(session: Session, aud: Actor, now: datetime, batch_id: int) -> None:
    with planned(session, *ROWS) as (plan, books), pytest.raises(NotAllowed):
        post_plan(session, plan, books=books, batch_id=batch_id, open_disputes=None, actor=aud, now=now)
