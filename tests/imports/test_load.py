"""Import documents from a file, as a clerk does each month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import NotAllowed
from portal.imports import ImportRequest, ImportResult, import_documents
from portal.imports import load as load_module
from portal.imports.models import ImportBatch, QuarantinedRow
from portal.imports.post import post_plan
from portal.ledger import close_period
from portal.ledger.models import Entry, LegalEntity
from portal.receivables.models import Allocation, Document, OpenItem
from tests.data.files import documents_file, text_file

Import = Callable[..., ImportResult]


@pytest.fixture
def load(database: Database, mei: Actor, now: datetime) -> Import:
    def run(path: Path, *, is_dry_run: bool = False) -> ImportResult:
        request = ImportRequest(path, is_dry_run=is_dry_run)
        return import_documents(database, request, actor=mei, now=now)

    return run


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)


def open_items(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(
            select(Document.document_no, OpenItem.open_minor).join(
                OpenItem, OpenItem.document_id == Document.id
            )
        )
        return dict(rows.all())


def codes(result: ImportResult) -> list[tuple[int | None, str, str]]:
    return [(problem.row_no, problem.column, problem.code) for problem in result.problems]


def file(tmp_path: Path, *rows: dict[str, str], name: str = "export.csv") -> Path:
    return documents_file(tmp_path / name, rows)


@pytest.mark.db
def test_posts_documents_receipts_and_what_they_pay(database: Database, load: Import, tmp_path: Path) -> None:
    result = load(
        file(
            tmp_path,
            {"kind": "receipt", "document_no": "R-1", "amount": "150.00", "applies_to": "INV-1:100.00;INV-2",
             "document_date": "2026-02-01"},
            {"document_no": "INV-1", "amount": "100.00"},
            {"document_no": "INV-2", "amount": "80.00", "due_date": "2026-02-04"},
            {"document_no": "INV-3", "amount": "55.94", "settled_date": "2026-01-20"},
        )
    )  # fmt: skip
    assert result.as_json() == {
        "rows": 4, "imported": 4, "updated": 0, "duplicates": 0, "conflicts": 0, "rejected": 0, "disputed": 0,
        "errors": [], "totals": {"CNY": {"invoice": "235.94", "receipt": "205.94"}},
        "new_customers": {"count": 0, "first": []},
        "control": {
            "sums": {"CNY": {"opening": "0.00", "debit": "235.94", "credit": "150.00", "closing": "85.94"}},
            "totals_checked": 0, "skipped": {},
        },
    }  # fmt: skip
    assert open_items(database) == {"R-1": 0, "INV-1": 0, "INV-2": 3000, "INV-3": 0, "INV-3/R": 0}
    with database.reading() as session:
        receipt = session.scalars(select(Document).where(Document.document_no == "INV-3/R")).one()
        assert (receipt.kind, receipt.posting_on, receipt.amount_minor) == (
            "receipt",
            date(2026, 1, 20),
            5594,
        )
        assert session.scalar(select(func.count()).where(Entry.posted_at.is_(None))) == 0


def test_the_same_file_again_changes_nothing(database: Database, load: Import, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        {"document_no": "INV-1", "amount": "100.00", "settled_date": "2026-01-20", "disputed": "yes"},
        {"document_no": "INV-2", "amount": "100.00", "disputed": "yes"},
        {"kind": "credit_note", "document_no": "CN-1", "amount": "10.00", "applies_to": "INV-2"},
    )
    load(path)
    with database.reading() as session:
        before = session.scalar(select(func.max(AuditRow.number)))
    again = load(path)
    assert (again.duplicates, again.imported, again.totals) == (3, 0, {})
    with database.reading() as session:
        assert session.scalar(select(func.max(AuditRow.number))) == (before or 0) + 1  # the batch itself


def test_good_rows_are_kept_and_bad_rows_refused(database: Database, load: Import, tmp_path: Path) -> None:
    """Requirement 2-2: bad rows are quarantined with row, column and reason."""
    path = text_file(
        tmp_path / "mixed.csv",
        """
        document_no,kind,customer_no,currency,document_date,amount,applies_to
        A,invoice,ACME,CNY,2026-01-05,100.00,
        B,bill,ACME,CNY,2026-01-05,100.00,
        C,invoice,ACME,XXX,2026-01-05,100.00,
        D,invoice,ACME,CNY,5.1.2026,100.00,
        E,invoice,ACME,CNY,2026-01-05,"12,00",
        ,invoice,ACME,CNY,2026-01-05,1.00,
        G,receipt,ACME,CNY,2026-01-06,200.00,A:100.01
        H,receipt,ACME,CNY,2026-01-06,200.00,NO-1
        I,invoice,ACME,CNY,2026-01-05,1.00,,extra
        J,receipt,GLOBEX,CNY,2026-01-06,5.00,A
        """,
    )
    result = load(path)
    assert codes(result) == [
        (3, "kind", "unknown_kind"), (4, "currency", "unknown_currency"), (5, "document_date", "bad_date"),
        (6, "amount", "bad_amount"), (7, "document_no", "missing"), (8, "applies_to", "over_applied"),
        (9, "applies_to", "unknown_document"), (10, "", "columns"), (11, "applies_to", "unknown_document"),
    ]  # fmt: skip
    assert (result.rows, result.imported, result.rejected) == (10, 1, 9)
    assert open_items(database) == {"A": 10000}
    with database.reading() as session:
        kept = session.scalars(select(QuarantinedRow).where(QuarantinedRow.row_no == 6)).one()
        assert kept.raw == ["E", "invoice", "ACME", "CNY", "2026-01-05", "12,00", ""]
        assert (kept.state, kept.cells["amount"]) == ("open", "12,00")


def test_another_value_in_the_content_is_a_conflict(database: Database, load: Import, tmp_path: Path) -> None:
    load(
        file(
            tmp_path,
            {"document_no": "INV-1", "amount": "100.00", "due_date": "2026-02-04", "tax_amount": "11"},
        )
    )
    result = load(
        file(
            tmp_path, {"document_no": "INV-1", "amount": "100.01", "due_date": "2026-02-05"}, name="next.csv"
        )
    )
    assert codes(result) == [(2, "due_date", "conflict"), (2, "amount", "conflict")]
    assert (result.conflicts, result.rejected, result.updated) == (1, 0, 0)
    assert open_items(database) == {"INV-1": 10000}


def test_an_emptied_cell_changes_nothing(load: Import, tmp_path: Path) -> None:
    full = {"document_no": "INV-1", "amount": "100.00", "due_date": "2026-02-04", "tax_amount": "11.50"}
    load(file(tmp_path, full | {"reference": "PO 7", "settled_date": "2026-01-20"}))
    result = load(file(tmp_path, {"document_no": "INV-1", "amount": "100"}, name="next.csv"))
    assert (result.duplicates, result.updated, result.conflicts) == (1, 0, 0)


@pytest.mark.db
def test_next_months_export_of_a_living_ledger_is_taken_in(
    database: Database, load: Import, tmp_path: Path
) -> None:
    usual = {"amount": "100.00", "customer_name": "埃克米商贸"}
    load(file(tmp_path, *({"document_no": f"INV-{number}"} | usual for number in range(6))))
    result = load(
        file(
            tmp_path,
            {"document_no": "INV-0"} | usual,
            {"document_no": "INV-1", "settled_date": "2026-02-20"} | usual,
            {"document_no": "INV-2", "disputed": "yes"} | usual,
            {"document_no": "INV-3", "reference": "PO 9", "description": "two\nlines"} | usual,
            {"document_no": "INV-4"} | usual,
            {"document_no": "INV-5"} | usual | {"customer_name": "埃克米国际"},
            {"document_no": "INV-6", "document_date": "2026-02-02"} | usual | {"customer_name": ""},
            {"kind": "receipt", "document_no": "R-1", "document_date": "2026-02-10", "amount": "100.00",
             "applies_to": "INV-4"},
            name="next.csv",
        )
    )  # fmt: skip
    assert (result.imported, result.updated, result.duplicates, result.rejected) == (2, 4, 2, 0)
    assert result.totals_by_currency == {"CNY": {"invoice": "100.00", "receipt": "200.00"}}
    assert open_items(database) == {
        "INV-0": 10000, "INV-1": 0, "INV-1/R": 0, "INV-2": 10000, "INV-3": 10000, "INV-4": 0, "INV-5": 10000,
        "INV-6": 10000, "R-1": 0,
    }  # fmt: skip
    with database.reading() as session:
        assert session.scalars(select(Customer.name).where(Customer.number == "ACME")).one() == "埃克米国际"
        reference = select(Document.reference).where(Document.document_no == "INV-3")
        assert session.scalars(reference).one() == "PO 9"
    assert load(tmp_path / "next.csv").duplicates == 8


def test_a_newly_filled_application_is_posted_once(database: Database, load: Import, tmp_path: Path) -> None:
    receipt = {"kind": "receipt", "document_no": "R-1", "amount": "150.00", "document_date": "2026-02-01"}
    invoice = {"document_no": "INV-1", "amount": "100.00"}
    load(file(tmp_path, invoice, receipt))
    path = file(tmp_path, invoice, receipt | {"applies_to": "INV-1:60.00"}, name="next.csv")
    assert load(path).updated == 1
    assert load(path).duplicates == 2
    more = file(tmp_path, invoice, receipt | {"applies_to": "INV-1:100.00"}, name="later.csv")
    assert load(more).updated == 1
    assert open_items(database) == {"INV-1": 0, "R-1": 5000}
    less = load(path)
    assert codes(less) == [(3, "applies_to", "conflict")]


def test_an_application_undone_by_hand_stays_undone(
    database: Database, load: Import, tmp_path: Path, chen: Actor, now: datetime
) -> None:
    from portal.receivables import reverse_allocation

    path = file(
        tmp_path,
        {"document_no": "INV-1", "amount": "100.00"},
        {"kind": "receipt", "document_no": "R-1", "amount": "100.00", "applies_to": "INV-1:100.00"},
    )
    load(path)
    with database.writing() as session:
        public_id = session.scalars(select(Allocation.public_id)).one()
        reverse_allocation(
            session,
            public_id=public_id,
            allocated_on=date(2026, 2, 1),
            reason="wrong one",
            actor=chen,
            now=now,
        )
    assert load(path).duplicates == 2
    assert open_items(database) == {"INV-1": 10000, "R-1": 10000}


def test_a_settled_date_pays_what_other_rows_leave_open(
    database: Database, load: Import, tmp_path: Path
) -> None:
    path = file(
        tmp_path,
        {"document_no": "INV-1", "amount": "100.00", "settled_date": "2026-02-01"},
        {"kind": "credit_note", "document_no": "CN-1", "amount": "30.00", "applies_to": "INV-1"},
    )
    result = load(path)
    assert result.totals_by_currency == {
        "CNY": {"invoice": "100.00", "credit_note": "30.00", "receipt": "70.00"}
    }
    assert open_items(database) == {"INV-1": 0, "CN-1": 0, "INV-1/R": 0}
    assert load(path).duplicates == 2


def test_a_refund_clears_the_receipt_it_names(database: Database, load: Import, tmp_path: Path) -> None:
    result = load(
        file(
            tmp_path,
            {"kind": "refund", "document_no": "B-1", "amount": "40.00", "applies_to": "R-1"},
            {"kind": "receipt", "document_no": "R-1", "amount": "140.00", "applies_to": "INV-1"},
            {"document_no": "INV-1", "amount": "100.00"},
        )
    )
    assert result.is_clean
    assert open_items(database) == {"B-1": 0, "R-1": 0, "INV-1": 0}


def test_rows_with_items_are_the_lines_of_one_document(
    database: Database, load: Import, tmp_path: Path
) -> None:
    result = load(
        file(
            tmp_path,
            {"document_no": "INV-1", "amount": "60.00", "item": "ball screw", "quantity": "2"},
            {"document_no": "INV-2", "amount": "7.00"},
            {"document_no": "INV-1", "amount": "40.00", "item": "bearing", "reference": "PO 1"},
        )
    )
    assert (result.rows, result.imported) == (3, 3)
    assert open_items(database) == {"INV-1": 10000, "INV-2": 700}


def test_a_refused_line_refuses_its_document(database: Database, load: Import, tmp_path: Path) -> None:
    result = load(
        file(
            tmp_path,
            {"document_no": "INV-1", "amount": "60.00", "item": "ball screw"},
            {"document_no": "INV-1", "amount": "x", "item": "bearing"},
            {"document_no": "INV-2", "amount": "1.00", "item": "a"},
            {"document_no": "INV-2", "amount": "1.00", "item": "b", "customer_no": "GLOBEX"},
        )
    )
    assert codes(result) == [
        (2, "amount", "bad_amount"), (3, "amount", "bad_amount"), (4, "customer_no", "conflict"),
        (5, "customer_no", "conflict"),
    ]  # fmt: skip
    assert (result.rejected, result.conflicts, result.imported) == (2, 2, 0)
    assert open_items(database) == {}


def test_a_closed_period_refuses_its_rows_only(
    database: Database, load: Import, tmp_path: Path, chen: Actor, now: datetime
) -> None:
    with database.writing() as session:
        close_period(session, month=date(2026, 1, 1), actor=chen, now=now)
    result = load(
        file(
            tmp_path,
            {"document_no": "INV-1", "amount": "1.00"},
            {
                "document_no": "INV-2",
                "amount": "1.00",
                "document_date": "2026-02-01",
                "settled_date": "2026-01-31",
            },
            {"document_no": "INV-3", "amount": "1.00", "document_date": "2026-02-01"},
        )
    )
    assert codes(result) == [(2, "document_date", "period_closed"), (3, "settled_date", "period_closed")]
    assert open_items(database) == {"INV-3": 100}


def test_two_rows_about_one_document_are_taken_in_order(
    database: Database, load: Import, tmp_path: Path
) -> None:
    result = load(
        file(
            tmp_path,
            {"document_no": "INV-1", "amount": "100.00"},
            {"document_no": "INV-1", "amount": "100.00", "settled_date": "2026-02-01"},
            {"document_no": "INV-1", "amount": "100.00"},
            {"document_no": "INV-1", "amount": "99.00"},
        )
    )
    assert (result.imported, result.updated, result.duplicates, result.conflicts) == (1, 1, 1, 1)
    assert open_items(database) == {"INV-1": 0, "INV-1/R": 0}


def test_unknown_customers_and_entities_are_created(database: Database, load: Import, tmp_path: Path) -> None:
    load(
        file(
            tmp_path,
            {"document_no": "INV-1", "amount": "1.00", "customer_no": "NEW", "customer_name": "Neu AG",
             "currency": "EUR"},
            {"document_no": "INV-1", "amount": "2.00", "customer_no": "NEW", "entity": "HK", "currency": "HKD"},
        )
    )  # fmt: skip
    with database.reading() as session:
        customer = session.scalars(select(Customer).where(Customer.number == "NEW")).one()
        assert (customer.name, customer.currency, customer.language) == ("Neu AG", "EUR", "en")
        assert customer.first_on == date(2026, 1, 5)
        assert (
            session.scalar(select(func.count()).select_from(LegalEntity).where(LegalEntity.code == "HK")) == 1
        )


@pytest.mark.db
def test_a_dry_run_says_the_same_and_writes_nothing(database: Database, load: Import, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        {"kind": "receipt", "document_no": "R-1", "amount": "150.00", "applies_to": "INV-1;INV-2:50.00"},
        {"document_no": "INV-1", "amount": "100.00", "customer_no": "ACME"},
        {"document_no": "INV-2", "amount": "60.00", "disputed": "yes"},
        {
            "kind": "refund",
            "document_no": "B-1",
            "amount": "10.00",
            "applies_to": "R-1:10.00",
            "entity": "HK",
        },
        {"document_no": "INV-2", "amount": "60.00", "settled_date": "2026-02-02"},
        {"document_no": "INV-9", "amount": "5.00", "customer_no": "NEW", "settled_date": "2026-02-02"},
    )
    with database.reading() as session:
        before = [session.scalar(select(func.count()).select_from(model)) for model in (Document, AuditRow)]
    dry = load(path, is_dry_run=True)
    with database.reading() as session:
        after = [session.scalar(select(func.count()).select_from(model)) for model in (Document, AuditRow)]
        assert session.scalar(select(func.count()).select_from(ImportBatch)) == 0
        assert session.scalar(select(func.count()).select_from(Customer).where(Customer.number == "NEW")) == 0
    assert before == after
    assert dry.as_json() == load(path).as_json()
    assert codes(dry) == [(5, "applies_to", "unknown_document")]


def test_disputes_are_opened_on_open_documents_only(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    asked: list[int] = []
    path = file(
        tmp_path,
        {"document_no": "INV-1", "amount": "1.00", "disputed": "Yes"},
        {"document_no": "INV-2", "amount": "1.00", "disputed": "yes", "settled_date": "2026-02-01"},
        {"document_no": "INV-3", "amount": "1.00", "disputed": "yes"},
        {"kind": "receipt", "document_no": "R-3", "amount": "1.00", "applies_to": "INV-3"},
    )
    result = import_documents(
        database,
        ImportRequest(path),
        actor=mei,
        now=now,
        open_disputes=lambda session, ids: asked.extend(ids),
    )
    with database.reading() as session:
        numbers = session.scalars(select(Document.document_no).where(Document.id.in_(asked))).all()
        marked = session.scalars(select(Document.document_no).where(Document.was_disputed)).all()
    assert numbers == ["INV-1"]
    assert tuple(asked) == result.to_dispute
    assert sorted(marked) == ["INV-1", "INV-2", "INV-3"]
    assert (result.disputed, result.updated, result.imported) == (3, 0, 4)


def test_an_interrupted_run_goes_on_and_counts_once(
    database: Database, mei: Actor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "CHUNK", 2)
    rows = [
        {"document_no": f"INV-{number}", "amount": "1.00", "settled_date": "2026-02-01"}
        for number in range(6)
    ]
    path = file(tmp_path, *rows)

    def stop(what: str, done: int, total: int) -> None:
        if (what, done) == ("posting", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_documents(database, ImportRequest(path), actor=mei, now=now, on_progress=stop)
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
    assert (batch.state, len(open_items(database))) == ("loading", 8)
    result = import_documents(database, ImportRequest(path, batch_id=batch.public_id), actor=mei, now=now)
    assert (result.imported, result.duplicates) == (6, 0)
    assert result.totals_by_currency == {"CNY": {"invoice": "6.00", "receipt": "6.00"}}
    with database.reading() as session:
        assert session.scalars(select(ImportBatch.state)).one() == "loaded"


def test_a_lock_held_by_someone_else_is_waited_for(
    database: Database, load: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def busy_once(*given: Any, **options: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
        post_plan(*given, **options)

    monkeypatch.setattr(load_module, "post_plan", busy_once)
    assert load(file(tmp_path, {"document_no": "INV-1", "amount": "1.00"})).imported == 1
    assert open_items(database) == {"INV-1": 100}


def test_who_may_not_import_is_refused(database: Database, aud: Actor, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        import_documents(database, ImportRequest(tmp_path / "any.csv"), actor=aud, now=now)


def test_a_file_without_a_needed_column_is_refused_as_a_whole(load: Import, tmp_path: Path) -> None:
    result = load(text_file(tmp_path / "short.csv", "document_no,kind\nA,invoice\nB,invoice"))
    assert {code for _, _, code in codes(result)} == {"missing"}
    assert (result.rows, result.rejected, result.imported) == (2, 2, 0)


def test_bytes_that_are_no_text_cost_their_row_only(load: Import, tmp_path: Path) -> None:
    path = file(
        tmp_path, {"document_no": "INV-1", "amount": "1.00"}, {"document_no": "INV-2", "amount": "1.00"}
    )
    path.write_bytes(path.read_bytes().replace(b"INV-2", b"INV-\xff"))
    result = load(path)
    assert codes(result) == [(3, "", "encoding")]
    assert (result.imported, result.rejected) == (1, 1)


def test_a_file_that_is_no_table_is_refused_with_its_reason(load: Import, tmp_path: Path) -> None:
    path = tmp_path / "picture.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    result = load(path)
    assert codes(result) == [(None, "", "encoding")]
    assert not result.is_clean
