"""The customer master from a file: new customers, newer facts, contacts; again nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.customers.models import Contact, Customer
from portal.db import Database
from portal.errors import NotAllowed
from portal.imports import import_customers
from tests.data.files import text_file

HEADER = (
    "number,name,name_en,currency,language,country,terms_days,credit_limit,owner,contact_name,contact_email,"
    "contact_language\n"
)


def customer(database: Database, number: str) -> Customer:
    with database.reading() as session:
        return session.scalars(select(Customer).where(Customer.number == number)).one()


@pytest.mark.db
def test_creates_customers_with_contacts_and_changes_nothing_twice(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = text_file(
        tmp_path / "customers.csv",
        HEADER
        + """C-1,北岸包装,Northquay Packaging,CNY,zh,CN,45,100000.00,mei@seller.example,李娜,Li.Na@northquay.example,zh
        C-1,北岸包装,,CNY,,,,,,Wu,wu@northquay.example,en
        C-2,Kontor AG,,EUR,en,DE,,,,,,
        """,
    )
    first = import_customers(database, path, actor=mei, now=now)
    assert (first.rows, first.imported, first.updated, first.is_clean) == (3, 2, 1, True)
    northquay = customer(database, "C-1")
    assert (northquay.terms_days, northquay.credit_limit_minor, northquay.owner_id) == (
        45,
        10_000_000,
        mei.person_id,
    )
    with database.reading() as session:
        emails = session.scalars(select(Contact.email).order_by(Contact.email)).all()
    assert emails == ["li.na@northquay.example", "wu@northquay.example"]
    assert import_customers(database, path, actor=mei, now=now).duplicates == 3


def test_takes_newer_names_and_terms_and_ignores_empty_cells(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = text_file(tmp_path / "one.csv", HEADER + "ACME,埃克米国际,,CNY,,,60,,,,,")
    result = import_customers(database, path, actor=mei, now=now)
    acme = customer(database, "ACME")
    assert (result.updated, acme.name, acme.terms_days) == (1, "埃克米国际", 60)
    assert (acme.name_en, acme.language) == ("Acme Trading", "zh")


def test_refuses_rows_by_column_and_reason(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = text_file(
        tmp_path / "bad.csv",
        HEADER
        + """C-1,,,CNY,,,,,,,,
        C-2,B,,XXX,,,,,,,,
        C-3,B,,CNY,fr,,,,,,,
        C-4,B,,CNY,,,soon,,,,,
        C-5,B,,CNY,,,,-1,,,,
        C-6,B,,CNY,,,,,nobody@x.example,,,
        C-7,B,,CNY,,,,,,Li,not an address,
        C-8,B,,CNY,,,,,,,,
        C-8,Other,,CNY,,,,,,,,
        """,
    )
    result = import_customers(database, path, actor=mei, now=now)
    assert [(problem.row_no, problem.column, problem.code) for problem in result.problems] == [
        (2, "name", "missing"), (3, "currency", "unknown_currency"), (4, "language", "bad_text"),
        (5, "terms_days", "bad_amount"), (6, "credit_limit", "bad_amount"), (7, "owner", "bad_text"),
        (8, "contact_email", "bad_text"), (10, "name", "conflict"),
    ]  # fmt: skip
    assert (result.imported, result.rejected, result.conflicts) == (1, 7, 1)


def test_who_may_not_import_is_refused(database: Database, aud: Actor, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        import_customers(database, tmp_path / "any.csv", actor=aud, now=now)
