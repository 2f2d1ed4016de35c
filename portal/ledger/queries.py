"""Reads of the books: the legal entity, its accounts, periods and exchange rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.errors import NotFound
from portal.ledger.models import Account, AccountMapping, ClosedPeriod, ExchangeRate, LegalEntity
from portal.ledger.rules import ROLES, PeriodClosed
from portal.lists import ListQuery, Page

PERIOD_SORTS = ("month",)
RATE_SORTS = ("day", "currency")


@dataclass(frozen=True, slots=True)
class EntityView:
    """The seller as pages, statements and mails name it; ``book_currency`` is empty until the first posting."""

    id: int
    public_id: str
    code: str
    name: str
    name_en: str
    short_name: str
    short_name_en: str
    tax_no: str
    street_address: str
    bank_details: str
    phone: str
    email: str
    time_zone: str
    book_currency: str

    def name_in(self, language: str) -> str:
        """The full name in a language, the other one's where there is none."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)

    def short_name_in(self, language: str) -> str:
        """The short name in a language, else the full one."""
        short = self.short_name_en if language == "en" else self.short_name
        return short or self.name_in(language)


@dataclass(frozen=True, slots=True)
class AccountView:
    """One role of the mapping with the account that plays it."""

    role: str
    account_id: int
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One month that is or was closed; a reopened month keeps its row and the reason."""

    month_on: date
    is_closed: bool
    closed_by: str
    closed_at: datetime
    reopened_by: str
    reopened_at: datetime | None
    reopen_reason: str


@dataclass(frozen=True, slots=True)
class RateView:
    """Book currency for one unit of a currency on a day, as decimal text."""

    currency: str
    book_currency: str
    rate_on: date
    rate: str
    source: str


def default_entity(session: Session) -> EntityView:
    """Return the first legal entity, the one every command and page uses unless told otherwise.

    Raises:
        NotFound: The database was never prepared (``ensure_entity``).
    """
    found = session.scalars(select(LegalEntity).order_by(LegalEntity.id).limit(1)).one_or_none()
    if found is None:
        raise NotFound
    return _view(found)


def entity_view(session: Session, entity_id: int | None = None) -> EntityView:
    """Return a legal entity by row number, or the default one.

    Raises:
        NotFound: There is none.
    """
    if entity_id is None:
        return default_entity(session)
    found = session.get(LegalEntity, entity_id)
    if found is None:
        raise NotFound
    return _view(found)


def entities_by_code(session: Session) -> dict[str, EntityView]:
    """Return every legal entity by its code, in order of row number."""
    rows = session.scalars(select(LegalEntity).order_by(LegalEntity.id))
    return {row.code: _view(row) for row in rows}


def _view(row: LegalEntity) -> EntityView:
    return EntityView(
        id=row.id, public_id=row.public_id, code=row.code, name=row.name, name_en=row.name_en,
        short_name=row.short_name, short_name_en=row.short_name_en, tax_no=row.tax_no,
        street_address=row.street_address, bank_details=row.bank_details, phone=row.phone, email=row.email,
        time_zone=row.time_zone, book_currency=row.book_currency or "",
    )  # fmt: skip


def account_mapping(session: Session, entity_id: int) -> dict[str, AccountView]:
    """Return role → account of one entity, in the order of ``ROLES``; a role without an account is missing."""
    rows = session.execute(
        select(AccountMapping.role, Account.id, Account.code, Account.name, Account.name_en)
        .join(Account, Account.id == AccountMapping.account_id)
        .where(AccountMapping.entity_id == entity_id)
    )
    found = {row.role: AccountView(row.role, row.id, row.code, row.name, row.name_en) for row in rows}
    return {role: found[role] for role in ROLES if role in found}


def closed_months(session: Session, entity_ids: Iterable[int]) -> list[tuple[int, date, date]]:
    """Return (entity, first day, day after the last) of every period that is closed now."""
    rows = session.execute(
        select(ClosedPeriod.entity_id, ClosedPeriod.starts_on, ClosedPeriod.until_on).where(
            ClosedPeriod.entity_id.in_(set(entity_ids)), ClosedPeriod.reopened_at.is_(None)
        )
    )
    return [(row.entity_id, row.starts_on, row.until_on) for row in rows]


def require_open(session: Session, days: Iterable[tuple[int, date]]) -> None:
    """Refuse posting dates that lie in a closed period.

    Args:
        session: Any session.
        days: (entity, posting date) pairs.

    Raises:
        PeriodClosed: One of them is closed.
    """
    wanted = set(days)
    if not wanted:
        return
    closed = closed_months(session, {entity_id for entity_id, _ in wanted})
    for entity_id, day in sorted(wanted):
        if any(entity_id == entity and start <= day < until for entity, start, until in closed):
            raise PeriodClosed(day=day)


def list_periods(
    session: Session, *, query: ListQuery, actor: Actor, entity_id: int | None = None
) -> Page[PeriodView]:
    """Return every closing of a month, newest month first; sortable by ``PERIOD_SORTS``.

    Raises:
        NotAllowed: The actor may not read the books.
    """
    actor.require(Permission.BOOKS_READ)
    query.sorted_by(PERIOD_SORTS, "month")
    closer, opener = aliased(Person), aliased(Person)
    entity = entity_view(session, entity_id)
    rows = session.execute(
        select(ClosedPeriod, closer.name, opener.name)
        .outerjoin(closer, closer.id == ClosedPeriod.closed_by_id)
        .outerjoin(opener, opener.id == ClosedPeriod.reopened_by_id)
        .where(ClosedPeriod.entity_id == entity.id)
        .order_by(
            ClosedPeriod.starts_on.asc()
            if query.sort and not query.descending
            else ClosedPeriod.starts_on.desc(),
            ClosedPeriod.id.desc(),
        )
        .limit(query.limit)
        .offset(query.offset)
    )
    views = tuple(
        PeriodView(
            row.starts_on, row.reopened_at is None, closed_by or "", row.closed_at, reopened_by or "",
            row.reopened_at, row.reopen_reason,
        )
        for row, closed_by, reopened_by in rows
    )  # fmt: skip
    count = session.scalar(select(func.count()).where(ClosedPeriod.entity_id == entity.id)) or 0
    return Page(views, count, query)


def list_rates(session: Session, *, query: ListQuery, actor: Actor) -> Page[RateView]:
    """Return exchange rates, newest day first; sortable by ``RATE_SORTS``, searched by currency or source.

    Raises:
        NotAllowed: The actor may not read the books.
    """
    actor.require(Permission.BOOKS_READ)
    column = (
        ExchangeRate.currency if query.sorted_by(RATE_SORTS, "day") == "currency" else ExchangeRate.rate_on
    )
    descending = query.descending or not query.sort
    wanted = select(ExchangeRate)
    if query.q:
        word = f"%{query.q.strip().lower()}%"
        wanted = wanted.where(
            or_(func.lower(ExchangeRate.currency).like(word), func.lower(ExchangeRate.source).like(word))
        )
    rows = session.scalars(
        wanted.order_by(column.desc() if descending else column.asc(), ExchangeRate.currency, ExchangeRate.id)
        .limit(query.limit)
        .offset(query.offset)
    )
    views = tuple(
        RateView(row.currency, row.book_currency, row.rate_on, row.rate, row.source) for row in rows
    )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return Page(views, count, query)
