"""Pieces of a camt entry: amounts, days, accounts, parties, references and the payments inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from portal.connectors.amounts import to_minor
from portal.connectors.bank_facts import Part, tidy, tidy_account
from portal.connectors.dates import read_date
from portal.errors import N_
from portal.money import BadAmount

_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF", "NOT PROVIDED", "KEINE INFORMATION VORHANDEN"})
_KINDS = {
    "ACMT": "fee", "RDDT": "debit", "IDDT": "debit", "CCRD": "card", "MCRD": "card", "CNTR": "cash", "RCHQ": "cheque",
    "ICHQ": "cheque", "RCDT": "transfer", "ICDT": "transfer", "RRCT": "transfer", "IRCT": "transfer",
}  # fmt: skip
_SUB_KINDS = {
    "CHRG": "fee",
    "COMM": "fee",
    "FEES": "fee",
    "INTR": "interest",
    "RRTN": "return",
    "UPDD": "return",
}


_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{0,18})?", re.ASCII)


def part_of(detail: Element, entry_minor: int, currency: str) -> Part:
    """Read one payment; its other side is the debtor of money in and the creditor of money out."""
    sign = 1 if entry_minor >= 0 else -1
    people = child(detail, "RltdPties")
    roles = ("Dbtr", "UltmtDbtr") if sign > 0 else ("Cdtr", "UltmtCdtr")
    named = "" if people is None else next(filter(None, (_party(people, role) for role in roles)), "")
    holder = None if people is None else child(people, f"{roles[0]}Acct")
    return Part(
        amount_minor=sign * _part_amount(detail, currency, entry_minor),
        payer_name=tidy(named, 200),
        payer_account="" if holder is None else account_of(holder),
        narrative=_remittance(detail),
        reference=reference_of(detail, "Refs", "EndToEndId") or reference_of(detail, "Refs", "InstrId"),
    )


def _part_amount(detail: Element, currency: str, entry_minor: int) -> int:
    places = (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
    for place in places:
        amount = child(detail, *place)
        if amount is not None and amount.get("Ccy", currency).upper() == currency:
            minor = abs(minor_of(amount, currency))
            if minor:
                return minor
    return abs(entry_minor)


def _remittance(detail: Element) -> str:
    info = child(detail, "RmtInf")
    texts: list[str] = []
    if info is not None:
        texts += [child.text or "" for child in children(info, "Ustrd")]
        for structured in children(info, "Strd"):
            texts += [
                text_of(structured, "CdtrRefInf", "Ref"),
                *(text_of(document, "Nb") for document in children(structured, "RfrdDocInf")),
                *(child.text or "" for child in children(structured, "AddtlRmtInf")),
            ]
    texts.append(text_of(detail, "AddtlTxInf"))
    return tidy(" ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip())))


def kind_of(element: Element, details: list[Element]) -> str:
    """Return the kind that the bank's code of the entry tells."""
    code = next(
        (found for place in (element, *details) if (found := child(place, "BkTxCd", "Domn")) is not None),
        None,
    )
    if code is None:
        return "other"
    family, sub = text_of(code, "Fmly", "Cd"), text_of(code, "Fmly", "SubFmlyCd")
    return _SUB_KINDS.get(sub) or _KINDS.get(family, "other")


def signed_minor(amount: Element, holder: Element, currency: str) -> int:
    """Return an amount in minor units, negative for a debit."""
    side = text_of(holder, "CdtDbtInd").strip()
    if side not in {"CRDT", "DBIT"}:
        raise BadAmount(N_("This entry says neither credit nor debit."))
    minor = minor_of(amount, currency)
    return minor if side == "CRDT" else -minor


def minor_of(amount: Element, currency: str) -> int:
    """Return an amount in minor units as it stands."""
    text = (amount.text or "").strip()
    if not _NUMBER.fullmatch(text):
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=tidy(text, 40))
    return to_minor(Decimal(text), currency)


def day_of(element: Element | None) -> date | None:
    """Return the day of a date or instant; None where there is none."""
    if element is None:
        return None
    text = (element.text or "").strip() or text_of(element, "Dt").strip() or text_of(element, "DtTm").strip()
    return read_date(text[:10]) if text else None


def account_of(element: Element) -> str:
    """Return the IBAN, or the other number, of an account."""
    return tidy_account(
        text_of(element, "Id", "IBAN") or text_of(element, "Id", "Othr", "Id") or text_of(element, "Id")
    )


def bic_of(element: Element) -> str:
    """Return the BIC of the account's bank."""
    return text_of(element, "Svcr", "FinInstnId", "BICFI") or text_of(element, "Svcr", "FinInstnId", "BIC")


def _party(people: Element, role: str) -> str:
    name = text_of(people, role, "Nm") or text_of(people, role, "Pty", "Nm")
    return "" if name.strip().upper() in _NOTHING else name


def reference_of(element: Element, *path: str) -> str:
    """Return a reference that says something."""
    text = tidy(text_of(element, *path), 140)
    return "" if text.upper() in _NOTHING else text


def shown(element: Element) -> str:
    """Return the texts of an element, for people to know it by."""
    return " ".join(filter(None, (tidy(text, 80) for text in element.itertext())))


def children(element: Element, name: str) -> Iterator[Element]:
    """Walk the children of a name."""
    return element.iterfind(name)


def child(element: Element, *path: str) -> Element | None:
    """Return the first element on a path."""
    return element.find("/".join(path))


def text_of(element: Element, *path: str) -> str:
    """Return the text of the first element on a path."""
    return element.findtext("/".join(path)) or ""
