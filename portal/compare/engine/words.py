"""What the words on a row say about it: charge, discount, tax, in the languages ledgers are written in."""

from __future__ import annotations

import re

from portal.compare.engine.ledger import LedgerRow

#: Cause → words, the most telling cause first. A word of a longer word counts in Chinese and German compounds.
_SAID = {
    "wrong_party_or_allocation": (
        r"wrong (?:customer|party|account|vendor|supplier|entity|company|invoice)|mis-?(?:posted|"
        r"allocated|applied|booked)|belongs? to|other (?:customer|company|entity|vendor|supplier)|"
        r"on account of|for account of|another (?:customer|vendor|supplier|company)|sister company|"
        r"串户|错户|错挂|挂错|记错户|他户|其他客户|其他单位|别的客户|误入|代付他|falsch(?:er|"
        r"es)? (?:konto|kunde|kreditor|debitor)|fremd(?:er|es)|fehlbuchung|mauvais (?:compte|client|"
        r"fournisseur)|imput[ée] [àa] tort|cuenta (?:equivocada|errónea)|cliente equivocado|mal aplicad"
    ),
    "bank_fee": (
        r"bank (?:charge|fee|cost)|wire fee|transfer fee|handling fee|\bour charges\b|charges deducted|"
        r"\bfees?\b|手续费|汇费|电汇费|工本费|账户管理费|银行费用|bankgebühr|gebühr|spesen|bankspesen|"
        r"frais (?:bancaires|de banque|de virement)|commission bancaire|comisi[óo]n|gastos bancarios"
    ),
    "discount": (
        r"discount|rebate|skonto|rabatt|bonus|escompte|remise|rabais|ristourne|descuento|pronto pago|"
        r"rappel|折扣|折让|返利|现金折扣|优惠"
    ),
    "rounding": (
        r"rounding|round(?:ed)? off|抹零|尾差|尾数|零头|rundung|centdifferenz|arrondi|redondeo|"
        r"small difference|小数差"
    ),
    "exchange": (
        r"exchange (?:rate|gain|loss|diff)|\bfx\b|forex|revaluation|currency diff|汇兑|汇率|汇差|"
        r"kursdifferenz|währungsdifferenz|kursgewinn|kursverlust|écart de change|perte de change|"
        r"gain de change|diferencia(?:s)? de cambio|tipo de cambio"
    ),
    "policy_or_tax": (
        r"withholding|\bwht\b|\btds\b|retention|tax (?:adj|diff|corr|rate|deduct|reclass)|\bvat (?:adj|"
        r"diff|corr|rate|on)|reverse charge|accrual|reclass|provision|write-?off|预扣|代扣|扣税|税差|"
        r"税额调整|税率|进项税|税金|暂估|计提|重分类|质保金|quellensteuer|steuer(?:differenz|"
        r"korrektur)|vorsteuer|rückstellung|abgrenzung|umbuchung|retenue|régularisation tva|"
        r"retenci[óo]n|ajuste (?:de )?iva|provisi[óo]n|penalty|interest|滞纳金|违约金|罚款"
    ),
    "part_payment": (
        r"part(?:ial)?[- ]?pay|part(?:ial)? settlement|instal+ment|on account\b|down ?payment|部分付款|"
        r"部分支付|部分收款|分期|首付|尾款|进度款|teilzahlung|anzahlung|abschlag|rate \d|acompte|"
        r"paiement partiel|versement partiel|pago parcial|a cuenta|anticipo|plazo \d|first half|"
        r"second half|balance to follow"
    ),
    "timing": (
        r"in transit|cut-?off|next (?:month|period)|previous (?:month|period)|在途|未达|跨月|次月|"
        r"下月入账|上月|unterwegs|folgemonat|vormonat|en transit|mois suivant|en tr[áa]nsito|"
        r"mes siguiente"
    ),
    "duplicate": (
        r"duplicate|\bcopy of\b|twice|double (?:booking|posting|entry)|重复|doppelt|doublon|duplicado|"
        r"en double"
    ),
    "entry_error": (
        r"reversal|reversed|storno|correction|error|typo|更正|冲销|冲回|录入错误|笔误|korrektur|"
        r"extourne|correcci[óo]n"
    ),
}  # fmt: skip
SAID = {cause: re.compile(pattern, re.IGNORECASE) for cause, pattern in _SAID.items()}
_PAYMENT = re.compile(
    r"pay(?:ment|mt)?\b|\bpmt\b|receipt|received|remit|transfer|\btt\b|\bwire\b|zahlung|überweisung|"
    r"eingang|paiement|règlement|virement|\bpago\b|cobro|transferencia|付款|收款|回款|汇款|转账|支付|"
    r"货款",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"invoice|\binv\b|\bbill\b|rechnung|\bre-?nr|facture|factura|发票|开票|销售|采购|入库|purchase|"
    r"\bsale",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"credit (?:note|memo)|gutschrift|avoir|nota de (?:crédito|abono)|abono|贷项|红字|退货|\bcn\b|"
    r"return",
    re.IGNORECASE,
)


def said_causes(row: LedgerRow) -> tuple[str, ...]:
    """Return the causes whose words stand on a row, the most telling first."""
    text = f"{row.kind} {row.text} {row.reference}"
    return tuple(cause for cause, pattern in SAID.items() if pattern.search(text))


def kind_of(row: LedgerRow) -> str:
    """Return ``invoice``, ``payment`` or ``credit_note``: by its words, else by its sign."""
    text = f"{row.kind} {row.text} {row.reference}"
    if _CREDIT.search(text):
        return "credit_note"
    if row.minor > 0:
        return "payment" if row.kind and _PAYMENT.search(row.kind) else "invoice"
    return "credit_note" if row.kind and _INVOICE.search(row.kind) else "payment"


def is_invoice_by_words(row: LedgerRow) -> bool:
    """Say whether the words on a row name an invoice and nothing that lowers what is owed."""
    text = f"{row.kind} {row.text} {row.reference}"
    return bool(_INVOICE.search(text)) and not _PAYMENT.search(text) and not _CREDIT.search(text)
