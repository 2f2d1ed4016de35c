"""Customers that may be one company entered twice: told by tax number, mail, phone, name and address, with reasons."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.customers.models import Contact, Customer
from portal.errors import N_

#: From this weight of evidence on two customers are shown as one; measured in tests/imports/test_duplicates.py.
ENOUGH = 5.0
_MOST_IN_BLOCK = 60
_FORMS = re.compile(
    r"\b(gmbh|ag|kg|co|inc|llc|ltd|limited|plc|corp|corporation|company|sa|sarl|sas|spa|srl|bv|nv|ab|oy|as|aps|pte|pty"
    r"|group|holding|holdings|international)\b|有限责任公司|股份有限公司|有限公司|集团|公司"
)
_FREE_MAIL = frozenset(
    "gmail.com hotmail.com outlook.com yahoo.com qq.com 163.com 126.com sina.com icloud.com gmx.de web.de".split()
)
REASON_LABELS = {
    "tax": N_("Same tax number"), "tax_like": N_("Tax numbers differ by one or two signs"),
    "mail": N_("Same e-mail address"), "domain": N_("Same e-mail domain"), "phone": N_("Same phone number"),
    "name": N_("Same name"), "name_like": N_("Similar names"), "address": N_("Same or similar address"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """What is compared of a customer."""

    key: str
    name: str
    tax_no: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two customers that may be one; reasons are keys of ``REASON_LABELS``, the strongest first."""

    first: Company
    second: Company
    weight: float
    reasons: tuple[str, ...]


def compare(one: Company, other: Company) -> tuple[float, tuple[str, ...]]:
    """Return the weight of evidence that two companies are one, and the reasons for it."""
    found: list[tuple[float, str]] = [
        *_compare_tax(one.tax_no, other.tax_no),
        *_compare_mail(one.email, other.email),
        *_compare_text(one, other),
    ]
    phones = [_digits(phone)[-7:] for phone in (one.phone, other.phone)]
    if len(phones[0]) == 7 and phones[0] == phones[1]:
        found.append((3.5, "phone"))
    weight = sum(value for value, _ in found)
    reasons = sorted((item for item in found if item[0] > 0 and item[1]), reverse=True)
    return weight, tuple(reason for _, reason in reasons)


def _compare_tax(one: str, other: str) -> Iterator[tuple[float, str]]:
    first, second = (re.sub(r"[^0-9A-Z]", "", text.upper()) for text in (one, other))
    if not first or not second:
        return
    if first == second:
        yield 6.0, "tax"
    elif len(first) > 6 and Levenshtein.distance(first, second, score_cutoff=2) <= 2:
        yield 3.0, "tax_like"
    else:
        yield -2.0, ""


def _compare_mail(one: str, other: str) -> Iterator[tuple[float, str]]:
    first, second = one.strip().lower(), other.strip().lower()
    if not first or not second:
        return
    domains = [text.rpartition("@")[2] for text in (first, second)]
    if first == second:
        yield 4.0, "mail"
    elif domains[0] == domains[1] and domains[0] not in _FREE_MAIL:
        yield 2.5, "domain"


def _compare_text(one: Company, other: Company) -> Iterator[tuple[float, str]]:
    names = [_bare(company.name) for company in (one, other)]
    likeness = fuzz.token_sort_ratio(*names) if all(names) else 0.0
    if likeness >= 95:
        yield 3.5, "name"
    elif likeness >= 70 or (all(names) and fuzz.token_set_ratio(*names) >= 85):
        yield 1.5, "name_like"
    elif likeness < 40:
        yield -1.0, ""
    places = [_fold(company.address) for company in (one, other)]
    if all(places):
        likeness = fuzz.token_sort_ratio(*places)
        if likeness >= 85 or fuzz.token_set_ratio(*places) >= 92:
            yield 3.5, "address"


def suspicions(companies: Sequence[Company]) -> list[Suspicion]:
    """Return the pairs that may be one company, the surest first.

    Only companies that share a tax number, an e-mail domain, a phone number, a word of the name or one of the address
    are compared, so that a hundred thousand customers take seconds.
    """
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, company in enumerate(companies):
        for block in _blocks(company):
            blocks[block].append(place)
    pairs = {
        pair
        for members in blocks.values()
        if len(members) <= _MOST_IN_BLOCK
        for pair in combinations(members, 2)
    }
    found = []
    for first, second in pairs:
        weight, reasons = compare(companies[first], companies[second])
        if weight >= ENOUGH:
            found.append(Suspicion(companies[first], companies[second], weight, reasons))
    return sorted(found, key=lambda one: (-one.weight, one.first.key, one.second.key))


def _blocks(company: Company) -> set[str]:
    tax = re.sub(r"[^0-9A-Z]", "", company.tax_no.upper())
    domain = company.email.lower().rpartition("@")[2]
    phone = _digits(company.phone)[-7:]
    found = {f"t{tax}" if tax else "", f"p{phone}" if len(phone) == 7 else ""}
    found |= {f"d{domain}" if domain and domain not in _FREE_MAIL else ""}
    found |= {f"n{word}" for word in _words(_bare(company.name)) if len(word) > 2 or not word.isascii()}
    found |= {f"a{word}" for word in _words(_fold(company.address)) if len(word) > 4 or not word.isascii()}
    return found - {""}


def _words(text: str) -> set[str]:
    words = set(text.split())
    for word in list(words):
        if not word.isascii() and len(word) > 2:  # Chinese has no spaces: pairs of characters
            words |= {word[place : place + 2] for place in range(len(word) - 1)}
    return words


def _bare(name: str) -> str:
    return " ".join(_FORMS.sub(" ", _fold(name)).split())


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace(".", ""))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", kept).split())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def suspected_duplicates(session: Session, *, actor: Actor, limit: int = 200) -> tuple[Suspicion, ...]:
    """Return pairs of customers that may be one company, the surest first; ``key`` is the customer's number.

    Raises:
        NotAllowed: The actor may not see the customers.
    """
    actor.require(Permission.CUSTOMERS_READ)
    wanted = select(
        Customer.id,
        Customer.number,
        Customer.name,
        Customer.name_en,
        Customer.tax_no,
        Customer.street_address,
    ).order_by(Customer.id)
    if actor.customer_ids is not None:
        wanted = wanted.where(Customer.id.in_(actor.customer_ids))
    mails: dict[int, tuple[str, str]] = {}
    for customer_id, email, phone in session.execute(
        select(Contact.customer_id, Contact.email, Contact.phone).order_by(Contact.id.desc())
    ):
        mails[customer_id] = (email or "", phone or "")
    companies = [
        Company(
            row.number, row.name or row.name_en, row.tax_no, *mails.get(row.id, ("", "")), row.street_address
        )
        for row in session.execute(wanted)
    ]
    return tuple(suspicions(companies)[:limit])
