"""Field 61 of MT940 by the library's tags: the line, its day, its amount, whatever the length of its references."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import mt940

from portal.connectors.amounts import to_minor
from portal.connectors.bank_facts import Entry, tidy
from portal.connectors.bank_mt940_details import Details
from portal.connectors.rules import UnreadableFile
from portal.errors import N_
from portal.money import BadAmount

_PLAIN, _ASNB, _GLS = mt940.tags.Statement(), mt940.tags.StatementASNB(), mt940.tags.StatementGLS()
_NO_REFERENCE = frozenset({"", "NONREF", "NOREF", "EREF", "KREF", "KREF+", "NOTPROVIDED", "NON REF"})
_KINDS = {
    "CHK": "cheque", "TRF": "transfer", "CHG": "fee", "COM": "fee", "INT": "interest", "RTI": "return", "DDT": "debit",
    "CLR": "cheque", "BRF": "fee",
}  # fmt: skip


def read_line(text: str, account: str) -> dict[str, str]:
    """Let the library read a :61: line; the tag for long references where the line shows one."""
    bare = text.rstrip()
    first = bare.split("\n", 1)[0]
    behind = re.sub(r"^\d{6}(?:\d{4}|\s{4})?R?[DCE]?[DC][A-Z]?[ ]?[\d,]+[A-Z][A-Z0-9 ]{3}", "", first)
    is_long = "//" not in behind and len(behind) > 16
    tags = (_ASNB, _PLAIN) if is_long or "ASNB" in account else (_PLAIN, _GLS, _ASNB)
    folded = bare if bare.count("\n") < 2 else first + "\n" + " ".join(bare.split("\n")[1:])
    for tag in tags:
        try:
            groups = tag.parse(mt940.models.Transactions(), folded)
        except RuntimeError:
            continue
        return {name: (value or "").strip() for name, value in groups.items()}
    raise UnreadableFile(N_("This statement line cannot be read."))


def entry_of(currency: str, no: int, groups: dict[str, str], details: Details) -> Entry:
    """Return the entry of a line that was read, in the currency of its statement."""
    minor = minor_of(groups["amount"], currency)
    status = groups["status"].upper()
    is_reversal = status.startswith("R")
    value_on = day_of(groups["year"], groups["month"], groups["day"])
    booked_on = _entry_day(value_on, groups.get("entry_month", ""), groups.get("entry_day", ""))
    own, bank = tidy(groups.get("customer_reference", ""), 140), tidy(groups.get("bank_reference", ""), 140)
    return Entry(
        no, booked_on, value_on, minor if status.endswith("C") != is_reversal else -minor, currency,
        kind=_KINDS.get(groups.get("id", "")[1:].strip(), "other"), payer_name=details.name,
        payer_account=details.account, narrative=details.text,
        reference=details.reference or ("" if own.upper() in _NO_REFERENCE or own == details.account else own),
        bank_ref="" if bank.upper() in _NO_REFERENCE else bank, is_reversal=is_reversal,
    )  # fmt: skip


def minor_of(amount: str, currency: str) -> int:
    """Return an amount of the file in minor units."""
    whole, _, rest = amount.partition(",")
    if not whole.isdecimal() or (rest and not rest.isdecimal()):
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=tidy(amount, 40))
    return to_minor(Decimal(f"{whole}.{rest or 0}"), currency)


def day_of(year: str, month: str, day: str) -> date:
    """Return the day; 30 February, which banks with months of 30 days write, is the last of February."""
    try:
        full = 2000 + int(year)
        if month == "02" and int(day) in {29, 30}:
            is_leap = full % 4 == 0 and (full % 100 != 0 or full % 400 == 0)
            return date(full, 2, 29 if is_leap else 28)
        return date(full, int(month), int(day))
    except ValueError:
        raise UnreadableFile(
            N_("“%(text)s” is not a day of the calendar."), text=f"{year}{month}{day}"
        ) from None


def _entry_day(value_on: date, month: str, day: str) -> date:
    """Return the booking day, which the line states without its year: the one nearest to the value day."""
    if not (month.isdecimal() and day.isdecimal()):
        return value_on
    days = (day_of(f"{(value_on.year + shift) % 100:02d}", month, day) for shift in (0, -1, 1))
    return min(days, key=lambda found: abs((found - value_on).days))
