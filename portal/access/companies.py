"""The few columns of customers that sign-ins show; customers stand above access, so the table is only named here."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, DateTime, String, column, select, table
from sqlalchemy.orm import Session

COMPANIES = table(
    "customers",
    column("id", BigInteger),
    column("public_id", String),
    column("number", String),
    column("name", String),
    column("name_en", String),
    column("name_key", String),
    column("archived_at", DateTime),
)


@dataclass(frozen=True, slots=True)
class Company:
    """A customer as its own people know it."""

    id: int
    public_id: str
    number: str
    name: str
    name_en: str

    def name_in(self, language: str) -> str:
        """The name in a language, the other one's where there is none."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)


def companies_by_id(session: Session, ids: frozenset[int]) -> tuple[Company, ...]:
    """Return companies that are not archived, by number."""
    query = select(
        COMPANIES.c.id, COMPANIES.c.public_id, COMPANIES.c.number, COMPANIES.c.name, COMPANIES.c.name_en
    )
    rows = session.execute(
        query.where(COMPANIES.c.id.in_(ids), COMPANIES.c.archived_at.is_(None)).order_by(COMPANIES.c.number)
    )
    return tuple(Company(*row) for row in rows)


def company_id_of(session: Session, *, number: str) -> int | None:
    """Return the row number of the customer with a number."""
    return session.scalar(select(COMPANIES.c.id).where(COMPANIES.c.number == number))
