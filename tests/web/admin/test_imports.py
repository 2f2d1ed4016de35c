"""Staff pages of imports: upload, check, load, refused rows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from admin.commands.worker import VERBS
from portal.access import system_actor
from portal.access.models import Grant
from portal.clock import utc_now
from portal.db import Database
from portal.imports import load as load_module
from portal.imports.models import ImportBatch
from portal.jobs import lease_job, run_job
from portal.ledger import edit_entity
from portal.receivables.models import Document
from tests.cast import AUD, CHEN, MEI, PING, SEC, Part
from tests.data.einvoice_samples import ubl
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
UNKNOWN = "A" * 22
GOOD = """document_no,kind,customer_no,currency,document_date,amount,disputed
INV-1,invoice,ACME,CNY,2026-01-05,100.00,
INV-2,invoice,ACME,CNY,2026-01-05,"12,00",
=1+1,invoice,ACME,CNY,2026-01-05,x,
INV-3,invoice,ACME,CNY,2026-01-05,1.00,yes
"""


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)


def work(database: Database) -> None:
    """Run every job that is due, as the worker does."""
    while job := lease_job(database, worker="test", now=utc_now()):
        assert run_job(database, job, VERBS, clock=utc_now)


def upload(browser: Browser, text: str = GOOD, *, name: str = "ledger.csv", profile: str = "standard") -> str:
    file = (io.BytesIO(text.encode()), name)
    answer = browser.post(
        "/admin/imports/new", {"file": file, "profile": profile}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_says_which_formats_are_read_while_there_is_no_file(browser_of: Open) -> None:
    page = browser_of(MEI).get("/admin/imports")
    assert page.status_code == 200
    assert "No file yet." in page.text
    assert "/admin/imports/new#formats" in page.text
    assert "customer_no" in browser_of(MEI).get("/admin/imports/new").text


def test_a_file_is_checked_then_loaded_by_its_good_rows(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei)
    assert "Waiting for the worker." in mei.get(address).text
    work(database)
    checked = mei.get(address).text
    assert "Import 2 good rows" in checked
    assert "“12,00” is not an amount in CNY." in checked
    with database.reading() as session:
        assert session.scalars(select(Document)).all() == []
    assert mei.post(f"{address}/load").status_code == 303
    work(database)
    loaded = mei.get(address).text
    assert "What happened" in loaded
    assert "101.00" in loaded
    with database.reading() as session:
        documents = session.scalars(select(Document).order_by(Document.document_no)).all()
        assert [document.document_no for document in documents] == ["INV-1", "INV-3"]
        assert documents[0].created_by_id is not None
        assert session.scalars(select(ImportBatch.state)).one() == "loaded"
    assert mei.post(f"{address}/load").status_code == 409


def test_progress_asks_the_page_to_come_again_when_the_work_is_done(
    browser_of: Open, database: Database
) -> None:
    mei = browser_of(MEI)
    address = upload(mei)
    assert "HX-Refresh" not in mei.get(f"{address}/progress").headers
    work(database)
    assert mei.get(f"{address}/progress").headers["HX-Refresh"] == "true"


def test_a_run_of_the_console_that_was_killed_is_explained(browser_of: Open, database: Database) -> None:
    with database.writing() as session:
        batch = ImportBatch(
            kind="documents",
            file_name="ledger.csv",
            file_sha256="0" * 64,
            state="loading",
            started_at=utc_now(),
        )
        session.add(batch)
    page = browser_of(MEI).get(f"/admin/imports/{batch.public_id}")
    assert page.status_code == 200
    assert "The same file again goes on where it stopped." in page.text
    assert browser_of(MEI).get(f"/admin/imports/{batch.public_id}/progress").status_code == 404


def test_refused_rows_come_back_with_their_reason_and_without_formulas(
    browser_of: Open, database: Database
) -> None:
    """Security D20: a text that looks like a formula is kept from being one."""
    mei = browser_of(MEI)
    address = upload(mei)
    work(database)
    answer = mei.get(f"{address}/refused")
    assert answer.mimetype == "text/csv"
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "document_no,kind,customer_no,currency,document_date,amount,disputed,error"
    assert lines[1].startswith('INV-2,invoice,ACME,CNY,2026-01-05,"12,00",,')
    assert lines[2].startswith("'=1+1,")
    assert len(lines) == 3


def test_reasons_can_be_filtered_and_downloaded(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei, GOOD + "INV-4,bill,ACME,CNY,2026-01-05,1.00,\n")
    work(database)
    page = mei.get(f"{address}?tab=unknown_kind&sort=-row").text
    assert "“bill” is not a kind of document." in page
    assert "“12,00”" not in page
    assert "“bill”" in mei.get(f"{address}?format=csv").data.decode("utf-8-sig")
    assert mei.get(f"{address}?sort=amount").status_code == 400


def test_a_file_that_is_no_table_fails_with_its_reason(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei, "PK\x03\x04 nothing", name="ledger.xlsx")
    work(database)
    page = mei.get(address).text
    assert "No row of this file can be taken in." in page
    assert "This file cannot be read as CSV or XLSX." in page


def test_a_form_without_a_file_or_with_an_unknown_layout_is_refused(browser_of: Open) -> None:
    mei = browser_of(MEI)
    missing = mei.post("/admin/imports/new", {"profile": "ibm-ar"})
    assert missing.status_code == 422
    assert "Choose a file." in missing.text
    assert '<option selected value="ibm-ar">' in missing.text
    file = (io.BytesIO(b"a"), "a.csv")
    answer = mei.post(
        "/admin/imports/new", {"file": file, "profile": "x"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422


def test_a_name_with_markup_is_shown_as_text(browser_of: Open) -> None:
    mei = browser_of(MEI)
    upload(mei, name="<script>alert(1)</script>.csv")
    assert "<script>alert(1)" not in mei.get("/admin/imports").text


def test_a_run_in_the_name_of_who_lost_the_role_is_refused(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    upload(mei)
    with database.writing() as session:
        for grant in session.scalars(select(Grant).where(Grant.role == "clerk")):
            grant.ended_at = utc_now()
    job = lease_job(database, worker="test", now=utc_now())
    assert job is not None
    assert not run_job(database, job, VERBS, clock=utc_now)


@pytest.mark.parametrize("path", ["", "/new"])
def test_strangers_and_the_wrong_roles_stay_out(browser_of: Open, nobody: Browser, path: str) -> None:
    address = f"/admin/imports{path}"
    assert nobody.get(address).status_code == 302
    assert browser_of(PING).get(address).status_code in {403, 404}
    assert browser_of(SEC).get(address).status_code == 403


def test_the_auditor_looks_and_does_not_load(browser_of: Open, database: Database) -> None:
    address = upload(browser_of(MEI))
    work(database)
    aud = browser_of(AUD)
    page = aud.get(address)
    assert page.status_code == 200
    assert "good rows" not in page.text
    assert aud.post(f"{address}/load").status_code == 403
    assert aud.get("/admin/imports/new").status_code == 403


def test_an_unknown_batch_is_not_found(browser_of: Open) -> None:
    mei = browser_of(MEI)
    for path in (UNKNOWN, f"{UNKNOWN}/refused", f"{UNKNOWN}/progress"):
        assert mei.get(f"/admin/imports/{path}").status_code == 404
    assert mei.post(f"/admin/imports/{UNKNOWN}/load").status_code == 404


@pytest.mark.parametrize("path", ["new", f"{UNKNOWN}/load"])
def test_a_form_without_its_token_is_refused(browser_of: Open, path: str) -> None:
    assert browser_of(MEI).post(f"/admin/imports/{path}", {"csrf_token": "wrong"}).status_code == 400


def test_a_loaded_file_is_undone_by_two_people(browser_of: Open, database: Database) -> None:
    mei, chen = browser_of(MEI), browser_of(CHEN)
    address = upload(mei, GOOD.replace(",yes", ","))
    work(database)
    assert mei.get(f"{address}/undo").status_code == 200
    assert "Only a loaded file of documents can be undone." in mei.get(f"{address}/undo").text
    mei.post(f"{address}/load")
    work(database)
    assert "Undo this file" in mei.get(address).text
    assert mei.post(f"{address}/undo", {"reason": ""}).status_code == 422
    approval = mei.post(f"{address}/undo", {"reason": "Wrong file"}).headers["Location"]
    shown = chen.get(approval).text
    assert "Undo of a file" in shown
    assert "Documents to reverse" in shown


def test_several_einvoices_come_in_at_once_and_are_known_by_themselves(
    browser_of: Open, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        edit_entity(session, changes={"tax_no": "DE811111111"}, actor=system_actor("test"), now=now)
    mei = browser_of(MEI)
    files = [(io.BytesIO(ubl(number)), f"{number}.xml") for number in ("INV-7", "INV-8")]
    answer = mei.post("/admin/imports/new", {"file": files}, content_type="multipart/form-data")
    assert answer.headers["Location"] == "/admin/imports"
    work(database)
    found = re.findall(r"/admin/imports/[\w-]{22}", mei.get("/admin/imports").text)
    page = mei.get(found[0]).text
    assert "Globex GmbH" in page
    assert "119.00" in page
    mei.post(f"{found[0]}/load")
    work(database)
    with database.reading() as session:
        assert session.scalars(select(Document.amount_minor)).all() == [11900]


def test_new_customers_are_announced_before_they_are_made(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei, GOOD.replace("INV-1,invoice,ACME", "INV-1,invoice,NOVUM"))
    work(database)
    assert "1 customer is new and would be created." in mei.get(address).text


def test_an_open_dispute_stands_in_the_way_of_an_undo(browser_of: Open, database: Database) -> None:
    mei = browser_of(MEI)
    address = upload(mei)
    work(database)
    mei.post(f"{address}/load")
    work(database)
    page = mei.get(f"{address}/undo").text
    assert "This file cannot be undone" in page
    assert "is open on INV-3." in page
    assert mei.post(f"{address}/undo", {"reason": "Wrong file"}).status_code == 409
