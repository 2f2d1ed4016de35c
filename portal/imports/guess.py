"""Guess which column of an unknown file is which: by the words of its header in four languages, then by its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.connectors.amounts import decimal_mark
from portal.connectors.dates import date_order, is_date
from portal.connectors.rules import SourceRow
from portal.connectors.tables import looks_like_amount
from portal.imports.layouts import plain


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
SIDES = ("debit", "credit", "balance", "direction")
_DATES = frozenset({"document_date", "due_date", "settled_date"})
_FIGURES = frozenset({"amount", "debit", "credit", "balance", "tax_amount"})
SAMPLES = 3

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


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A column of the file and what it may be.

    Attributes:
        column: Of the standard format, or ``debit``, ``credit``, ``balance``, ``direction``; empty = left out.
        is_doubtful: Whether a person should look: the header is not one we know word for word, or its cells differ.
    """

    place: int
    header: str
    samples: tuple[str, ...]
    column: str
    is_doubtful: bool


def guess_columns(
    header: Sequence[str], rows: Sequence[SourceRow], *, record: str
) -> tuple[ColumnGuess, ...]:
    """Guess the columns of a file.

    Args:
        header: Names of its columns.
        rows: Rows below; some dozens tell.
        record: ``documents`` or ``customers``.

    Returns:
        One guess a column that has a name, in order; no column of the standard format twice.
    """
    cells = [_column(rows, place) for place in range(len(header))]
    words = WORDS if record == "documents" else CUSTOMER_WORDS
    scores = [
        (score, place, column)
        for place, name in enumerate(header)
        for column, known in words.items()
        if (score := _score(plain(name), known, cells[place], column)) > 0
    ]
    taken: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for score, place, column in sorted(scores, key=lambda one: (-one[0], one[1])):
        if place not in taken and column not in used:
            taken[place] = (column, score)
            used.add(column)
    _drop_amount(taken)
    return tuple(
        ColumnGuess(
            place, name, tuple(cell for cell in cells[place] if cell)[:SAMPLES], *_told(taken.get(place))
        )
        for place, name in enumerate(header)
        if name
    )


def _told(found: tuple[str, float] | None) -> tuple[str, bool]:
    return ("", False) if found is None else (found[0], found[1] < 1)


def _drop_amount(taken: dict[int, tuple[str, float]]) -> None:
    """Where there are two sides, one amount beside them is not needed."""
    columns = {column for column, _ in taken.values()}
    if {"debit", "credit"} <= columns:
        for place in [place for place, (column, _) in taken.items() if column == "amount"]:
            del taken[place]


def _column(rows: Sequence[SourceRow], place: int) -> list[str]:
    return [row.cells[place] if place < len(row.cells) else "" for row in rows]


def _score(name: str, known: Sequence[str], cells: Sequence[str], column: str) -> float:
    """Return how well a header and its cells fit a column: above 1 sure, above 0 to be looked at."""
    if not name:
        return 0
    words = [plain(word) for word in known]
    if name in words:
        score = 1.5 - words.index(name) * 0.01
    elif any(word in name for word in words if len(word) > 2 or not word.isascii()):
        score = 0.6
    else:
        return 0
    filled = [cell for cell in cells if cell]
    if filled and column in _DATES:
        share = sum(map(is_date, filled)) / len(filled)
        return score if share >= 0.8 else score * share - 0.5
    if filled and column in _FIGURES:
        share = sum(map(looks_like_amount, filled)) / len(filled)
        return score if share >= 0.8 else score * share - 0.5
    return score


def guess_body(
    guesses: Sequence[ColumnGuess],
    rows: Sequence[SourceRow],
    *,
    record: str,
    kind: str = "",
    currency: str = "",
) -> dict[str, Any]:
    """Return the profile that these columns make, with the ways of dates and amounts as the cells show them."""
    by_column = {guess.column: guess.place for guess in guesses if guess.column}
    days = [cell for name in _DATES & by_column.keys() for cell in _column(rows, by_column[name])]
    figures = [cell for name in _FIGURES & by_column.keys() for cell in _column(rows, by_column[name])]
    return {
        "record": record,
        "date_order": date_order(filter(None, days)) or "ymd",
        "decimal": decimal_mark(filter(None, figures)) or ".",
        "kind": kind or ("" if "kind" in by_column or "debit" in by_column else "invoice"),
        "currency": currency,
    }
