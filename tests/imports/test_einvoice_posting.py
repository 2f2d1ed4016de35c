"""The lines of a posted e-invoice sum to its total: tax, charges and rounding are lines of their own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from portal.connectors.einvoice_read import read_einvoice
from portal.imports.einvoice_posting import lines_of
from tests.data.einvoice_samples import cii, fapiao, ubl


def test_charges_and_tax_are_lines_of_their_own() -> None:
    found = replace(read_einvoice(ubl()), total=Decimal("121.50"))
    assert [(line.item, line.amount_minor) for line in lines_of(found)] == [
        ("Pump", 10000), ("Allowances, charges, rounding", 250), ("Tax", 1900),
    ]  # fmt: skip


def test_a_chinese_invoice_has_chinese_words() -> None:
    assert [line.item for line in lines_of(read_einvoice(fapiao()))] == ["*通用设备*丝杠", "税额"]


def test_an_invoice_without_lines_has_none() -> None:
    assert lines_of(read_einvoice(cii())) == ()
