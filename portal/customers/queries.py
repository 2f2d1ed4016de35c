"""Reads of customers and their contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.customers.models import Contact, Customer
from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab
from portal.money import Money

CUSTOMER_SORTS = ("number", "name", "currency", "terms", "owner", "since")


@dataclass(frozen=True, slots=True)
class CustomerView:
    """One customer as pages show it; ``row_version`` comes back with an edit."""

    id: int
    public_id: str
    number: str
    name: str
    name_en: str
    currency: str
    language: str
    country: str
    tax_no: str
    street_address: str
    terms_days: int
    credit_limit: Money | None
    department: str
    owner_id: int | None
    owner_name: str
    is_paused: bool
    is_archived: bool
    first_on: date
    row_version: int
    owner_public_id: str = ""
    parent_id: int | None = None
    mail_domains: str = ""
    paused_at: datetime | None = None
    pause_reason: str = ""

    def name_in(self, language: str) -> str:
        """The name in a language, the other one's where there is none."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)


@dataclass(frozen=True, slots=True)
class ContactView:
    """Someone at the customer who gets mail."""

    id: int
    public_id: str
    customer_id: int
    name: str
    email: str
    phone: str
    job_title: str
    language: str
    wants_statements: bool
    wants_reminders: bool
    is_active: bool
    previous_email: str = ""
    email_from_at: datetime | None = None


_COLUMNS = (
    Customer.id, Customer.public_id, Customer.number, Customer.name, Customer.name_en, Customer.currency,
    Customer.language, Customer.country, Customer.tax_no, Customer.street_address, Customer.terms_days,
    Customer.credit_limit_minor, Customer.department, Customer.owner_id, Customer.is_paused, Customer.archived_at,
    Customer.first_on, Customer.row_version, Customer.parent_id, Customer.mail_domains, Customer.paused_at,
    Customer.pause_reason, Person.name.label("owner_name"),
    Person.public_id.label("owner_public_id"),
)  # fmt: skip


def _view(row: Row[*tuple[Any, ...]]) -> CustomerView:
    limit = row.credit_limit_minor
    return CustomerView(
        id=row.id, public_id=row.public_id, number=row.number, name=row.name, name_en=row.name_en,
        currency=row.currency, language=row.language, country=row.country, tax_no=row.tax_no,
        street_address=row.street_address, terms_days=row.terms_days,
        credit_limit=None if limit is None else Money(limit, row.currency), department=row.department,
        owner_id=row.owner_id, owner_name=row.owner_name or "", is_paused=row.is_paused,
        is_archived=row.archived_at is not None, first_on=row.first_on, row_version=row.row_version,
        owner_public_id=row.owner_public_id or "", parent_id=row.parent_id, mail_domains=row.mail_domains,
        paused_at=row.paused_at, pause_reason=row.pause_reason,
    )  # fmt: skip


def find_customer(session: Session, *, public_id: str, actor: Actor) -> CustomerView:
    """Return one customer in the actor's scope.

    Raises:
        NotFound: Unknown or out of scope.
    """
    row = session.execute(
        select(*_COLUMNS)
        .outerjoin(Person, Person.id == Customer.owner_id)
        .where(Customer.public_id == public_id)
    ).one_or_none()
    if row is None or not actor.sees(row.id):
        raise NotFound
    return _view(row)


def customer_by_id(session: Session, *, customer_id: int, actor: Actor) -> CustomerView:
    """Return one customer by row number, e.g. the company a customer's person acts for.

    Raises:
        NotFound: Unknown or out of scope.
    """
    actor.require_scope(customer_id)
    row = session.execute(
        select(*_COLUMNS).outerjoin(Person, Person.id == Customer.owner_id).where(Customer.id == customer_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def customers_by_number(session: Session, numbers: Iterable[str]) -> dict[str, CustomerView]:
    """Return number → customer for the numbers that exist, in few statements whatever their count."""
    wanted = sorted(set(numbers))
    found: dict[str, CustomerView] = {}
    for start in range(0, len(wanted), 5000):
        rows = session.execute(
            select(*_COLUMNS)
            .outerjoin(Person, Person.id == Customer.owner_id)
            .where(Customer.number.in_(wanted[start : start + 5000]))
        )
        found |= {row.number: _view(row) for row in rows}
    return found


def customers_by_id(session: Session, ids: Iterable[int]) -> dict[int, CustomerView]:
    """Return row number → customer, in few statements whatever their count."""
    wanted = sorted(set(ids))
    found: dict[int, CustomerView] = {}
    for start in range(0, len(wanted), 5000):
        rows = session.execute(
            select(*_COLUMNS)
            .outerjoin(Person, Person.id == Customer.owner_id)
            .where(Customer.id.in_(wanted[start : start + 5000]))
        )
        found |= {row.id: _view(row) for row in rows}
    return found


_TABS: tuple[tuple[str, str, ColumnElement[bool]], ...] = (
    ("active", N_("Active"), Customer.archived_at.is_(None)),
    ("paused", N_("Paused"), Customer.archived_at.is_(None) & Customer.is_paused),
    ("archived", N_("Archived"), Customer.archived_at.is_not(None)),
)


def list_customers(session: Session, *, query: ListQuery, actor: Actor) -> Page[CustomerView]:
    """Return customers in scope by name (pinyin order); search finds number, name, pinyin, initials and tax number.

    Raises:
        NotAllowed: The actor may not read customers.
        UnknownSort: Not one of ``CUSTOMER_SORTS``.
    """
    actor.require(Permission.CUSTOMERS_READ)
    scope: list[ColumnElement[bool]] = []
    if actor.customer_ids is not None:
        scope.append(Customer.id.in_(actor.customer_ids))
    tabs = tuple(
        Tab(key, label, session.scalar(select(func.count(Customer.id)).where(*scope, condition)) or 0)
        for key, label, condition in _TABS
    )
    wanted = next((condition for key, _, condition in _TABS if key == query.tab), _TABS[0][2])
    conditions = [*scope, wanted, *_found(query.q)]
    order: dict[str, Any] = {
        "number": Customer.number, "name": Customer.name_key, "currency": Customer.currency,
        "terms": Customer.terms_days, "owner": func.coalesce(Person.name, ""), "since": Customer.first_on,
    }  # fmt: skip
    column = order[query.sorted_by(CUSTOMER_SORTS, "name")]
    rows = session.execute(
        select(*_COLUMNS)
        .outerjoin(Person, Person.id == Customer.owner_id)
        .where(*conditions)
        .order_by(column.desc() if query.descending else column.asc(), Customer.id)
        .limit(query.limit)
        .offset(query.offset)
    )
    count = session.scalar(select(func.count(Customer.id)).where(*conditions)) or 0
    return Page(tuple(_view(row) for row in rows), count, query, tabs=tabs)


def _found(words: str) -> Sequence[ColumnElement[bool]]:
    text = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if not text:
        return ()
    columns = (Customer.number, Customer.name_key, Customer.tax_no)
    return (or_(*(func.lower(column).like(f"%{text}%", escape="\\") for column in columns)),)


def search_customers(
    session: Session, *, words: str, actor: Actor, limit: int = 20
) -> tuple[CustomerView, ...]:
    """Return the customers in scope that match, by name; at most ``limit``.

    Raises:
        NotAllowed: The actor may not read customers.
    """
    if not words.strip():
        return ()
    return list_customers(session, query=ListQuery(q=words, per_page=limit), actor=actor).rows


def contacts_of(
    session: Session, customer_id: int, *, include_inactive: bool = False
) -> tuple[ContactView, ...]:
    """Return a customer's contacts by name; the caller has checked the scope."""
    wanted = select(Contact).where(Contact.customer_id == customer_id).order_by(Contact.name, Contact.id)
    if not include_inactive:
        wanted = wanted.where(Contact.is_active)
    return tuple(
        ContactView(
            row.id, row.public_id, row.customer_id, row.name, row.email, row.phone, row.job_title, row.language,
            row.wants_statements, row.wants_reminders, row.is_active, row.previous_email, row.email_from_at,
        )
        for row in session.scalars(wanted)
    )  # fmt: skip
