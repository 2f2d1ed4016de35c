"""Tables of the books: legal entities, accounts and their mapping, periods, rates, entries and their lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import (
    Base,
    BigId,
    Minor,
    PublicId,
    UtcDateTime,
    append_only,
    frozen,
    new_public_id,
    one_of,
    refuse,
)
from portal.ledger.rules import ENTRY_KINDS, ROLES


class LegalEntity(Base):
    """A seller: keeps its own books; its time zone decides the day."""

    __tablename__ = "legal_entities"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))  # in Chinese, where there is one
    name_en: Mapped[str] = mapped_column(String(200), default="")
    short_name: Mapped[str] = mapped_column(String(60), default="")
    short_name_en: Mapped[str] = mapped_column(String(60), default="")
    tax_no: Mapped[str] = mapped_column(String(40), default="")
    street_address: Mapped[str] = mapped_column(String(300), default="")
    bank_details: Mapped[str] = mapped_column(String(500), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    book_currency: Mapped[str | None] = mapped_column(String(3))  # None until the first import decides


class Account(Base):
    """An account of the chart."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("entity_id", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))


class AccountMapping(Base):
    """Which account plays a role (receivable, bank, income …): no account code stands in the program."""

    __tablename__ = "account_mappings"
    __table_args__ = (one_of("role", ROLES),)

    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


class ClosedPeriod(Base):
    """A month that is closed: nothing is posted into it until it is reopened (the row keeps both)."""

    __tablename__ = "closed_periods"
    __table_args__ = (Index("ix_closed_periods_month", "entity_id", "starts_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    starts_on: Mapped[date]
    until_on: Mapped[date]  # exclusive
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopen_reason: Mapped[str] = mapped_column(String(500), default="")


class ExchangeRate(Base):
    """How much book currency one unit of a currency is on a day; decimal text, never a float."""

    __tablename__ = "exchange_rates"
    __table_args__ = (UniqueConstraint("currency", "book_currency", "rate_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    book_currency: Mapped[str] = mapped_column(String(3))
    rate_on: Mapped[date]
    rate: Mapped[str] = mapped_column(String(30))
    source: Mapped[str] = mapped_column(String(60), default="")


class Entry(Base):
    """A journal entry. Lines are written while ``posted_at`` is empty; setting it checks the sums and freezes all."""

    __tablename__ = "entries"
    __table_args__ = (
        one_of("kind", ENTRY_KINDS),
        Index("ix_entries_posting", "entity_id", "posting_on"),
        Index("ix_entries_document", "document_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    kind: Mapped[str] = mapped_column(String(30))
    posting_on: Mapped[date]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), unique=True)
    is_valued: Mapped[bool] = mapped_column(default=True)  # False: no rate known, listed as "not valued"
    text: Mapped[str] = mapped_column(String(300), default="")
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EntryLine(Base):
    """One side of an entry: debit positive, credit negative; document currency and, when valued, book currency."""

    __tablename__ = "entry_lines"
    __table_args__ = (
        CheckConstraint("(book_minor IS NULL) = (book_currency IS NULL)", name="book_pair"),
        Index("ix_entry_lines_customer", "customer_id", "account_id"),
        Index("ix_entry_lines_account", "account_id"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    department: Mapped[str | None] = mapped_column(String(60))
    project: Mapped[str | None] = mapped_column(String(60))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)
    book_currency: Mapped[str | None] = mapped_column(String(3))
    book_minor: Mapped[int | None] = mapped_column(Minor)


refuse(
    "entries",
    "INSERT",
    "NEW.posted_at IS NOT NULL",
    "entries: an entry is sealed after its lines are written",
)
refuse(
    "entries", "UPDATE",
    "OLD.posted_at IS NULL AND NEW.posted_at IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM entry_lines WHERE "
    "entry_id = NEW.id) OR EXISTS (SELECT 1 FROM entry_lines WHERE entry_id = NEW.id GROUP BY currency HAVING "
    "sum(amount_minor) <> 0) OR EXISTS (SELECT 1 FROM entry_lines WHERE entry_id = NEW.id AND book_currency IS NOT "
    "NULL GROUP BY book_currency HAVING sum(book_minor) <> 0))",
    "entries: debit and credit differ",
)  # fmt: skip
refuse(
    "entries", "UPDATE",
    "OLD.posted_at IS NULL AND NEW.posted_at IS NOT NULL AND EXISTS (SELECT 1 FROM closed_periods WHERE entity_id = "
    "NEW.entity_id AND reopened_at IS NULL AND starts_on <= NEW.posting_on AND NEW.posting_on < until_on)",
    "entries: the period is closed",
)  # fmt: skip
frozen(
    "entries", "entity_id", "kind", "posting_on", "document_id", "allocation_id", "reverses_id", "is_valued", "text",
    "posted_at", when="OLD.posted_at IS NOT NULL",
)  # fmt: skip
_SEALED = "(SELECT posted_at FROM entries WHERE id = {row}.entry_id) IS NOT NULL"
refuse("entry_lines", "INSERT", _SEALED.format(row="NEW"), "entry_lines: the entry is sealed")
append_only("entry_lines")
