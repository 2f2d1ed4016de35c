"""The few columns of customers that sign-ins show; customers stand above access, so the table is only named here."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, DateTime, String, bindparam, column, select, table
from sqlalchemy.orm import Session

from portal.db import UtcDateTime

COMPANIES = table(
    "customers",
    column("id", BigInteger),
    column("public_id", String),
    column("number", String),
    column("owner_id", BigInteger),
    column("owner_named_at", UtcDateTime()),
    column("created_at", UtcDateTime()),
    column("currency", String),
    column("name", String),
    column("name_en", String),
    column("name_key", String),
    column("archived_at", DateTime),
    column("parent_id", BigInteger),
    column("is_paused", Boolean),
)


@dataclass(frozen=True, slots=True)
class Company:
    """A customer as its own people know it.

    Attributes:
        is_paused: Whether staff have stopped the access of its people for now.
    """

    id: int
    public_id: str
    number: str
    name: str
    name_en: str
    is_paused: bool = False

    def name_in(self, language: str) -> str:
        """The name in a language, the other one's where there is none."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)


#: Built once: every request of a customer's person asks it.
_ALIVE = (
    select(
        COMPANIES.c.id, COMPANIES.c.public_id, COMPANIES.c.number, COMPANIES.c.name, COMPANIES.c.name_en,
        COMPANIES.c.is_paused,
    )
    .where(COMPANIES.c.id.in_(bindparam("ids", expanding=True)), COMPANIES.c.archived_at.is_(None))
    .order_by(COMPANIES.c.number)
)  # fmt: skip
_MEMBERS = select(COMPANIES.c.parent_id, COMPANIES.c.id).where(
    COMPANIES.c.parent_id.in_(bindparam("ids", expanding=True))
)


def companies_by_id(session: Session, ids: frozenset[int]) -> tuple[Company, ...]:
    """Return companies that are not archived, by number."""
    return tuple(Company(*row) for row in session.execute(_ALIVE, {"ids": list(ids)}))


def first_choice(companies: tuple[Company, ...]) -> Company | None:
    """Return the company to begin with: the first by number that is not paused, else the first."""
    return next((one for one in companies if not one.is_paused), companies[0] if companies else None)


def members_of(session: Session, heads: frozenset[int]) -> dict[int, list[int]]:
    """Return head of a group → its member companies."""
    found: dict[int, list[int]] = {}
    for head, member in session.execute(_MEMBERS, {"ids": list(heads)}):
        found.setdefault(head, []).append(member)
    return found


def company_id_of(session: Session, *, number: str) -> int | None:
    """Return the row number of the customer with a number."""
    return session.scalar(select(COMPANIES.c.id).where(COMPANIES.c.number == number))
