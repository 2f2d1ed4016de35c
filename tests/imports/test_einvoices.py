"""E-invoices are attached to the document of their number or posted; the same one never counts twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from portal.access import Actor, system_actor
from portal.attachments import FileDraft, files_of, keep_files_in
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import NotAllowed
from portal.imports import EInvoiceOutcome, import_einvoices
from portal.imports.models import EInvoice, ImportBatch
from portal.ledger import close_period, edit_entity
from portal.receivables import DocumentDraft, post_document
from portal.receivables.models import Document, DocumentLine, OpenItem
from portal.settings import Settings
from tests.data.einvoice_samples import cii, fapiao, ofd, pdf, ubl

Take = Callable[..., EInvoiceOutcome]


@pytest.fixture(autouse=True)
def ready(database: Database, settings: Settings, now: datetime) -> None:
    keep_files_in(database, settings)
    ours(database, "DE 811.111.111", now)


def ours(database: Database, tax_no: str, now: datetime) -> None:
    with database.writing() as session:
        edit_entity(session, changes={"tax_no": tax_no}, actor=system_actor("test"), now=now)


@pytest.fixture
def take(database: Database, mei: Actor, now: datetime) -> Take:
    def run(content: bytes, name: str = "invoice.xml", *, is_dry_run: bool = False) -> EInvoiceOutcome:
        files = [FileDraft(name, content)]
        return import_einvoices(database, files, is_dry_run=is_dry_run, actor=mei, now=now)[0]

    return run


def codes(outcome: EInvoiceOutcome) -> list[str]:
    return [problem.code for problem in outcome.problems]


@pytest.mark.db
def test_an_unknown_invoice_is_posted_with_tax_lines_and_its_file(
    database: Database, take: Take, mei: Actor
) -> None:
    """Requirement 3-19: number, code, tax."""
    outcome = take(pdf(ubl("INV-7")), "invoice.pdf")
    assert (outcome.action, outcome.customer_no) == ("created", "GLOBEX")
    with database.reading() as session:
        document = session.scalars(select(Document).where(Document.document_no == "INV-7")).one()
        lines = session.execute(select(DocumentLine.item, DocumentLine.amount_minor)).all()
        (file,) = files_of(
            session, subject_kind="document", subject_ids=[document.public_id], actor=mei
        )[document.public_id]  # fmt: skip
        kept = session.scalars(select(EInvoice)).one()
    assert (document.amount_minor, document.tax_minor, document.due_on, document.order_no) == (
        11900, 1900, date(2026, 3, 12), "PO-5",
    )  # fmt: skip
    assert lines == [("Pump", 10000), ("Tax", 1900)]
    assert (file.name, kept.document_id, kept.total_minor) == ("invoice.pdf", document.id, 11900)


def test_the_same_invoice_again_is_refused_in_any_form(database: Database, take: Take) -> None:
    """Requirement 3-19: same invoice twice → refused."""
    take(ubl("INV-7"))
    again = take(pdf(ubl("INV-7")), "copy.pdf")
    assert (again.action, codes(again)) == ("duplicate", ["duplicate"])
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 1
        assert session.scalars(select(ImportBatch.duplicate_count).order_by(ImportBatch.id)).all() == [0, 1]


def test_it_is_attached_to_the_document_of_its_number(
    database: Database, take: Take, mei: Actor, now: datetime
) -> None:
    with database.writing() as session:
        globex = session.scalars(select(Customer).where(Customer.number == "GLOBEX")).one()
        draft = DocumentDraft(
            1, globex.id, "invoice", "INV-7", "EUR", 11900, date(2026, 2, 10), tax_minor=1900
        )
        post_document(session, draft=draft, actor=mei, now=now)
    assert take(ubl("INV-7")).action == "attached"
    assert codes(take(ubl("INV-7"))) == ["duplicate"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 1


def test_other_figures_than_the_books_are_a_conflict(
    database: Database, take: Take, mei: Actor, now: datetime
) -> None:
    with database.writing() as session:
        globex = session.scalars(select(Customer).where(Customer.number == "GLOBEX")).one()
        draft = DocumentDraft(1, globex.id, "invoice", "INV-7", "EUR", 11901, date(2026, 2, 10))
        post_document(session, draft=draft, actor=mei, now=now)
    outcome = take(ubl("INV-7"))
    assert (outcome.action, codes(outcome)) == ("refused", ["conflict"])
    assert outcome.problems[0].params == {"theirs": "119.00", "ours": "119.01"}


def test_a_fapiao_finds_its_document_by_the_tax_invoice_number(
    database: Database, take: Take, mei: Actor, now: datetime
) -> None:
    ours(database, "91310115MA1K4ABC12", now)
    with database.writing() as session:
        acme = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
        draft = DocumentDraft(
            1,
            acme.id,
            "invoice",
            "XS-9",
            "CNY",
            113000,
            date(2026, 2, 11),
            tax_invoice_no="26332000000012345678",
        )
        post_document(session, draft=draft, actor=mei, now=now)
    outcome = take(fapiao())
    assert (outcome.action, outcome.document_no) == ("attached", "XS-9")
    assert take(ofd(), "old.ofd").document_no == "87654321"
    with database.reading() as session:
        assert session.scalars(select(EInvoice.code).order_by(EInvoice.id)).all() == ["", "031002600111"]


def test_a_credit_note_is_applied_to_what_it_corrects(database: Database, take: Take) -> None:
    take(ubl("INV-7"))
    assert take(ubl("CN-1", total="11.90", tax="1.90", is_credit=True, corrects="INV-7")).is_clean
    with database.reading() as session:
        rows = session.execute(select(Document.document_no, OpenItem.open_minor).join(OpenItem)).all()
    assert dict(rows) == {"INV-7": 10710, "CN-1": 0}


def test_another_sellers_invoice_is_refused(database: Database, take: Take) -> None:
    outcome = take(ubl("X-1", seller_tax="DE000000000"))
    assert (outcome.action, codes(outcome)) == ("refused", ["other_seller"])
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_a_seller_who_does_not_know_himself_can_only_look(
    database: Database, take: Take, now: datetime
) -> None:
    ours(database, "", now)
    looked = take(ubl(seller_tax="DE000000000").replace(b"Our company", b"Stranger"), is_dry_run=True)
    assert (looked.action, looked.notes[0].code) == ("created", "note")
    assert take(ubl(seller_tax="DE000000000").replace(b"Our company", b"Stranger")).action == "refused"


def test_a_new_buyer_becomes_a_customer_and_is_announced(database: Database, take: Take) -> None:
    content = ubl("N-1", buyer="Novum AG", buyer_tax="DE 123 456 789")
    assert take(content, is_dry_run=True).notes[0].params == {"number": "DE123456789", "name": "Novum AG"}
    assert take(content).customer_no == "DE123456789"
    assert codes(take(ubl("N-2", buyer="", buyer_tax=""))) == ["unknown_customer"]


def test_a_closed_period_refuses_it_and_says_so_on_the_batch(
    database: Database, take: Take, chen: Actor, now: datetime
) -> None:
    with database.writing() as session:
        close_period(session, month=date(2026, 2, 1), actor=chen, now=now)
    outcome = take(ubl("N-3", buyer="Novum AG", buyer_tax="DE123456789"))
    assert (outcome.action, codes(outcome)) == ("refused", ["period_closed"])
    with database.reading() as session:
        assert session.scalars(select(Customer).where(Customer.number == "DE123456789")).all() == []
        assert session.scalars(select(ImportBatch.rejected_count)).one() == 1


def test_a_dry_run_writes_nothing_and_tells_everything(database: Database, take: Take) -> None:
    found = take(ubl("INV-7", prepaid="19.00"), is_dry_run=True).as_json()
    assert (found["total"], found["prepaid"], found["payable"], found["tax"]) == (
        "119.00", "19.00", "100.00", "19.00",
    )  # fmt: skip
    assert (found["action"], found["format"], found["lines"]) == ("created", "ubl", 1)
    with database.reading() as session:
        assert session.scalars(select(ImportBatch)).all() == []


def test_who_may_not_import_takes_nothing(database: Database, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        import_einvoices(database, [FileDraft("a.xml", cii())], actor=aud, now=now)
