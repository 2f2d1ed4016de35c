"""camt.052, .053 and .054 of every version, by local names: statements, notifications, entries and their details."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from portal.connectors.amounts import to_minor
from portal.connectors.bank_facts import (
    Closed,
    Entry,
    Event,
    Events,
    Opened,
    Part,
    Problem,
    ReadOptions,
    Tally,
    WrongControlSum,
    left_out,
    refused,
    tidy,
    tidy_account,
)
from portal.connectors.dates import read_date
from portal.connectors.limits import stream_xml
from portal.connectors.rules import UnreadableFile
from portal.errors import N_, Invalid
from portal.money import BadAmount

_REPORTS = {"Stmt": False, "Ntfctn": True, "Rpt": True}
_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF", "NOT PROVIDED", "KEINE INFORMATION VORHANDEN"})
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{0,18})?", re.ASCII)
_OPENING = ("OPBD", "PRCD", "ITBD")
_CLOSING = ("CLBD", "ITBD")
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


def read_camt(content: bytes, options: ReadOptions) -> Events:
    """Read a camt file; elements are dropped as soon as they are read, so that size costs no memory.

    Args:
        content: The XML.
        options: Currency where an account names none.

    Yields:
        For each statement Opened, its entries and refused entries, Closed.

    Raises:
        UnreadableFile: Not well-formed, no statement inside, or a control sum that does not fit.
    """
    found = False
    number = 0
    depth = 0
    reader: _Report | None = None
    path: list[Element] = []
    for event, element in stream_xml(content):
        if event == "start":
            element.tag = element.tag.rpartition("}")[2]  # local names from here on, whatever the version
            path.append(element)
            if reader is None and element.tag in _REPORTS and len(path) > 2:
                found, reader, depth = (
                    True,
                    _Report(is_notice=_REPORTS[element.tag], options=options),
                    len(path),
                )
            continue
        path.pop()
        if reader is None:
            continue
        if len(path) == depth:
            number += element.tag == "Ntry"
            yield from reader.take(element, number)
            path[-1].remove(element)
        elif len(path) == depth - 1:
            yield from reader.finish()
            path[-1].remove(element)
            reader = None
    if not found:
        raise UnreadableFile(N_("This XML file holds no bank statement (camt.052, .053 or .054)."))


class _Report:
    """One statement while its elements pass by: account, balances and totals come before or after the entries."""

    def __init__(self, *, is_notice: bool, options: ReadOptions) -> None:
        self._is_notice = is_notice
        self._options = options
        self._account = self._bank = self._currency = self._number = ""
        self._balances: dict[str, tuple[int, str, date | None]] = {}
        self._from: date | None = None
        self._until: date | None = None
        self._totals: Element | None = None
        self._tally = Tally()
        self._opened = False
        self._others = 0  # entries that were refused or are not booked yet

    def take(self, element: Element, number: int) -> Iterator[Event]:
        """Read one child of the statement."""
        match element.tag:
            case "Id":
                self._number = self._number or tidy(element.text or "", 60)
            case "LglSeqNb" | "ElctrncSeqNb":
                self._number = tidy(element.text or "", 60)
            case "FrToDt":
                self._from, self._until = (_day(_child(element, *names)) for names in (_FROM, _TO))
            case "Acct":
                self._account = _account(element)
                self._currency = _text(element, "Ccy").upper()
                self._bank = _text(element, "Svcr", "FinInstnId", "Nm") or _bic(element)
            case "Bal":
                self._take_balance(element)
            case "TxsSummry":
                self._totals = element
            case "Ntry":
                amount = _child(element, "Amt")
                yield from self._open("" if amount is None else amount.get("Ccy", "").upper())
                yield self._take_entry(element, number)

    def finish(self) -> Iterator[Event]:
        """Close the statement: balances and totals against its entries."""
        yield from self._open()
        self._check_totals()
        yield self._close()

    def _open(self, currency: str = "") -> Iterator[Event]:
        if self._opened:
            return
        self._opened = True
        known = next((currency for _, currency, _ in self._balances.values()), currency)
        self._currency = self._currency or known or self._options.likely
        yield Opened(self._account, self._currency, self._number, tidy(self._bank, 120), self._is_notice)

    def _take_balance(self, element: Element) -> None:
        code = _text(element, "Tp", "CdOrPrtry", "Cd") or _text(element, "Tp", "CdOrPrtry", "Prtry")
        amount = _child(element, "Amt")
        if code not in {*_OPENING, *_CLOSING} or amount is None:
            return
        currency = amount.get("Ccy", "").upper()
        minor = _signed(amount, element, currency)
        key = f"{code}/2" if code == "ITBD" and "ITBD" in self._balances else code
        self._balances.setdefault(key, (minor, currency, _day(_child(element, "Dt"))))

    def _take_entry(self, element: Element, number: int) -> Event:
        try:
            entry = _entry(element, number, self._currency)
        except Invalid as refusal:
            self._tally.is_whole = False
            self._others += 1
            return refused(number, "Ntry", refusal, _shown(element))
        if isinstance(entry, Problem):
            self._others += 1
            return entry
        self._tally.is_whole = self._tally.is_whole and entry.currency == self._currency
        return self._tally.add(entry)

    def _check_totals(self) -> None:
        """Compare with the totals that the statement states, where every entry of it counts."""
        if self._totals is None:
            return
        tally = self._tally
        for name, count, minor in (
            ("TtlNtries", tally.count, tally.credits + tally.debits),
            ("TtlCdtNtries", tally.credit_count, tally.credits),
            ("TtlDbtNtries", tally.count - tally.credit_count, tally.debits),
        ):
            total = _child(self._totals, name)
            stated = "" if total is None else _text(total, "NbOfNtries").strip()
            if (
                stated.isdigit()
                and int(stated) != count + (self._others if name == "TtlNtries" else 0)
                and (name == "TtlNtries" or not self._others)
            ):
                raise WrongControlSum(
                    N_("The file says it holds %(stated)s entries but %(found)s are in it. Nothing was taken in."),
                    stated=stated, found=str(count + self._others),
                )  # fmt: skip
            amount = None if total is None or self._others else _child(total, "Sum")
            if amount is not None and tally.is_whole and _minor(amount, self._currency) != minor:
                raise WrongControlSum(
                    N_("The file's control sum %(stated)s is not what its entries come to. Nothing was taken in."),
                    stated=tidy(amount.text or "", 40),
                )  # fmt: skip

    def _close(self) -> Closed:
        opening, closing = (self._balance(codes) for codes in (_OPENING, ("CLBD", "ITBD/2", "ITBD")))
        if "ITBD/2" not in self._balances and "ITBD" in self._balances:
            opening = self._balance(("OPBD", "PRCD"))
        return self._tally.close(opening, closing, from_on=self._from, until_on=self._until)

    def _balance(self, codes: tuple[str, ...]) -> int | None:
        for code in codes:
            if code in self._balances:
                minor, currency, _ = self._balances[code]
                return minor if currency in {"", self._currency} else None
        return None


_FROM = ("FrDtTm",)
_TO = ("ToDtTm",)


def _entry(element: Element, number: int, account_currency: str) -> Entry | Problem:
    status = _text(element, "Sts", "Cd") or _text(element, "Sts")
    if status.strip() in {"PDNG", "INFO", "FUTR"}:
        return left_out(number, N_("Not booked yet (%(state)s)."), _shown(element), state=status.strip())
    amount = _child(element, "Amt")
    if amount is None:
        raise BadAmount(N_("This entry has no amount."))
    currency = amount.get("Ccy", "").upper() or account_currency
    minor = _signed(amount, element, currency)
    booked = _day(_child(element, "BookgDt")) or _day(_child(element, "ValDt"))
    if booked is None:
        raise UnreadableFile(N_("This entry has no date."))
    details = [detail for group in _children(element, "NtryDtls") for detail in _children(group, "TxDtls")]
    parts = tuple(_part(detail, minor, currency) for detail in details)
    sole = parts[0] if len(parts) == 1 else None
    extra = tidy(_text(element, "AddtlNtryInf"))
    narrative = " · ".join(dict.fromkeys(part.narrative for part in parts if part.narrative))
    reference = _ref(element, "AcctSvcrRef")
    if not reference and details and sole:
        reference = _ref(details[0], "Refs", "AcctSvcrRef")
    return Entry(
        number, booked, _day(_child(element, "ValDt")) or booked, minor, currency,
        kind="collective" if len(parts) > 1 else _kind(element, details),
        payer_name=sole.payer_name if sole else "", payer_account=sole.payer_account if sole else "",
        narrative=tidy(narrative or extra), reference=sole.reference if sole else "", bank_ref=reference,
        is_reversal=_text(element, "RvslInd").strip().lower() in {"true", "1"}, parts=parts if len(parts) > 1 else (),
    )  # fmt: skip


def _part(detail: Element, entry_minor: int, currency: str) -> Part:
    """Read one payment; its other side is the debtor of money in and the creditor of money out."""
    sign = 1 if entry_minor >= 0 else -1
    people = _child(detail, "RltdPties")
    roles = ("Dbtr", "UltmtDbtr") if sign > 0 else ("Cdtr", "UltmtCdtr")
    named = "" if people is None else next(filter(None, (_party(people, role) for role in roles)), "")
    holder = None if people is None else _child(people, f"{roles[0]}Acct")
    return Part(
        amount_minor=sign * _part_amount(detail, currency, entry_minor),
        payer_name=tidy(named, 200),
        payer_account="" if holder is None else _account(holder),
        narrative=_remittance(detail),
        reference=_ref(detail, "Refs", "EndToEndId") or _ref(detail, "Refs", "InstrId"),
    )


def _part_amount(detail: Element, currency: str, entry_minor: int) -> int:
    places = (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
    for place in places:
        amount = _child(detail, *place)
        if amount is not None and amount.get("Ccy", currency).upper() == currency:
            minor = abs(_minor(amount, currency))
            if minor:
                return minor
    return abs(entry_minor)


def _remittance(detail: Element) -> str:
    info = _child(detail, "RmtInf")
    texts: list[str] = []
    if info is not None:
        texts += [child.text or "" for child in _children(info, "Ustrd")]
        for structured in _children(info, "Strd"):
            texts += [
                _text(structured, "CdtrRefInf", "Ref"),
                *(_text(document, "Nb") for document in _children(structured, "RfrdDocInf")),
                *(child.text or "" for child in _children(structured, "AddtlRmtInf")),
            ]
    texts.append(_text(detail, "AddtlTxInf"))
    return tidy(" ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip())))


def _kind(element: Element, details: list[Element]) -> str:
    code = next(
        (found for place in (element, *details) if (found := _child(place, "BkTxCd", "Domn")) is not None),
        None,
    )
    if code is None:
        return "other"
    family, sub = _text(code, "Fmly", "Cd"), _text(code, "Fmly", "SubFmlyCd")
    return _SUB_KINDS.get(sub) or _KINDS.get(family, "other")


def _signed(amount: Element, holder: Element, currency: str) -> int:
    side = _text(holder, "CdtDbtInd").strip()
    if side not in {"CRDT", "DBIT"}:
        raise BadAmount(N_("This entry says neither credit nor debit."))
    minor = _minor(amount, currency)
    return minor if side == "CRDT" else -minor


def _minor(amount: Element, currency: str) -> int:
    text = (amount.text or "").strip()
    if not _NUMBER.fullmatch(text):
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=tidy(text, 40))
    return to_minor(Decimal(text), currency)


def _day(element: Element | None) -> date | None:
    if element is None:
        return None
    text = (element.text or "").strip() or _text(element, "Dt").strip() or _text(element, "DtTm").strip()
    return read_date(text[:10]) if text else None


def _account(element: Element) -> str:
    return tidy_account(
        _text(element, "Id", "IBAN") or _text(element, "Id", "Othr", "Id") or _text(element, "Id")
    )


def _bic(element: Element) -> str:
    return _text(element, "Svcr", "FinInstnId", "BICFI") or _text(element, "Svcr", "FinInstnId", "BIC")


def _party(people: Element, role: str) -> str:
    name = _text(people, role, "Nm") or _text(people, role, "Pty", "Nm")
    return "" if name.strip().upper() in _NOTHING else name


def _ref(element: Element, *path: str) -> str:
    text = tidy(_text(element, *path), 140)
    return "" if text.upper() in _NOTHING else text


def _shown(element: Element) -> str:
    return " ".join(filter(None, (tidy(text, 80) for text in element.itertext())))


def _children(element: Element, name: str) -> Iterator[Element]:
    return element.iterfind(name)


def _child(element: Element, *path: str) -> Element | None:
    return element.find("/".join(path))


def _text(element: Element, *path: str) -> str:
    return element.findtext("/".join(path)) or ""
