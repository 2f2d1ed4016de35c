"""Exchange rates: set by hand or by import, one per currency and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.errors import N_, Invalid
from portal.ledger.models import ExchangeRate
from portal.ledger.queries import default_entity
from portal.ledger.rules import parse_rate
from portal.money import currency_digits


@dataclass(frozen=True, slots=True)
class RateDraft:
    """Book currency for one unit of ``currency`` from a day on, as decimal text."""

    currency: str
    rate_on: date
    rate: str
    source: str = ""


def set_rate(
    session: Session,
    *,
    currency: str,
    rate_on: date,
    rate: str,
    source: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """Set the rate of a currency for a day; entries already posted keep their book amounts.

    Args:
        session: A writing session.
        currency: ISO 4217.
        rate_on: Business day from which it holds, until a newer one.
        rate: Book currency for one unit, decimal text above zero.
        source: Where it comes from, e.g. the central bank's name.
        actor: Needs ``books:edit`` or ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not.
        Invalid: The book currency is not set, or is this currency.
        BadRate: Not a rate.
        UnknownCurrency: Not a currency.
    """
    set_rates(
        session, rates=[RateDraft(currency, rate_on, rate, source)], actor=actor, now=now,
    )  # fmt: skip


def set_rates(session: Session, *, rates: Sequence[RateDraft], actor: Actor, now: datetime) -> None:
    """Set many rates in one statement; see ``set_rate``.

    Raises:
        NotAllowed: The actor may not.
        Invalid: The book currency is not set, or is one of the currencies.
        BadRate: Not a rate.
        UnknownCurrency: Not a currency.
    """
    actor.require(Permission.BOOKS_EDIT, Permission.IMPORTS_RUN)
    entity = default_entity(session)
    if not rates:
        return
    if not entity.book_currency:
        raise Invalid(N_("Choose the book currency first."), field="currency")
    for draft in rates:
        currency_digits(draft.currency)
        parse_rate(draft.rate)
        if draft.currency == entity.book_currency:
            raise Invalid(N_("The book currency has no rate of its own."), field="currency")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(ExchangeRate.__table__)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["currency", "book_currency", "rate_on"],
            set_={"rate": statement.excluded.rate, "source": statement.excluded.source},
        ),
        [
            {
                "currency": draft.currency, "book_currency": entity.book_currency, "rate_on": draft.rate_on,
                "rate": draft.rate, "source": draft.source[:60],
            }
            for draft in rates
        ],
    )  # fmt: skip
    details = {"rates": [[draft.currency, draft.rate_on.isoformat(), draft.rate] for draft in rates]}
    audit.record(
        session,
        "rates.set",
        subject_kind="entity",
        subject_id=entity.public_id,
        details=details,
        actor=actor,
        now=now,
    )
