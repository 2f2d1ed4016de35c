"""Rules of customers: the key they are searched and ordered by, what a number or address may look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_LABEL = "[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]*[a-z0-9\u0080-\uffff])?"
_DOMAIN = re.compile(rf"(?=.{{4,120}}$)(?:{_LABEL}\.)+[a-z\u0080-\uffff]{{2,}}")
#: Anybody can have an address there; such a mail says nothing about the company.
FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.jp ymail.com icloud.com "
    "me.com aol.com gmx.de gmx.net web.de t-online.de freenet.de mail.com proton.me protonmail.com zoho.com mail.ru "
    "yandex.com orange.fr free.fr laposte.net qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net vip.163.com "
    "sina.com sina.cn vip.sina.com sohu.com tom.com 21cn.com 139.com 189.cn wo.cn aliyun.com 188.com naver.com "
    "daum.net".split()
)
DOMAIN_LABELS = {
    "match": N_("the customer’s own domain"),
    "mismatch": N_("not a domain of this customer"),
    "free-mail": N_("free mail: anybody can have such an address"),
    "unknown": N_("no domain of this customer is known"),
}

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


def mail_domains(text: str) -> tuple[str, ...]:
    """Return the mail domains that a text names, lower case, in order, each once.

    Raises:
        Invalid: One of them cannot be a domain, or there are too many.
    """
    found = [
        part.removeprefix("@").strip(".") for part in re.split(r"[\s,;，；、]+", text.strip().lower()) if part
    ]
    for domain in found:
        if not _DOMAIN.fullmatch(domain):
            raise Invalid(N_("“%(domain)s” is not a mail domain."), field="mail_domains", domain=domain[:80])
    unique = tuple(dict.fromkeys(found))
    if len(" ".join(unique)) > 500:
        raise Invalid(N_("This is too long."), field="mail_domains")
    return unique


def domain_verdict(email: str, domains: Sequence[str]) -> str:
    """Compare an address with the domains a customer's people write from.

    Returns:
        ``match`` (the domain or one below it), ``free-mail`` (anybody can have such an address), ``mismatch``, or
        ``unknown`` where no domain of the customer is known.
    """
    domain = email.rpartition("@")[2].strip().lower()
    if any(domain == one or domain.endswith(f".{one}") for one in domains):
        return "match"
    if domain in FREE_MAIL:
        return "free-mail"
    return "mismatch" if domains and domain else "unknown"


def require_account(text: str) -> str:
    """Return a bank account number or IBAN without spaces; the check digits of an IBAN must be right.

    Raises:
        Invalid: It cannot be one.
    """
    account = re.sub(r"[\s-]+", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{5,34}", account):
        raise Invalid(N_("Enter the IBAN or account number, 5 to 34 letters and digits."), field="account")
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account) and not is_iban(account):
        raise Invalid(N_("The check digits of this IBAN are not right."), field="account")
    return account


def is_iban(account: str) -> bool:
    """Say whether the check digits of an IBAN are right (ISO 13616, modulo 97)."""
    turned = account[4:] + account[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def require_number(number: str) -> str:
    """Return a customer number without spaces around it.

    Raises:
        Invalid: It is empty, too long or holds control characters.
    """
    cleaned = number.strip()
    if not cleaned or len(cleaned) > 60 or not cleaned.isprintable():
        raise Invalid(N_("Enter a customer number of at most 60 characters."), field="number")
    return cleaned
