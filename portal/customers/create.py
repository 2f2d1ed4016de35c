"""Create customers, one by hand or many from an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.customers.rules import mail_domains, name_key, require_number
from portal.db import new_public_id
from portal.errors import N_, Conflict, Invalid
from portal.money import Money, currency_digits
from portal.numbering import reserve_ids

_CUSTOMERS = cast("Table", Customer.__table__)
MAX_TERMS_DAYS = 3650


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """A customer to create.

    Attributes:
        currency: Their own currency: one statement is always made in it.
        terms_days: Days from document date to due date where a document names none.
        credit_limit: In ``currency``; None = no limit set.
        owner_id: Row number of the colleague who looks after them.
        mail_domains: Domains its people write from, spaces or commas between.
        first_on: Business day of creation or of the first document, whichever is earlier.
    """

    number: str
    name: str
    currency: str
    first_on: date
    name_en: str = ""
    language: str = "zh"
    country: str = ""
    tax_no: str = ""
    street_address: str = ""
    terms_days: int = 30
    credit_limit: Money | None = None
    department: str = ""
    owner_id: int | None = None
    mail_domains: str = ""


def create_customer(session: Session, *, draft: CustomerDraft, actor: Actor, now: datetime) -> int:
    """Create one customer and return the row number.

    Raises:
        NotAllowed: The actor may not edit customers.
        Conflict: The number is taken.
        Invalid: A value cannot be used; ``field`` names it.
        UnknownCurrency: Not a currency.
    """
    (customer_id,) = create_customers(session, [draft], actor=actor, now=now)
    return customer_id


def create_customers(
    session: Session, drafts: Sequence[CustomerDraft], *, actor: Actor, now: datetime
) -> list[int]:
    """Create many customers with one audit row each; returns row numbers in the order of the drafts.

    Raises:
        NotAllowed: The actor may neither edit customers nor run imports.
        Conflict: A number is taken, or stands twice in the list.
        Invalid: A value cannot be used; ``field`` names it.
        UnknownCurrency: Not a currency.
    """
    actor.require(Permission.CUSTOMERS_EDIT, Permission.IMPORTS_RUN)
    if not drafts:
        return []
    numbers = [require_number(draft.number) for draft in drafts]
    _require_free(session, numbers)
    ids = reserve_ids(session, _CUSTOMERS, len(drafts))
    rows: list[dict[str, Any]] = [
        {"id": id_, "public_id": new_public_id(), "number": number, "created_at": now} | values_of(draft)
        for id_, number, draft in zip(ids, numbers, drafts, strict=True)
    ]
    session.execute(insert(_CUSTOMERS), rows)
    audit.record_many(
        session,
        [
            audit.AuditDraft(
                "customers.created", "customer", str(row["public_id"]), row["id"],
                {"number": row["number"], "name": row["name"], "currency": row["currency"]},
            )
            for row in rows
        ],
        actor=actor, now=now,
    )  # fmt: skip
    return ids


def _require_free(session: Session, numbers: list[str]) -> None:
    twice = len(set(numbers)) != len(numbers)
    taken = set() if twice else _taken(session, numbers)
    if twice or taken:
        number = min(taken) if taken else next(n for n in numbers if numbers.count(n) > 1)
        raise Conflict(N_("There is a customer with the number %(number)s already."), number=number)


def _taken(session: Session, numbers: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(numbers), 5000):
        chunk = numbers[start : start + 5000]
        found |= set(session.scalars(select(Customer.number).where(Customer.number.in_(chunk))))
    return found


def values_of(draft: CustomerDraft) -> dict[str, Any]:
    """Return the columns of a draft, checked.

    Raises:
        Invalid: A value cannot be used; ``field`` names it.
        UnknownCurrency: Not a currency.
    """
    currency_digits(draft.currency)
    if not draft.name.strip():
        raise Invalid(N_("Enter the customer's name."), field="name")
    if draft.language not in {"zh", "en"}:
        raise Invalid(field="language")
    if not 0 <= draft.terms_days <= MAX_TERMS_DAYS:
        raise Invalid(N_("Terms are between 0 and 3650 days."), field="terms_days")
    limit = draft.credit_limit
    if limit is not None and (limit.minor < 0 or limit.currency != draft.currency):
        raise Invalid(
            N_("The credit limit is an amount in %(currency)s, zero or more."), field="credit_limit",
            currency=draft.currency,
        )  # fmt: skip
    return {
        "name": draft.name.strip()[:200], "name_en": draft.name_en.strip()[:200],
        "name_key": name_key(draft.name, draft.name_en), "currency": draft.currency, "language": draft.language,
        "country": draft.country.strip()[:20], "tax_no": draft.tax_no.strip()[:40],
        "street_address": draft.street_address.strip()[:300], "terms_days": draft.terms_days,
        "credit_limit_minor": None if limit is None else limit.minor,
        "department": draft.department.strip()[:60], "mail_domains": " ".join(mail_domains(draft.mail_domains)),
        "owner_id": draft.owner_id, "first_on": draft.first_on, "is_paused": False, "row_version": 1,
    }  # fmt: skip
