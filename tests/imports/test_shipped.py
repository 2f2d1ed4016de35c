"""Every shipped layout reads its program's export: rows, debits, credits and closing as the file itself says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.customers.models import Contact, Customer
from portal.db import Database
from portal.imports import CustomerRequest, ImportRequest, ImportResult, import_customers, import_documents
from portal.imports import load as load_module
from portal.imports.layouts import profile_of
from portal.imports.recognise import recognise_file
from portal.imports.shipped import SHIPPED
from portal.receivables.models import Document, OpenItem
from tests.data.erp_samples import (
    CHANJET_HKJ,
    CHANJET_TPLUS,
    FBL5N_SUMS,
    FXIAOKE,
    KINGDEE,
    SAMPLES,
    ZOHO_CRM,
    ZOHO_INVOICES,
    ZOHO_PAYMENTS,
    Sample,
    fbl5n_file,
    master_file,
)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "PAUSE_SECONDS", 0)


def load(database: Database, path: Path, profile: str, actor: Actor, now: datetime) -> ImportResult:
    return import_documents(database, ImportRequest(path, profile), actor=actor, now=now)


def open_items(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = select(Document.document_no, OpenItem.open_minor).join(OpenItem)
        return dict(session.execute(rows).all())


@pytest.mark.parametrize("name", list(SHIPPED))
def test_every_shipped_layout_can_be_used(name: str) -> None:
    assert profile_of(name, SHIPPED[name]).title


@pytest.mark.parametrize("as_workbook", [False, True], ids=["csv", "xlsx"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_sums_are_those_of_the_file(
    database: Database, mei: Actor, now: datetime, tmp_path: Path, sample: Sample, as_workbook: bool
) -> None:
    """Requirements 0-4 and 1-7: row count, Σ debit, Σ credit and closing equal the file's totals."""
    path = sample.write(tmp_path, as_workbook=as_workbook)
    with database.reading() as session:
        assert recognise_file(session, path) == sample.name
    request = ImportRequest(path, sample.name, is_dry_run=True)
    result = import_documents(database, request, actor=mei, now=now)
    sums = {
        "opening": sample.opening,
        "debit": sample.debit,
        "credit": sample.credit,
        "closing": sample.closing,
    }
    assert result.control["sums"] == {sample.currency: sums}
    assert result.control["totals_checked"] == sample.totals
    refused = {problem.code for problem in result.problems} - {"unknown_document"}  # of files read alone
    assert refused == set()


def test_a_ledger_becomes_documents_that_come_to_its_closing(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    result = load(database, CHANJET_TPLUS.write(tmp_path), "chanjet-tplus", mei, now)
    assert (result.imported, result.is_clean) == (6, True)
    with database.reading() as session:
        rows = session.execute(select(Document.kind, Document.document_no, Document.balance_minor)).all()
    assert sum(balance for _, _, balance in rows) == 1_100_000
    assert ("credit_note", "XS-0002", -50_050) in rows
    assert ("opening_balance", "QC-K002-2026-01", -30_000) in rows
    again = load(database, CHANJET_TPLUS.write(tmp_path), "chanjet-tplus", mei, now)
    assert (again.duplicates, again.imported) == (6, 0)


def test_vouchers_are_numbered_by_month_and_by_line(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    load(database, CHANJET_HKJ.write(tmp_path), "chanjet-hkj", mei, now)
    assert set(open_items(database)) == {
        "QC-0001-2026-01", "2026-01-记-3", "2026-01-记-3-2", "2026-01-记-9", "2026-02-记-3",
    }  # fmt: skip


def test_payments_settle_the_invoices_they_name(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    load(database, ZOHO_INVOICES.write(tmp_path), "zoho-books-invoices", mei, now)
    result = load(database, ZOHO_PAYMENTS.write(tmp_path), "zoho-books-payments", mei, now)
    assert result.is_clean
    assert open_items(database) == {
        "INV-000101": 0, "INV-000103": 0, "P-1": 5000, "P-2": 1960, "P-3": 1000,
    }  # fmt: skip


def test_lines_of_a_bill_are_one_document(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    load(database, KINGDEE.write(tmp_path), "kingdee", mei, now)
    with database.reading() as session:
        bill = session.scalars(select(Document).where(Document.document_no == "AR00000001")).one()
    assert (bill.amount_minor, bill.tax_minor) == (118_650, 13_650)


def test_a_sap_list_is_read_with_its_headings_signs_and_totals(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = fbl5n_file(tmp_path)
    with database.reading() as session:
        assert recognise_file(session, path) == "sap-fbl5n"
    result = load(database, path, "sap-fbl5n", mei, now)
    assert (result.imported, result.is_clean) == (5, True)
    assert result.control["sums"] == {"EUR": FBL5N_SUMS}
    assert result.control["totals_checked"] == 3
    with database.reading() as session:
        names = session.scalars(select(Customer.name).where(Customer.number.in_(("1000", "2000")))).all()
        kinds = dict(session.execute(select(Document.document_no, Document.kind)).all())
    assert set(names) == {"Becker Berlin", "Möller & Söhne"}
    assert (kinds["1400000009"], kinds["1600000003"]) == ("receipt", "credit_note")


def test_a_file_whose_own_total_is_wrong_comes_in_not_at_all(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    rows = tuple(row for row in CHANJET_TPLUS.rows if "XS-0001" not in row)  # a line is lost
    result = load(database, replace(CHANJET_TPLUS, rows=rows).write(tmp_path), "chanjet-tplus", mei, now)
    assert {problem.code for problem in result.problems} == {"control"}
    assert (result.imported, result.rejected, open_items(database)) == (0, 5, {})


@pytest.mark.parametrize(
    ("profile", "rows", "numbers", "contacts"),
    [("fxiaoke-customers", FXIAOKE, {"FX-001", "FX-002"}, 3), ("zoho-crm", ZOHO_CRM, {"Z-1", "Z-2"}, 2)],
)
def test_customers_and_contacts_are_merged_by_code(
    database: Database, mei: Actor, now: datetime, tmp_path: Path, profile: str,
    rows: tuple[tuple[str, ...], ...], numbers: set[str], contacts: int,
) -> None:  # fmt: skip
    """Requirement 1-6: duplicates merged by code."""
    load(database, ZOHO_INVOICES.write(tmp_path), "zoho-books-invoices", mei, now)  # gives the book currency
    path = master_file(tmp_path / "master.csv", rows)
    with database.reading() as session:
        assert recognise_file(session, path) == profile
    dry = import_customers(database, CustomerRequest(path, profile, is_dry_run=True), actor=mei, now=now)
    assert {number for number, _ in dry.new_customers} == numbers
    with database.reading() as session:
        assert not session.scalars(select(Customer).where(Customer.number.in_(numbers))).all()
    result = import_customers(database, CustomerRequest(path, profile), actor=mei, now=now)
    assert (result.imported, result.updated, result.is_clean) == (2, len(rows) - 3, True)
    with database.reading() as session:
        found = session.scalars(select(Customer.number).where(Customer.number.in_(numbers))).all()
        assert set(found) == numbers
        assert len(session.scalars(select(Contact)).all()) == contacts
