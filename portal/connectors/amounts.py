"""Amounts as people and programs write them, read exactly: 1.234,56 · (123) · 12.00 CR · 贷 1,234.50 · １２３．４５."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from portal.errors import N_
from portal.money import MAX_WHOLE_DIGITS, BadAmount, currency_digits

Side = Literal["", "debit", "credit"]

_MINUS = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "﹣": "-", "‐": "-", "‑": "-", "，": ",", "。": ".", "’": "'", "´": "'"}
)
_SYMBOLS = re.compile(
    r"[¥￥$€£₩₹₽฿₫]|元|圆|円|RMB|(?<![A-Za-z])(?:kr|Kč|zł|Ft|lei|CHF|Fr)\.?(?![A-Za-z])", re.IGNORECASE
)
_CODE = re.compile(r"^[A-Z]{3}\s*(?=[-+(\d.,])|(?<=[\d).,-])\s*[A-Z]{3}$")
_CREDIT = re.compile(
    r"^\s*(?:CR|Cr|C|H|贷方?|贷)(?=[\s\d(+-])|(?<=[\s\d).])\s*(?:CR\.?|Cr\.?|C|H|Haben|贷方?)\s*$"
)
_DEBIT = re.compile(
    r"^\s*(?:DR|Dr|DB|D|S|借方?|借)(?=[\s\d(+-])|(?<=[\s\d).])\s*(?:DR\.?|Dr\.?|DB|D|S|Soll|借方?)\s*$"
)
_GROUPED = re.compile(r"\d{1,3}(?:[ ',.]\d{2,4})*[ ',.]\d{3}")
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009]+")
#: What stands in a cell that holds no amount.
NO_AMOUNT = frozenset({"", "-", "--", "—", "–", "−", "/", "n/a", "N/A", "无"})


@dataclass(frozen=True, slots=True)
class ReadAmount:
    """An amount as it stood there.

    Attributes:
        value: Exact, negative for a minus or brackets.
        side: ``credit`` or ``debit`` where a mark beside the figure (CR, 贷, H) says it; the value keeps its sign.
    """

    value: Decimal
    side: Side = ""


def read_amount(text: str, *, decimal: str = "") -> ReadAmount:
    """Read an amount.

    Args:
        text: The cell; currency signs and codes, grouping, full-width digits and CR/DR marks are understood.
        decimal: ``.`` or ``,`` where the column has shown which one (:func:`decimal_mark`); empty = by this text alone,
            which takes the last of two different marks, and a single mark before three digits as grouping if a comma.

    Returns:
        Value and side.

    Raises:
        BadAmount: Nothing of it, or more than one reading, is a number.
    """
    if len(text) > 80:
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=text[:40])
    bare = unicodedata.normalize("NFKC", text.translate(_MINUS)).translate(_MINUS).strip()
    side: Side = ""
    if found := _CREDIT.search(bare):
        side, bare = "credit", bare[: found.start()] + bare[found.end() :]
    elif found := _DEBIT.search(bare):
        side, bare = "debit", bare[: found.start()] + bare[found.end() :]
    bare = _CODE.sub("", _SYMBOLS.sub("", bare).strip()).strip()
    bare, is_negative = _without_sign(bare)
    digits = _plain(bare, decimal)
    if digits is None:
        raise BadAmount(N_("“%(text)s” is not a number we can read."), text=text.strip()[:40])
    value = Decimal(digits)
    return ReadAmount(-value if is_negative else value, side)


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text.startswith("-"):
        return text[1:].strip(), True
    if text.endswith("-"):
        return text[:-1].strip(), True
    return text.removeprefix("+").removesuffix("+").strip(), False


def _plain(text: str, decimal: str) -> str | None:
    """Return ASCII digits with at most one point, or None when the text cannot be read so."""
    text = _BLANKS.sub(" ", text)
    if not text or not re.fullmatch(r"[\d ',.]+", text, re.ASCII):
        return None
    mark = decimal or _own_mark(text)
    whole, _, rest = text.rpartition(mark) if mark and mark in text else (text, "", "")
    if (mark and mark in whole) or not (rest.isdigit() or not rest):
        return None
    if re.search(r"[ ',.]", whole) and not _GROUPED.fullmatch(whole):
        return None
    whole = re.sub(r"[ ',.]", "", whole)
    if not (whole or rest) or len(whole.lstrip("0")) > MAX_WHOLE_DIGITS:
        return None
    return f"{whole or '0'}.{rest}" if rest else whole


def _own_mark(text: str) -> str:
    """Return the decimal mark that a single figure shows."""
    last = max(text.rfind(","), text.rfind("."))
    if last < 0:
        return ""
    mark, other = text[last], ",."[text[last] == ","]
    if other in text:
        return mark
    if text.count(mark) > 1:
        return other
    if mark == "," and len(text) - last == 4 and 1 <= last <= 3:
        return "."
    return mark


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the decimal mark that a column of amounts shows: ``.``, ``,`` or nothing where no cell tells.

    A mark before one or two digits at the end, or the later of two different marks, is evidence; one clear cell decides
    for the doubtful ones (``1.234``).
    """
    votes = {".": 0, ",": 0}
    for text in texts:
        bare = re.sub(r"[^\d.,]", "", unicodedata.normalize("NFKC", text))
        last = max(bare.rfind(","), bare.rfind("."))
        if last < 0:
            continue
        mark, other = bare[last], ",."[bare[last] == ","]
        if other in bare or len(bare) - last in {2, 3}:
            votes[mark] += 1
        elif bare.count(mark) > 1:
            votes[other] += 1
    if votes["."] == votes[","]:
        return ""
    return max(votes, key=lambda mark: votes[mark])


def to_minor(value: Decimal, currency: str) -> int:
    """Return an exact amount in minor units of its currency.

    Raises:
        BadAmount: It has more decimals than the currency.
        UnknownCurrency: The code is not known.
    """
    scaled = value.scaleb(currency_digits(currency))
    if scaled != scaled.to_integral_value():
        raise BadAmount(
            N_("“%(text)s” is not an amount in %(currency)s."), text=str(value)[:40], currency=currency
        )
    return int(scaled)
