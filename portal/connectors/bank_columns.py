"""The names banks give their columns, in nine languages, and the part each column plays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from portal.money import CURRENCY_DIGITS

#: Parts a column can play, in the order a page lists them.
ROLES = (
    "booked", "value", "amount", "paid_in", "paid_out", "side", "balance", "currency", "payer_name", "payer_account",
    "narrative", "reference", "bank_ref", "status", "account",
)  # fmt: skip

_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]{0,20})[)）\]】]")
_CURRENCY_NAMES = {
    "人民币": "CNY", "元": "CNY", "人民币元": "CNY", "美元": "USD", "欧元": "EUR", "港币": "HKD", "港元": "HKD",
    "日元": "JPY", "英镑": "GBP", "rmb": "CNY", "¥": "CNY", "￥": "CNY", "€": "EUR", "$": "USD", "£": "GBP",
    "円": "JPY",
    "新加坡元": "SGD", "澳元": "AUD", "加元": "CAD", "瑞士法郎": "CHF", "kč": "CZK", "zł": "PLN",
}  # fmt: skip


def fold(name: str) -> str:
    """Return a column's name as it is looked up: small letters, blanks folded, no currency in brackets."""
    text = unicodedata.normalize("NFC", name).casefold().strip(" ,;:*.\ufeff")
    text = _BRACKETS.sub(lambda found: "" if read_currency(found[1]) else found[1], text)
    head, _, last = text.rpartition(" ")
    if head and len(last) == 3 and last.upper() in CURRENCY_DIGITS:
        text = head
    return " ".join(text.split())


def read_currency(text: str) -> str:
    """Return the ISO code of a currency written as code, sign or Chinese name; empty when it is none."""
    bare = text.strip().casefold()
    if len(bare) == 3 and bare.upper() in CURRENCY_DIGITS:
        return bare.upper()
    return _CURRENCY_NAMES.get(bare, "")


def currency_in(name: str) -> str:
    """Return the currency that a column's name carries: ``Withdrawals (SGD)``, ``Amount CZK``."""
    for found in _BRACKETS.findall(name):
        if code := read_currency(found):
            return code
    last = name.rpartition(" ")[2]
    return last if len(last) == 3 and last.isupper() and last in CURRENCY_DIGITS else ""


def _read_words() -> dict[str, dict[str, int]]:
    """Return part → folded name → rank, from the list beside this module."""
    known: dict[str, dict[str, int]] = {role: {} for role in ROLES}
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            role, _, names = line.partition("\t")
            for name in names.split("|"):
                known[role].setdefault(fold(name), len(known[role]))
    return known


_KNOWN = _read_words()
_ALL = frozenset(name for names in _KNOWN.values() for name in names)
_INSIDE = {
    "paid_out": re.compile(r"withdraw|paid out|支出|借方|débit|debit"),
    "paid_in": re.compile(r"deposit|paid in|收入|贷方|crédit|credit"),
    "booked": re.compile(r"日期|\bdate\b|datum|fecha"),
    "amount": re.compile(r"金额|amount|betrag|montant|importe"),
    "narrative": re.compile(r"摘要|说明|descri|detail|narrat|text|memo|purpose|zweck"),
    "balance": re.compile(r"余额|balance|saldo|solde"),
}


def is_known(name: str) -> bool:
    """Say whether a name is one that some bank gives a column."""
    return fold(name) in _ALL


def roles_of(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return which columns play which part.

    Args:
        names: The header.

    Returns:
        Part → places, counted from 0; several only for the narrative, one for all others.
    """
    folded = [fold(name) for name in names]
    found: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for role in ROLES:
        ranked = sorted(
            (rank, place)
            for place, name in enumerate(folded)
            if (rank := _KNOWN[role].get(name)) is not None and place not in taken
        )
        if not ranked:
            continue
        places = tuple(place for _, place in ranked) if role == "narrative" else (ranked[0][1],)
        found[role] = places
        taken.update(places)
    for role, pattern in _INSIDE.items():
        if role not in found and not (role == "amount" and "paid_in" in found):
            place = next(
                (p for p, name in enumerate(folded) if p not in taken and pattern.search(name)), None
            )
            if place is not None:
                found[role] = (place,)
                taken.add(place)
    if ("paid_in" in found) != ("paid_out" in found):
        found.pop("paid_in", None)
        found.pop("paid_out", None)
    return found
