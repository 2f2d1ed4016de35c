"""A layout is data: columns, dates, amounts and kinds of a source become the standard format."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.clock import utc_now
from portal.connectors import SourceRow
from portal.errors import Invalid
from portal.imports.models import ImportProfile
from portal.imports.normalise import LayoutReader
from portal.imports.profiles import (
    SHIPPED,
    Profile,
    find_profile,
    missing_columns,
    profile_names,
    profile_of,
)
from portal.imports.rules import Problem


def normalise(profile: Profile, header: list[str], cells: list[str]) -> dict[str, str]:
    """Read one row below a header."""
    reader = LayoutReader(profile)
    rows = reader.find_header(header, iter([SourceRow(2, tuple(cells))]))
    (reading,) = reader.read(rows)
    return reading.cells


OWN: dict[str, Any] = {
    "title": "Kontor",
    "columns": {
        "document_no": "Beleg", "kind": "Art", "customer_no": "Konto", "document_date": "Datum", "amount": "Betrag",
    },
    "constants": {"currency": "EUR"},
    "date_formats": ["%d.%m.%Y"],
    "thousands": ".",
    "decimal": ",",
    "kinds": {"RE": "invoice", "ZA": "receipt"},
    "negative_kinds": {"invoice": "credit_note"},
}  # fmt: skip


def test_the_ibm_sample_becomes_invoices_in_dollars() -> None:
    profile = profile_of("ibm-ar", SHIPPED["ibm-ar"])
    header = [
        "countryCode",
        "customerID",
        "invoiceNumber",
        "InvoiceDate",
        "DueDate",
        "InvoiceAmount",
        "Disputed",
    ]
    row = ["391", "0379-NEVHP", "0000611365", "1/2/2013", "2/1/2013", "55.94", "No", "1/15/2013"]
    cells = normalise(profile, [*header, "SettledDate"], row)
    assert cells == {
        "document_no": "0000611365", "customer_no": "0379-NEVHP", "document_date": "2013-01-02",
        "due_date": "2013-02-01", "amount": "55.94", "disputed": "No", "settled_date": "2013-01-15", "country": "391",
        "kind": "invoice", "currency": "USD",
    }  # fmt: skip
    assert missing_columns(profile, header) == []
    assert profile.reported(Problem(2, "amount", "bad_amount", "")).column == "InvoiceAmount"


def test_a_layout_of_ones_own_is_a_row_of_data(session: Session) -> None:
    session.add(ImportProfile(name="kontor", version=1, body=OWN, made_at=utc_now()))
    session.flush()
    profile = find_profile(session, "kontor")
    header = ["Beleg", "ART", "Konto", "Datum", "Betrag"]
    assert normalise(profile, header, ["7", "RE", "K1", "31.01.2026", "1.234,50"])["amount"] == "1234.50"
    credit = normalise(profile, header, ["8", "RE", "K1", "31.01.2026", "-10,00"])
    assert (credit["kind"], credit["amount"], credit["document_date"]) == (
        "credit_note",
        "10.00",
        "2026-01-31",
    )
    assert profile_names(session)["kontor"] == "Kontor"


def test_columns_stand_in_any_order_and_case_and_others_are_left_out() -> None:
    profile = profile_of("standard", SHIPPED["standard"])
    cells = normalise(profile, ["Amount", "x", "DOCUMENT_NO"], ["1.00", "?", "A", "more"])
    assert cells == {"amount": "1.00", "document_no": "A"}
    assert missing_columns(profile, ["amount"]) == [
        "document_no", "kind", "customer_no", "currency", "document_date",
    ]  # fmt: skip


def test_an_unknown_name_tells_the_known_ones(session: Session) -> None:
    with pytest.raises(Invalid, match="standard, standard-customers, ibm-ar"):
        find_profile(session, "nothing")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("columns", {"columns": {"amount": "Betrag"}}), ("columns", {"columns": OWN["columns"] | {"colour": "Farbe"}}),
        ("kinds", {"kinds": {"RE": "bill"}}), ("constants", {"constants": {"currency": "XXX"}}),
        ("date_formats", {"date_formats": ["%Q"]}),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_used_is_refused(part: str, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        profile_of("kontor", OWN | change)
    assert refused.value.field == part
