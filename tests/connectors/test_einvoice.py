"""E-invoices are read exactly, whatever they came as; what is hostile or incomplete is refused with its reason."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.connectors import UnreadableFile
from portal.connectors.einvoice_read import is_einvoice, read_einvoice
from tests.data.einvoice_samples import cii, fapiao, ofd, pdf, ubl


def test_a_ubl_invoice_is_read_to_the_cent() -> None:
    found = read_einvoice(ubl(prepaid="19.00"))
    assert (found.form, found.kind, found.number, found.order_no) == ("ubl", "invoice", "INV-7", "PO-5")
    assert (found.net, found.tax, found.total, found.payable) == tuple(
        map(Decimal, ("100.00", "19.00", "119.00", "100.00"))
    )
    assert (found.issued_on, found.due_on) == (date(2026, 2, 10), date(2026, 3, 12))
    assert (found.seller.tax_no, found.buyer.name) == ("DE811111111", "Globex GmbH")
    assert [(line.item, line.amount, line.quantity) for line in found.lines] == [
        ("Pump", Decimal("100.00"), "2")
    ]


def test_a_credit_note_names_what_it_corrects() -> None:
    found = read_einvoice(ubl("CN-1", is_credit=True, corrects="INV-7"))
    assert (found.kind, found.corrects) == ("credit_note", "INV-7")


def test_a_pdf_gives_the_invoice_it_carries() -> None:
    found = read_einvoice(pdf(cii()))
    assert (found.form, found.number, found.total) == ("factur-x", "INV-8", Decimal("119.00"))


def test_a_red_fapiao_is_a_credit_note() -> None:
    found = read_einvoice(fapiao(total="-1130.00", tax="-130.00"))
    assert (found.kind, found.total, found.tax, found.lines[0].amount) == (
        "credit_note", Decimal("1130.00"), Decimal("130.00"), Decimal("1000.00"),
    )  # fmt: skip
    assert read_einvoice(fapiao()).tax_invoice_no == "26332000000012345678"


def test_an_ofd_gives_the_facts_on_its_cover() -> None:
    found = read_einvoice(ofd())
    assert (found.code, found.number, found.issued_on) == ("031002600111", "87654321", date(2026, 2, 12))
    assert (found.net, found.tax, found.total) == (Decimal("1000.00"), Decimal("60.00"), Decimal("1060.00"))


BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Invoice>&b;</Invoice>"""
)
FILE_ENTITY = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/hostname"><Invoice/>'


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", b"<a/>")
        archive.writestr("Doc_0/Attachs/x.xml", b" " * 60_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        BOMB, FILE_ENTITY, zip_bomb(), b"%PDF-1.4 nothing", pdf(b"<a/>", "note.xml"), b"<html></html>", b"<Invoice",
        ubl().replace(b"119.00", b"12..34"),
        ubl().replace(b"2026-02-10", b"soon"),
        ubl().replace(b"<cbc:ID>INV-7</cbc:ID>", b""), ubl().replace(b"119.00", b"NaN"), b"<a>" * 5000,
    ],
    ids=[
        "entities", "dtd", "zip bomb", "broken pdf", "pdf without", "html", "cut", "amount", "date", "number", "nan",
        "deep",
    ],
)  # fmt: skip
def test_hostile_and_incomplete_files_are_refused(content: bytes) -> None:
    """Security D21 and D22."""
    with pytest.raises(UnreadableFile):
        read_einvoice(content)


def test_tables_are_no_einvoices() -> None:
    assert [is_einvoice(one) for one in (ubl(), fapiao(), ofd(), pdf(cii()), b"a,b\n1,2", b"PK\x03\x04x")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


PAYABLE = {
    "akretion-factur-x-basic.xml": "104.90", "akretion-factur-x-en16931.xml": "104.90",
    "akretion-invoice_EN16931.pdf": "104.90", "akretion-ubl-21-en16931.xml": "208.03",
    "akretion-zugferd-comfort.xml": "529.87", "en16931-CII_example1.xml": "250.33",
    "en16931-CII_example5.xml": "2337.50", "en16931-ubl-tc434-example1.xml": "250.33",
    "en16931-ubl-tc434-example2.xml": "801.78", "en16931-ubl-tc434-creditnote1.xml": "100.11",
    "ofdrw-999.ofd": "10600.00",
}  # fmt: skip


@pytest.mark.real_data
@pytest.mark.parametrize("name", list(PAYABLE))
def test_real_einvoices_have_their_published_totals(name: str) -> None:
    content = (Path(os.environ["CONCORD_REAL_DATA"]) / "einvoice" / name).read_bytes()
    found = read_einvoice(content)
    assert found.payable == Decimal(PAYABLE[name])
    assert found.kind == ("credit_note" if "creditnote" in name else "invoice")
