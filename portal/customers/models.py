"""Tables of those who owe, and the people we write to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, Minor, PublicId, UtcDateTime, new_public_id, one_of


def _key(length: int) -> String:
    """Text that both databases sort alike, by code point."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Customer(Base):
    """A company that buys; known to people by its number."""

    __tablename__ = "customers"
    __table_args__ = (
        one_of("language", ("zh", "en")), Index("ix_customers_name_key", "name_key"),
        Index("ix_customers_owner", "owner_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(_key(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    name_key: Mapped[str] = mapped_column(_key(500), default="")  # lower case name + pinyin: search and order
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    country: Mapped[str] = mapped_column(String(20), default="")
    tax_no: Mapped[str] = mapped_column(String(40), default="")
    street_address: Mapped[str] = mapped_column(String(300), default="")
    terms_days: Mapped[int] = mapped_column(default=30)
    credit_limit_minor: Mapped[int | None] = mapped_column(Minor)  # in the customer's currency
    department: Mapped[str] = mapped_column(String(60), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_paused: Mapped[bool] = mapped_column(default=False)
    first_on: Mapped[date]  # business day of creation or first document, whichever is earlier
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)  # edits name the version they saw


class Contact(Base):
    """Someone at the customer who gets statements and reminders by mail; may or may not have a sign-in."""

    __tablename__ = "contacts"
    __table_args__ = (one_of("language", ("zh", "en")), Index("ix_contacts_customer", "customer_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(60), default="")
    job_title: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    wants_statements: Mapped[bool] = mapped_column(default=True)
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
