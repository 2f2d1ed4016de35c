"""Read UN/CEFACT Cross Industry Invoices (D16B; EN 16931-3-3) and their forerunner ZUGFeRD 1."""

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
from portal.connectors.einvoice_ubl import CREDIT_CODES

ROOTS = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"})
_ZERO = Decimal(0)
_TRANSACTION = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREEMENT = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_SETTLEMENT = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMMATION = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINE_SETTLEMENT = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
_LINE_AGREEMENT = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement"
_LINE_DELIVERY = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"
_LINE_SUM = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"


def read_cii(root: Element, *, form: str = "cii") -> EInvoiceFile:
    """Read the root of a cross industry invoice.

    Args:
        root: ``CrossIndustryInvoice`` or ``CrossIndustryDocument``.
        form: ``factur-x`` when it came within a PDF.

    Raises:
        UnreadableFile: A fact it must have is missing or cannot be read.
    """
    document = first(root, "ExchangedDocument|HeaderExchangedDocument")
    trade = first(root, _TRANSACTION)
    agreement, settlement = first(trade, _AGREEMENT), first(trade, _SETTLEMENT)
    summation = first(settlement, _SUMMATION)
    currency = required(text(settlement, "InvoiceCurrencyCode"), "InvoiceCurrencyCode")
    prepaid = figure(summation, "TotalPrepaidAmount", default=_ZERO)
    grand = figure(summation, "GrandTotalAmount")
    due = text(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")
    return EInvoiceFile(
        form=form, kind="credit_note" if text(document, "TypeCode") in CREDIT_CODES else "invoice",
        number=required(text(document, "ID"), "ID"),
        issued_on=day_of(text(document, "IssueDateTime/DateTimeString"), "IssueDateTime"), currency=currency,
        seller=_party(first(agreement, "SellerTradeParty")), buyer=_party(first(agreement, "BuyerTradeParty")),
        net=figure(summation, "TaxBasisTotalAmount", "LineTotalAmount"), tax=_tax(summation, currency),
        total=figure(summation, "DuePayableAmount", default=grand - prepaid) + prepaid, prepaid=prepaid,
        due_on=day_of(due, "DueDateDateTime") if due else None,
        order_no=text(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID", "BuyerOrderReferencedDocument/ID"),
        buyer_reference=text(agreement, "BuyerReference"),
        corrects=text(settlement, "InvoiceReferencedDocument/IssuerAssignedID"),
        note=text(document, "IncludedNote/Content"),
        lines=tuple(_line(one) for one in every(trade, "IncludedSupplyChainTradeLineItem")
                    if _has_amount(one)),
    )  # fmt: skip


def _party(party: Element | None) -> Party:
    registrations = every(party, "SpecifiedTaxRegistration/ID")
    vat = [one for one in registrations if one.get("schemeID", "VA") == "VA"]
    return Party(
        name=text(party, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        tax_no=(vat[0].text or "").strip() if vat else "",
        number=text(party, "ID", "GlobalID", "SpecifiedLegalOrganization/ID"),
        country=text(party, "PostalTradeAddress/CountryID"),
    )


def _tax(summation: Element | None, currency: str) -> Decimal:
    """Return the tax in the invoice's own currency; a second total may be in the seller's."""
    amounts = every(summation, "TaxTotalAmount")
    own = [one for one in amounts if one.get("currencyID", currency) == currency]
    return decimal_of((own[0].text or "").strip(), "TaxTotalAmount") if own else _ZERO


def _has_amount(line: Element) -> bool:
    return bool(text(line, f"{_LINE_SETTLEMENT}/{_LINE_SUM}/LineTotalAmount"))


def _line(line: Element) -> EInvoiceLine:
    quantity = first(line, f"{_LINE_DELIVERY}/BilledQuantity")
    settlement = first(line, _LINE_SETTLEMENT)
    return EInvoiceLine(
        item=text(line, "SpecifiedTradeProduct/Name"), amount=figure(settlement, f"{_LINE_SUM}/LineTotalAmount"),
        quantity=(quantity.text or "").strip() if quantity is not None else "",
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        unit_price=text(line, f"{_LINE_AGREEMENT}/NetPriceProductTradePrice/ChargeAmount"),
        tax_rate=text(
            settlement, "ApplicableTradeTax/RateApplicablePercent", "ApplicableTradeTax/ApplicablePercent"
        ),
    )  # fmt: skip
