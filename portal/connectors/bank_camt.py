"""camt.052, .053 and .054 of every version, by local names: statements, notifications, entries and their details."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from portal.connectors.bank_camt_details import (
    account_of,
    bic_of,
    child,
    children,
    day_of,
    kind_of,
    minor_of,
    part_of,
    reference_of,
    shown,
    signed_minor,
    text_of,
)
from portal.connectors.bank_facts import (
    Closed,
    Entry,
    Event,
    Events,
    Opened,
    Problem,
    ReadOptions,
    Tally,
    WrongControlSum,
    left_out,
    refused,
    tidy,
)
from portal.connectors.limits import stream_xml
from portal.connectors.rules import UnreadableFile
from portal.errors import N_, Invalid
from portal.money import BadAmount

_REPORTS = {"Stmt": False, "Ntfctn": True, "Rpt": True}
_OPENING = ("OPBD", "PRCD", "ITBD")
_CLOSING = ("CLBD", "ITBD")


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
                self._from, self._until = (day_of(child(element, *names)) for names in (_FROM, _TO))
            case "Acct":
                self._account = account_of(element)
                self._currency = text_of(element, "Ccy").upper()
                self._bank = text_of(element, "Svcr", "FinInstnId", "Nm") or bic_of(element)
            case "Bal":
                self._take_balance(element)
            case "TxsSummry":
                self._totals = element
            case "Ntry":
                amount = child(element, "Amt")
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
        code = text_of(element, "Tp", "CdOrPrtry", "Cd") or text_of(element, "Tp", "CdOrPrtry", "Prtry")
        amount = child(element, "Amt")
        if code not in {*_OPENING, *_CLOSING} or amount is None:
            return
        currency = amount.get("Ccy", "").upper()
        minor = signed_minor(amount, element, currency)
        key = f"{code}/2" if code == "ITBD" and "ITBD" in self._balances else code
        self._balances.setdefault(key, (minor, currency, day_of(child(element, "Dt"))))

    def _take_entry(self, element: Element, number: int) -> Event:
        try:
            entry = _entry(element, number, self._currency)
        except Invalid as refusal:
            self._tally.is_whole = False
            self._others += 1
            return refused(number, "Ntry", refusal, shown(element))
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
            total = child(self._totals, name)
            stated = "" if total is None else text_of(total, "NbOfNtries").strip()
            if (
                stated.isdigit()
                and int(stated) != count + (self._others if name == "TtlNtries" else 0)
                and (name == "TtlNtries" or not self._others)
            ):
                raise WrongControlSum(
                    N_("The file says it holds %(stated)s entries but %(found)s are in it. Nothing was taken in."),
                    stated=stated, found=str(count + self._others),
                )  # fmt: skip
            amount = None if total is None or self._others else child(total, "Sum")
            if amount is not None and tally.is_whole and minor_of(amount, self._currency) != minor:
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
    status = text_of(element, "Sts", "Cd") or text_of(element, "Sts")
    if status.strip() in {"PDNG", "INFO", "FUTR"}:
        return left_out(number, N_("Not booked yet (%(state)s)."), shown(element), state=status.strip())
    amount = child(element, "Amt")
    if amount is None:
        raise BadAmount(N_("This entry has no amount."))
    currency = amount.get("Ccy", "").upper() or account_currency
    minor = signed_minor(amount, element, currency)
    booked = day_of(child(element, "BookgDt")) or day_of(child(element, "ValDt"))
    if booked is None:
        raise UnreadableFile(N_("This entry has no date."))
    details = [detail for group in children(element, "NtryDtls") for detail in children(group, "TxDtls")]
    parts = tuple(part_of(detail, minor, currency) for detail in details)
    sole = parts[0] if len(parts) == 1 else None
    extra = tidy(text_of(element, "AddtlNtryInf"))
    narrative = " · ".join(dict.fromkeys(part.narrative for part in parts if part.narrative))
    reference = reference_of(element, "AcctSvcrRef")
    if not reference and details and sole:
        reference = reference_of(details[0], "Refs", "AcctSvcrRef")
    return Entry(
        number, booked, day_of(child(element, "ValDt")) or booked, minor, currency,
        kind="collective" if len(parts) > 1 else kind_of(element, details),
        payer_name=sole.payer_name if sole else "", payer_account=sole.payer_account if sole else "",
        narrative=tidy(narrative or extra), reference=sole.reference if sole else "", bank_ref=reference,
        is_reversal=text_of(element, "RvslInd").strip().lower() in {"true", "1"}, parts=parts if len(parts) > 1 else (),
    )  # fmt: skip
