"""Attack cases of files that are more than they say: bombs, entities, programs."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from itertools import pairwise

import pytest
import xlsxwriter
from sqlalchemy import select

from admin.commands.worker import VERBS
from portal.clock import utc_now
from portal.db import Database
from portal.imports.models import ImportBatch
from portal.jobs import lease_job, run_job
from tests.cast import MEI, Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
LETTERS = "abcdefghi"
ENTITIES = "".join(f'<!ENTITY {big} "{f"&{small};" * 10}">' for small, big in pairwise(LETTERS))
BILLION = f'<!DOCTYPE x [<!ENTITY a "xxxxxxxxxx">{ENTITIES}]>'
READER = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def workbook(cell: str, *, doctype: str = "", more: int = 0) -> bytes:
    """Return an XLSX of one cell; ``doctype`` stands ahead of the sheet, ``more`` small members follow it."""
    plain, body = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(plain, {"in_memory": True})
    book.add_worksheet().write_string(0, 0, "CELL")
    book.close()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name.endswith("sharedStrings.xml"):
                head, _, rest = text.partition("?>")
                text = f"{head}?>{doctype}{rest.replace('CELL', cell)}"
            target.writestr(name, text)
        for number in range(more):
            target.writestr(f"xl/media/{number}.txt", "x")
    return body.getvalue()


def send(browser: Browser, name: str, body: bytes) -> str:
    """Upload a file as documents and run the check; return what the page then says."""
    form = {"profile": "standard", "file": (io.BytesIO(body), name)}
    sent = browser.post("/admin/imports/new", form, content_type="multipart/form-data")
    return sent.location or sent.text


BOMBS = {
    "200 MB in one cell": lambda: workbook("A" * 200_000_000),
    "1,500 members": lambda: workbook("document_no", more=1500),
    "entities in entities": lambda: workbook("&i;", doctype=BILLION),
    "an entity that reads a file": lambda: workbook("&a;", doctype=READER),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_d22_a_bomb_is_refused_before_it_is_opened(bomb: str, database: Database, browser_of: Open) -> None:
    """Attack cases D21 and D22: within a second and 50 MB, and the next upload is taken."""
    body, mei = BOMBS[bomb](), browser_of(MEI)
    tracemalloc.start()
    began = time.process_time()
    answer = send(mei, "ledger.xlsx", body)
    while job := lease_job(database, worker="test", now=utc_now()):
        run_job(database, job, VERBS, clock=utc_now)
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000 + 3 * len(body)
    assert spent < 5
    if answer.startswith("/admin"):
        with database.reading() as session:
            batch = session.scalars(select(ImportBatch)).one()
            assert batch.state == "failed" or batch.rejected_count or batch.row_count == 0
        assert "localhost" not in mei.get(answer).text.partition("</header>")[2]
    good = (
        b"document_no,kind,customer_no,currency,document_date,amount\nF-1,invoice,ACME,CNY,2026-02-01,10.00\n"
    )
    assert send(mei, "ledger.csv", good).startswith("/admin/imports/")
