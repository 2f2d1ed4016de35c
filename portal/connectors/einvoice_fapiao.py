"""Read Chinese electronic invoices: 数电票 XML (全电发票), the older XML of 2019, and the data within an OFD file."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from xml.etree.ElementTree import Element

from portal.connectors.einvoice import (
    EInvoiceFile,
    EInvoiceLine,
    Party,
    day_of,
    decimal_of,
    every,
    figure,
    first,
    local,
    required,
    root_of,
    text,
)
from portal.connectors.limits import require_harmless
from portal.connectors.rules import UnreadableFile
from portal.errors import N_

ROOTS = frozenset({"EInvoice", "eInvoice"})
_ZERO = Decimal(0)


def read_fapiao(root: Element) -> EInvoiceFile:
    """Read a 数电票 (``EInvoice``) or the older XML (``eInvoice``); both are in CNY.

    Raises:
        UnreadableFile: A fact it must have is missing or cannot be read.
    """
    return _turned(_read_2019(root) if local(root) == "eInvoice" else _read_digital(root))


def _read_digital(root: Element) -> EInvoiceFile:
    sums = first(root, "EInvoiceData/BasicInformation")
    seller, buyer = (
        first(root, "EInvoiceData/SellerInformation"),
        first(root, "EInvoiceData/BuyerInformation"),
    )
    number = text(root, "TaxSupervisionInfo/InvoiceNumber", "Header/EIid")
    issued = text(root, "TaxSupervisionInfo/IssueTime", "EInvoiceData/BasicInformation/RequestTime")
    return EInvoiceFile(
        form="fapiao", kind="invoice", number=required(number, "InvoiceNumber"),
        issued_on=day_of(issued, "IssueTime"), currency="CNY",
        seller=Party(text(seller, "SellerName"), text(seller, "SellerIdNum"), country="CN"),
        buyer=Party(text(buyer, "BuyerName"), text(buyer, "BuyerIdNum"), country="CN"),
        net=figure(sums, "TotalAmWithoutTax"), tax=figure(sums, "TotalTaxAm", default=_ZERO),
        total=figure(sums, "TotalTax-includedAmount"),
        note=text(root, "EInvoiceData/AdditionalInformation/Remark"),
        corrects=text(root, "EInvoiceData/AdditionalInformation/OriginalInvoiceNumber"),
        lines=tuple(
            EInvoiceLine(
                text(line, "ItemName"), figure(line, "Amount"), text(line, "Quantity"), text(line, "MeaUnits")[:20],
                text(line, "UnPrice"), text(line, "TaxRate"),
            )
            for line in every(root, "EInvoiceData/IssuItemInformation")
            if text(line, "Amount")
        ),
    )  # fmt: skip


def _read_2019(root: Element) -> EInvoiceFile:
    return EInvoiceFile(
        form="fapiao", kind="invoice", number=required(text(root, "InvoiceNo"), "InvoiceNo"),
        code=text(root, "InvoiceCode"), issued_on=day_of(text(root, "IssueDate"), "IssueDate"), currency="CNY",
        seller=Party(text(root, "Seller/SellerName"), text(root, "Seller/SellerTaxID"), country="CN"),
        buyer=Party(text(root, "Buyer/BuyerName"), text(root, "Buyer/BuyerTaxID"), country="CN"),
        net=figure(root, "TaxExclusiveTotalAmount"), tax=figure(root, "TaxTotalAmount", default=_ZERO),
        total=figure(root, "TaxInclusiveTotalAmount"), note=text(root, "Note"),
        lines=tuple(
            EInvoiceLine(
                text(line, "Item"), figure(line, "Amount"), text(line, "Quantity"),
                text(line, "MeasurementDimension")[:20], text(line, "Price"), text(line, "TaxScheme"),
            )
            for line in every(root, "GoodsInfos/GoodsInfo")
            if text(line, "Amount")
        ),
    )  # fmt: skip


def _turned(found: EInvoiceFile) -> EInvoiceFile:
    """Return a red invoice (红字, negative amounts) as a credit note with amounts above zero."""
    if found.total >= 0:
        return found
    lines = tuple(replace(line, amount=-line.amount) for line in found.lines)
    return replace(found, kind="credit_note", net=-found.net, tax=-found.tax, total=-found.total, lines=lines)


# --- OFD -------------------------------------------------------------------------------------------------------------


def read_ofd(content: bytes) -> EInvoiceFile:
    """Read the invoice data within an OFD file: the tax bureau's XML, else the facts on its cover.

    The pages are not drawn and their signatures not checked.

    Raises:
        UnreadableFile: No OFD, or one that carries no invoice.
    """
    require_harmless(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            cover = archive.read("OFD.xml")
            attached = [
                archive.read(name) for name in names if "/Attachs/" in name and name.lower().endswith(".xml")
            ]
    except (KeyError, zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise UnreadableFile(N_("This OFD file is damaged.")) from error
    for one in attached:
        root = root_of(one)
        if local(root) in ROOTS:
            return replace(read_fapiao(root), form="ofd")
    return _turned(_on_cover(root_of(cover)))


def _on_cover(root: Element) -> EInvoiceFile:
    facts = {
        one.get("Name", ""): (one.text or "").strip()
        for one in every(root, "DocBody/DocInfo/CustomDatas/CustomData")
    }
    if "发票号码" not in facts:
        raise UnreadableFile(N_("This OFD file carries no invoice data that can be read."))
    net, total = (decimal_of(facts.get(name, ""), name) for name in ("合计金额", "价税合计"))
    return EInvoiceFile(
        form="ofd", kind="invoice", number=facts["发票号码"], code=facts.get("发票代码", ""),
        issued_on=day_of(facts.get("开票日期", ""), "开票日期"), currency="CNY",
        seller=Party(facts.get("销售方名称", ""), facts.get("销售方纳税人识别号", ""), country="CN"),
        buyer=Party(facts.get("购买方名称", ""), facts.get("购买方纳税人识别号", ""), country="CN"),
        net=net, tax=total - net, total=total,
    )  # fmt: skip
