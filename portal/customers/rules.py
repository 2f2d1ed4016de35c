"""Rules of customers: the key they are searched and ordered by, what a number or address may look like."""

from __future__ import annotations

import re
from itertools import product

from portal.errors import N_, Invalid

#: What a second person decides about a customer's master data.
CHANGE_KINDS = ("contact-email", "bank-add", "bank-end")
CHANGE_STATES = ("pending", "approved", "rejected", "voided")
REQUEST_KINDS = ("invite", "change")

#: More readings than this are cut: a long name of many heteronyms would otherwise have thousands.
MAX_READINGS = 8
KEY_LENGTH = 500

_HAN = re.compile(r"[\u3400-\u9fff]")
_PIECES = re.compile(r"[\u3400-\u9fff]|[^\u3400-\u9fff]+")
_EMAIL = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"']+\.[^@\s,;<>\"'.]+")


def name_key(name: str, name_en: str = "") -> str:
    """Return what search compares and lists order by: pinyin first, then initials, then the names in lower case.

    All readings of a character that has several are kept, so that 重庆 is found as ``chongqing`` and ``zhongqing``;
    the most frequent reading stands first and decides the order.
    """
    parts = [reading for reading in _readings(name) if reading]
    parts += [text.strip().lower() for text in (name, name_en) if text.strip()]
    return " ".join(dict.fromkeys(parts))[:KEY_LENGTH]


def _readings(name: str) -> list[str]:
    if not _HAN.search(name):
        return []
    from pypinyin import Style, lazy_pinyin, pinyin

    pieces = _PIECES.findall(name)
    usual = lazy_pinyin(name)  # reads words: 重 of 重庆 is chong
    if len(usual) != len(pieces):
        pieces = usual
    choices: list[list[str]] = []
    count = 1
    for piece, syllable in zip(pieces, usual, strict=True):
        options = [syllable]
        if _HAN.fullmatch(piece):
            options = list(dict.fromkeys([syllable, *pinyin(piece, style=Style.NORMAL, heteronym=True)[0]]))
        if count * len(options) > MAX_READINGS:
            options = options[:1]
        count *= len(options)
        choices.append(options)
    full = ["".join(choice).lower() for choice in product(*choices)]
    initials = ["".join(part[:1] for part in choice).lower() for choice in product(*choices)]
    return [*full, *initials]


def require_email(email: str) -> str:
    """Return an e-mail address in lower case.

    Raises:
        Invalid: It cannot be one.
    """
    cleaned = email.strip().lower()
    if len(cleaned) > 254 or not _EMAIL.fullmatch(cleaned):
        raise Invalid(N_("“%(email)s” is not an e-mail address."), field="email", email=email[:80])
    return cleaned


def require_number(number: str) -> str:
    """Return a customer number without spaces around it.

    Raises:
        Invalid: It is empty, too long or holds control characters.
    """
    cleaned = number.strip()
    if not cleaned or len(cleaned) > 60 or not cleaned.isprintable():
        raise Invalid(N_("Enter a customer number of at most 60 characters."), field="number")
    return cleaned
