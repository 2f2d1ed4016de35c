"""What a column of a ledger can be, and the names bookkeepers give it in five languages; as data."""

from __future__ import annotations

import re

from portal.errors import N_

#: Role → English label, in the order of the drop-down.
ROLES = {
    "day": N_("Date"),
    "number": N_("Document number"),
    "other": N_("Another number"),
    "text": N_("Text"),
    "kind": N_("Type of entry"),
    "debit": N_("Debit"),
    "credit": N_("Credit"),
    "amount": N_("Amount, one column"),
    "side": N_("Debit or credit, as a word"),
    "balance": N_("Running balance"),
    "party": N_("Account or company"),
    "currency": N_("Currency"),
    "year": N_("Year"),
    "month": N_("Month"),
    "month_day": N_("Day of the month"),
    "ignore": N_("Not used"),
}
#: Roles that one column at most can have.
SINGLE = frozenset({"day", "number", "debit", "credit", "amount", "side", "balance", "kind", "party", "currency",
                    "year", "month", "month_day"})  # fmt: skip

#: Role → names, tried in this order; the first that is found decides.
_NAMES = (
    ("ignore", (
        r"due|fällig|échéance|echeance|vencim|到期|days? late|overdue|outstanding|ageing|逾期|账龄|"
        r"status|on ?time|terms|账期|\brate\b|汇率|kurs|\bline\b|行号|序号|^no\.?$|^nr\.?$|^#$|^sl|"
        r"received ?date|cleared|period|期间$|steuer|\bvat\b|\btax\b(?! inv)|税额|税率|\biva\b|\btva\b|mwst|"
        r"quantity|数量|menge|单价|unit price|created|modified|制单|审核|附件|核销"
    )),
    ("side", (
        r"^(?:方向|借/?贷|借贷(?:方向|标志)?|收付|d/?c|dr/?cr|s/?h|soll/haben|sens|debe/haber|d/h|"
        r"direction|dr or cr)$"
    )),
    ("balance", r"balance|saldo|solde|余额|结余|kontostand"),
    ("debit", (
        r"debit|\bdr\b|\bsoll\b|débit|\bdebe\b|\bcargos?\b|借方?|charges?$|应收金额|本期应收|增加|^in$|"
        r"\binvoiced\b|开票"
    )),
    ("credit", (
        r"credit|\bcr\b|\bhaben\b|crédit|\bhaber\b|\babonos?\b|贷方?|payments?$|已收|收款金额|本期收款|"
        r"减少|^out$|^paid$"
    )),
    ("amount", (
        r"amount|betrag|montant|importe|金额|\btotal\b|\bvalue\b|\bsum(?:me)?\b|价税合计|gross|brutto|"
        r"bedrag|importo"
    )),
    ("currency", r"currency|\bcurr\b|währung|devise|moneda|divisa|币种|币别|货币|^ccy$|^wrg$"),
    ("month_day", r"^(?:日|tag|day|jour|día)$"),
    ("month", r"^(?:月|月份|monat|month|mois|mes)$"),
    ("year", r"^(?:年|年份|年度|jahr|year|année|año|\d{4}\s?年?)$"),
    ("day", r"date|datum|fecha|日期|记账日|业务日|valuta|\bdata\b|时间|^day$"),
    ("other", (
        r"order|\bp\.?o\.?\b|purchase|bestell|auftrag|commande|pedido|订单|合同|contract|tax invoice|"
        r"发票号码|税票|external|your ref|ihre|votre|su ref|对方单号|客户单号|回单|bank ref|our ref"
    )),
    ("kind", r"\btype\b|\btyp\b|\bart\b|belegart|\bkind\b|类型|类别|nature|\btipo\b|clase|摘要类"),
    ("number", (
        r"invoice|rechnung|facture|factura|document|beleg|pièce|piece|voucher|reference|\bref\b|"
        r"referenz|référence|referencia|单据|单号|发票|票号|凭证|编号|字号|\bdoc\b|\bid\b|number|"
        r"\bnr\b|nummer|numéro|número|n[°º]|arid|\bno\b"
    )),
    ("party", (
        r"customer|vendor|supplier|account|\bname\b|kunde|lieferant|kreditor|debitor|client|"
        r"fournisseur|proveedor|cliente|客户|供应商|往来单位|单位|对方户名|公司|partner|konto|compte|"
        r"cuenta|科目"
    )),
    ("text", (
        r"descri|text|memo|narrat|particular|detail|摘要|说明|备注|用途|buchungstext|verwendungszweck|"
        r"libell|concepto|betreff|bezeichn|comment|note|remark|bemerkung|objet|intitul"
    )),
)  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
NAMES = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _NAMES)
#: Among columns that all look like the row's own number, the better names first.
_BETTER_NUMBERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"invoice|rechnung|facture|factura|发票|arid",
        r"单据|单号|document|\bdoc\b|beleg|pièce|piece",
        r"reference|\bref\b|referenz|référence|referencia|编号",
        r"number|\bno\b|\bid\b|nr|nummer",
        r"凭证|voucher|字号",
    )
)

OPENING = re.compile(
    r"期初|年初|月初|上年结转|上期结转|承前页|结转(?:余额)?$|opening|brought? ?f(?:or)?w(?:ar)?d|"
    r"brought forward|\bb/?f\b|saldovortrag|vortrag|eröffnung|anfangs(?:saldo|bestand)|à nouveau|"
    r"a nouveau|report (?:à|de)|solde (?:initial|d'ouverture|précédent|antérieur)|saldo (?:inicial|"
    r"anterior|de apertura)|asiento de apertura|balance forward|previous balance",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"合\s*计|总\s*计|小\s*计|累\s*计|本月发生|期末|结转下|过次页|closing|carried? ?f(?:or)?w(?:ar)?d|"
    r"carried forward|\bc/?f\b|(?:sub|grand ?)?\btotals?\b|end(?:saldo|bestand)|schluss(?:saldo|"
    r"bestand)|zwischensumme|\bsumme\b|saldo (?:final|zum|per|de cierre)|solde (?:final|de clôture|"
    r"au )|sous-total|total général|ending balance|balance due|final balance|balance at|"
    r"balance as (?:at|of)",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"期末|结转下年|closing|carried forward|\bc/?f\b|end(?:saldo|bestand)|schluss(?:saldo|bestand)|"
    r"saldo (?:final|zum|per|de cierre)|solde (?:final|de clôture|au )|ending balance|balance due|"
    r"final balance|balance at|balance as",
    re.IGNORECASE,
)
CREDIT_SIDE = re.compile(r"^\s*(?:贷|cr?|credit|h|haben|haber|crédit|c|付|减|-)\s*\.?$", re.IGNORECASE)
LOWERING_KIND = re.compile(
    r"pay|receipt|pmt|credit|zahlung|eingang|gutschrift|überweisung|paiement|règlement|virement|avoir|"
    r"pago|cobro|abono|transfer|收款|付款|回款|贷项|红字|退货|refund|折让|zg|dz|skonto|discount",
    re.IGNORECASE,
)
RAISING_KIND = re.compile(
    r"invoice|\binv\b|rechnung|facture|factura|发票|应收|销售|采购|入库|bill|debit|charge|rv|dr\b|出库",
    re.IGNORECASE,
)


def role_of_name(name: str) -> str:
    """Return the role that a column's name says; empty when it says none."""
    spaced = _CAMEL.sub(" ", name)
    return next((role for role, pattern in NAMES if name and pattern.search(spaced)), "")


def number_rank(name: str) -> int:
    """Return how good a name is for the row's own number; 0 is best."""
    return next(
        (rank for rank, pattern in enumerate(_BETTER_NUMBERS) if pattern.search(name)), len(_BETTER_NUMBERS)
    )
