"""Read UBL 2.1 invoices and credit notes (OASIS UBL 2.1; EN 16931-3-2)."""

from __future__ import annotations

from decimal import Decimal
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
    required,
    text,
)

ROOTS = frozenset({"Invoice", "CreditNote"})
#: UNTDID 1001 codes of credit notes.
CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
_ZERO = Decimal(0)


def read_ubl(root: Element, *, is_credit_note: bool) -> EInvoiceFile:
    """Read the root of a UBL file.

    Args:
        root: ``Invoice`` or ``CreditNote``.
        is_credit_note: Whether it is the latter.

    Raises:
        UnreadableFile: A fact it must have is missing or cannot be read.
    """
    currency = required(text(root, "DocumentCurrencyCode"), "DocumentCurrencyCode")
    total = first(root, "LegalMonetaryTotal|RequestedMonetaryTotal")
    prepaid = figure(total, "PrepaidAmount", default=_ZERO)
    is_credit = is_credit_note or text(root, "InvoiceTypeCode") in CREDIT_CODES
    due = text(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate")
    return EInvoiceFile(
        form="ubl", kind="credit_note" if is_credit else "invoice", number=required(text(root, "ID"), "ID"),
        issued_on=day_of(text(root, "IssueDate"), "IssueDate"), currency=currency,
        seller=_party(first(root, "AccountingSupplierParty/Party")),
        buyer=_party(first(root, "AccountingCustomerParty/Party")),
        net=figure(total, "TaxExclusiveAmount"), tax=_tax(root, currency),
        total=figure(total, "PayableAmount") + prepaid, prepaid=prepaid,
        due_on=day_of(due, "DueDate") if due else None, order_no=text(root, "OrderReference/ID"),
        buyer_reference=text(root, "BuyerReference"),
        corrects=text(root, "BillingReference/InvoiceDocumentReference/ID"), note=text(root, "Note"),
        lines=tuple(_line(one) for one in every(root, "InvoiceLine|CreditNoteLine")),
    )  # fmt: skip


def _party(party: Element | None) -> Party:
    tax_nos = [
        text(scheme, "CompanyID")
        for scheme in every(party, "PartyTaxScheme")
        if text(scheme, "TaxScheme/ID") in {"VAT", ""}
    ]
    return Party(
        name=text(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        tax_no=next(filter(None, tax_nos), ""),
        number=text(party, "PartyIdentification/ID", "PartyLegalEntity/CompanyID", "EndpointID"),
        country=text(party, "PostalAddress/Country/IdentificationCode"),
    )


def _tax(root: Element, currency: str) -> Decimal:
    """Return the tax in the invoice's own currency; a second total may be in the seller's."""
    amounts = every(root, "TaxTotal/TaxAmount")
    own = [one for one in amounts if one.get("currencyID", currency) == currency]
    return decimal_of((own[0].text or "").strip(), "TaxAmount") if own else _ZERO


def _line(line: Element) -> EInvoiceLine:
    quantity = first(line, "InvoicedQuantity|CreditedQuantity")
    return EInvoiceLine(
        item=text(line, "Item/Name", "Item/Description"), amount=figure(line, "LineExtensionAmount"),
        quantity=(quantity.text or "").strip() if quantity is not None else "",
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        unit_price=text(line, "Price/PriceAmount"), tax_rate=text(line, "Item/ClassifiedTaxCategory/Percent"),
    )  # fmt: skip
