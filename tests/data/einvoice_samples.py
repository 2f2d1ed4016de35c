"""Electronic invoices made up here: UBL, CII, 数电票 XML, OFD, and a PDF that carries one."""

from __future__ import annotations

import io
import zipfile

from pypdf import PdfWriter

SELLER, SELLER_TAX = "Our company", "DE 811.111.111"
BUYER, BUYER_TAX = "Globex GmbH", "DE999888777"


def ubl(
    number: str = "INV-7", *, total: str = "119.00", tax: str = "19.00", prepaid: str = "0.00", currency: str = "EUR",
    seller_tax: str = "DE811111111", buyer: str = BUYER, buyer_tax: str = BUYER_TAX, is_credit: bool = False,
    corrects: str = "",
) -> bytes:  # fmt: skip
    """Return a UBL 2.1 invoice or credit note with one line."""
    root, line, quantity = (
        ("CreditNote", "CreditNoteLine", "CreditedQuantity")
        if is_credit
        else ("Invoice", "InvoiceLine", "InvoicedQuantity")
    )
    net = f"{float(total) - float(tax):.2f}"
    payable = f"{float(total) - float(prepaid):.2f}"
    reference = (
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{corrects}</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>" if corrects else ""
    )  # fmt: skip
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-02-10</cbc:IssueDate>
{"" if is_credit else "<cbc:DueDate>2026-03-12</cbc:DueDate>"}
<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode><cac:OrderReference><cbc:ID>PO-5</cbc:ID></cac:OrderReference>
{reference}
<cac:AccountingSupplierParty><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>{seller_tax}</cbc:CompanyID><cac:TaxScheme>
<cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>{SELLER}</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode>
</cac:Country></cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>{buyer_tax}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID>
</cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>{buyer}</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="{currency}">{tax}</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount>{net}</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount>{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount>{total}</cbc:TaxInclusiveAmount><cbc:PrepaidAmount>{prepaid}</cbc:PrepaidAmount>
<cbc:PayableAmount>{payable}</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="C62">2</cbc:{quantity}><cbc:LineExtensionAmount>{net}
</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>Pump</cbc:Name></cac:Item><cac:Price><cbc:PriceAmount>50.00</cbc:PriceAmount></cac:Price></cac:{line}>
</{root}>""".encode()


def fapiao(
    number: str = "26332000000012345678", *, total: str = "1130.00", tax: str = "130.00",
    seller_tax: str = "91310115MA1K4ABC12", buyer: str = "埃克米商贸", buyer_tax: str = "91320000MA1ACME001",
) -> bytes:  # fmt: skip
    """Return a 数电票 as its XML; a negative total is a red one (红字)."""
    net = f"{float(total) - float(tax):.2f}"
    return f"""<?xml version="1.0" encoding="utf-8"?><EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>
<SellerInformation><SellerIdNum>{seller_tax}</SellerIdNum><SellerName>澄川精工</SellerName></SellerInformation>
<BuyerInformation><BuyerIdNum>{buyer_tax}</BuyerIdNum><BuyerName>{buyer}</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{net}</TotalAmWithoutTax><TotalTaxAm>{tax}</TotalTaxAm>
<TotalTax-includedAmount>{total}</TotalTax-includedAmount><RequestTime>2026-02-11 10:20:30</RequestTime>
</BasicInformation>
<IssuItemInformation><ItemName>*通用设备*丝杠</ItemName><MeaUnits>件</MeaUnits><Quantity>10</Quantity><UnPrice>100</UnPrice>
<Amount>{net}</Amount><TaxRate>0.13</TaxRate><ComTaxAm>{tax}</ComTaxAm></IssuItemInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>2026-02-11</IssueTime>
</TaxSupervisionInfo></EInvoice>""".encode()


def ofd(*, total: str = "1060.00") -> bytes:
    """Return an OFD whose cover carries the facts of an invoice."""
    facts = {
        "发票代码": "031002600111", "发票号码": "87654321", "合计金额": "1000.00", "价税合计": total,
        "开票日期": "2026年02月12日", "购买方名称": "埃克米商贸", "购买方纳税人识别号": "91320000MA1ACME001",
        "销售方名称": "澄川精工", "销售方纳税人识别号": "91310115MA1K4ABC12",
    }  # fmt: skip
    rows = "".join(f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>' for name, value in facts.items())
    cover = (
        '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocInfo><ofd:CustomDatas>'
        f"{rows}</ofd:CustomDatas></ofd:DocInfo></ofd:DocBody></ofd:OFD>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", cover)
    return buffer.getvalue()


def pdf(xml: bytes, name: str = "factur-x.xml") -> bytes:
    """Return a PDF with an invoice attached, as Factur-X has it."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_attachment(name, xml)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def cii(number: str = "INV-8", *, total: str = "119.00", tax: str = "19.00") -> bytes:
    """Return a cross industry invoice without lines."""
    net = f"{float(total) - float(tax):.2f}"
    return f"""<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>
<udt:DateTimeString format="102">20260210</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>{SELLER}</ram:Name>
<ram:SpecifiedTaxRegistration>
<ram:ID schemeID="VA">DE811111111</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>{BUYER}</ram:Name></ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>{net}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">{tax}</ram:TaxTotalAmount><ram:GrandTotalAmount>{total}</ram:GrandTotalAmount>
<ram:DuePayableAmount>{total}</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()
