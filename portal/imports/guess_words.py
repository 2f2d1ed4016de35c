"""Words that columns, kinds, openings and totals are called by, in Chinese, English, German and French."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in text.split("|"))


#: Column → words of headers, zh · en · de · fr; the first that is there word for word is sure.
WORDS: dict[str, tuple[str, ...]] = {
    "document_no": _words(
        """
        单据编号 | 单据号 | 发票号 | 发票号码 | 凭证号 | 编号 | document no | document number | invoice no |
        invoice number | invoiceno | invoice | invoice id | number | no. | doc no |
        belegnr | belegnummer | rechnungsnr | rechnungsnummer | beleg | numéro | n°
        facture | numéro de facture | n° pièce | arid
        """
    ),
    "document_date": _words(
        """
        单据日期 | 开票日期 | 日期 | 业务日期 | 记账日期 | document date | invoice date | invoicedate | date
        | posting date | belegdatum | rechnungsdatum | datum | buchungsdatum | date de
        facture | date facture
        """
    ),
    "due_date": _words(
        """
        到期日 | 到期日期 | 付款期限 | due date | duedate | due | payment due | fällig | fälligkeit |
        fälligkeitsdatum | échéance | date d'échéance
        """
    ),
    "settled_date": _words(
        """
        结清日期 | 收款日期 | settled date | settleddate | received date | receiveddate | paid on
        | bezahlt am | date de paiement
        """
    ),
    "customer_no": _words(
        """
        客户编码 | 客户编号 | 客户代码 | 往来单位编码 | customer no | customer number | customerid |
        customer id | account | account number | kundennr | kundennummer | debitor | konto
        | code client | n° client | compte
        """
    ),
    "customer_name": _words(
        """
        客户名称 | 客户 | 往来单位 | 购方名称 | customer name | customer | company | kunde | kundenname
        | name | client | nom du client | raison sociale
        """
    ),
    "kind": _words(
        """
        单据类型 | 类型 | 业务类型 | type | kind | document type | belegart | art | type de pièce
        """
    ),
    "currency": _words(
        """
        币种 | 币别 | currency | currency code | curr | währung | devise | monnaie
        """
    ),
    "amount": _words(
        """
        金额 | 价税合计 | 含税金额 | 应收金额 | 总金额 | amount | total | gross | gross amount | invoice
        amount | betrag | gesamtbetrag | brutto | bruttobetrag | montant | montant ttc |
        total ttc
        """
    ),
    "debit": _words(
        """
        借方 | 借方金额 | 本期应收 | 应收增加 | debit | dr | soll | débit
        """
    ),
    "credit": _words(
        """
        贷方 | 贷方金额 | 本期收款 | 收款 | credit | cr | haben | crédit
        """
    ),
    "balance": _words(
        """
        余额 | 期末余额 | balance | saldo | solde
        """
    ),
    "direction": _words(
        """
        方向 | 借贷 | 借/贷 | dc | d/c | s/h
        """
    ),
    "tax_amount": _words(
        """
        税额 | 税金 | tax | vat | tax amount | mwst | ust | steuer | tva | montant tva
        """
    ),
    "tax_invoice_no": _words(
        """
        发票号码 | 税票号 | 发票代码 | tax invoice no | fapiao no
        """
    ),
    "order_no": _words(
        """
        订单号 | 采购订单号 | 销售订单 | order | order no | po | po number | purchase order |
        bestellung | bestellnr | commande | n° commande
        """
    ),
    "description": _words(
        """
        摘要 | 备注 | 说明 | 内容 | description | text | memo | notes | beschreibung |
        buchungstext | libellé | description de la pièce
        """
    ),
    "reference": _words(
        """
        参考 | 参考号 | reference | ref | referenz | référence
        """
    ),
    "exchange_rate": _words(
        """
        汇率 | exchange rate | rate | kurs | taux
        """
    ),
    "department": _words(
        """
        部门 | department | abteilung | service
        """
    ),
    "project": _words(
        """
        项目 | project | projekt | projet
        """
    ),
    "method": _words(
        """
        结算方式 | 付款方式 | payment method | mode | zahlungsart | mode de paiement
        """
    ),
    "item": _words(
        """
        品名 | 物料名称 | 商品 | item | product | artikel | article | stockcode
        """
    ),
    "quantity": _words(
        """
        数量 | quantity | qty | menge | quantité
        """
    ),
    "unit_price": _words(
        """
        单价 | 含税单价 | unit price | unitprice | price | einzelpreis | preis | prix unitaire
        """
    ),
}


CUSTOMER_WORDS: dict[str, tuple[str, ...]] = {
    "number": WORDS["customer_no"],
    "name": WORDS["customer_name"],
    "currency": WORDS["currency"],
    "name_en": _words(
        """
        英文名称 | english name
        """
    ),
    "country": _words(
        """
        国家 | country | land | pays
        """
    ),
    "tax_no": _words(
        """
        纳税人识别号 | 税号 | 统一社会信用代码 | tax number | tax id | vat number | ust-idnr | n° tva |
        stceg
        """
    ),
    "street_address": _words(
        """
        地址 | 详细地址 | address | street | straße | adresse
        """
    ),
    "terms_days": _words(
        """
        账期 | 付款天数 | terms | payment terms | zahlungsziel | délai
        """
    ),
    "contact_name": _words(
        """
        联系人 | 姓名 | contact | contact name | ansprechpartner
        """
    ),
    "contact_email": _words(
        """
        邮箱 | 电子邮件 | email | e-mail | mail | courriel | smtp_addr
        """
    ),
    "contact_phone": _words(
        """
        电话 | 手机 | phone | mobile | telefon | téléphone | telf1
        """
    ),
    "contact_job_title": _words(
        """
        职务 | title | job title | position | funktion | fonction
        """
    ),
}


#: Words for kinds as bookkeepers write them.
KIND_WORDS = {
    "invoice": "invoice", "发票": "invoice", "应收单": "invoice", "销售发票": "invoice", "销货单": "invoice",
    "rechnung": "invoice", "facture": "invoice", "Invoice": "invoice", "Rechnung": "invoice", "Facture": "invoice",
    "credit note": "credit_note", "Credit Note": "credit_note", "Credit note": "credit_note", "贷项": "credit_note",
    "红字发票": "credit_note", "Gutschrift": "credit_note", "Avoir": "credit_note", "receipt": "receipt",
    "Receipt": "receipt", "Payment": "receipt", "payment": "receipt", "收款单": "receipt", "收款": "receipt",
    "Zahlung": "receipt", "Paiement": "receipt", "Refund": "refund", "退款": "refund", "Erstattung": "refund",
}  # fmt: skip


OPENING_WORDS = _words(
    """
    期初余额 | 上期结转 | 上年结转 | opening balance | balance forward | Saldovortrag | Anfangsbestand
    | Report à nouveau | solde initial
    """
)


TOTAL_WORDS = _words(
    "合计 | 总计 | 小计 | 本月合计 | 本期合计 | Total | Grand total | Subtotal | Summe | Gesamt | Sous-total"
)
