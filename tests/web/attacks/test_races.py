"""Attack cases of people and programs who act at the same moment: one wins, nothing is counted twice."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin.commands.worker import VERBS
from portal.access import system_actor
from portal.clock import utc_now
from portal.db import Database
from portal.imports.models import ImportBatch
from portal.jobs import lease_job, run_job
from portal.receivables.models import Allocation, Document, OpenItem
from tests.books import Books, post_books
from tests.cast import MEI, NOW, Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
FILE = b"document_no,kind,customer_no,currency,document_date,amount\nF-1,invoice,ACME,CNY,2026-02-01,10.00\n"


def post(database: Database, story: str) -> Books:
    with database.writing() as session:
        return post_books(session, story, actor=system_actor(), now=NOW)


def _work(database: Database) -> None:
    """Run every job that is due, as the worker does."""
    while job := lease_job(database, worker="test", now=utc_now()):
        assert run_job(database, job, VERBS, clock=utc_now)


@pytest.mark.db
def test_d28_two_allocations_at_once_never_take_more_than_the_receipt(
    app: Flask, database: Database, browser_of: Open
) -> None:
    """Attack case D28: 60.00 of a receipt of 100.00 for each of two invoices, by two clerks, again and again."""
    books = post(
        database,
        """
        2026-01-05 invoice ACME INV-1 500.00 CNY
        2026-01-06 invoice ACME INV-2 500.00 CNY
        2026-02-01 receipt ACME R-1 100.00 CNY
        """,
    )
    clerks = [browser_of(MEI), browser_of(MEI)]
    page = f"/admin/documents/{books.public_ids['R-1']}/apply"
    assert all(clerk.get(page).status_code == 200 for clerk in clerks)

    def allocate(number: int) -> int:
        clerk, client = clerks[number % 2], app.test_client()
        cookie = clerk.client.get_cookie("concord")
        assert cookie is not None
        client.set_cookie("concord", cookie.value)
        invoice = books.public_ids[("INV-1", "INV-2")[number % 2]]
        form = {"csrf_token": clerk.csrf_token, "day": "2026-03-02", f"amount-{invoice}": "60.00"}
        return client.post(page, data=form).status_code

    with ThreadPoolExecutor(12) as pool:
        answers = Counter(pool.map(allocate, range(12)))
    assert answers[303] == 1, answers
    assert set(answers) <= {303, 409, 422}, answers
    with database.reading() as session:
        assert session.scalar(select(func.sum(Allocation.amount_minor))) == 60_00
        receipt = session.scalars(select(OpenItem).where(OpenItem.document_id == books.ids["R-1"])).one()
        assert abs(receipt.open_minor) == 40_00


def test_d29_a_file_under_another_name_brings_nothing_new(database: Database, browser_of: Open) -> None:
    """Attack case D29: the identity of a row counts, not the name of the file."""
    mei = browser_of(MEI)
    for name, new in (("march.csv", 1), ("march (1).csv", 0)):
        form = {"profile": "standard", "file": (io.BytesIO(FILE), name)}
        sent = mei.post("/admin/imports/new", form, content_type="multipart/form-data")
        _work(database)
        assert mei.post(f"{sent.location}/load").status_code == 303
        _work(database)
        assert mei.get(sent.location or "").status_code == 200
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Document)) == 1, name
            batch = session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()
            assert batch is not None
            assert batch.imported_count == new
