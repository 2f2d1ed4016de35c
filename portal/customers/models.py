"""Tables of those who owe, and the people we write to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.customers.rules import CHANGE_KINDS, CHANGE_STATES, REQUEST_KINDS
from portal.db import (
    Base,
    BigId,
    Json,
    Minor,
    PublicId,
    UtcDateTime,
    frozen,
    new_public_id,
    one_of,
    refuse,
)


def _key(length: int) -> String:
    """Text that both databases sort alike, by code point."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Customer(Base):
    """A company that buys; known to people by its number."""

    __tablename__ = "customers"
    __table_args__ = (
        one_of("language", ("zh", "en")), Index("ix_customers_name_key", "name_key"),
        Index("ix_customers_owner", "owner_id"), Index("ix_customers_parent", "parent_id"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("(paused_at IS NOT NULL) = is_paused", name="pause_is_dated"),
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
    owner_named_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # NULL = since created
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers.id")
    )  # head of the group it belongs to
    mail_domains: Mapped[str] = mapped_column(
        String(500), default=""
    )  # its people write from, spaces between
    is_paused: Mapped[bool] = mapped_column(default=False)  # its people cannot act, reminders wait
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_reason: Mapped[str] = mapped_column(String(500), default="")
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
    previous_email: Mapped[str] = mapped_column(String(254), default="")  # gets the mail until email_from_at
    email_from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phone: Mapped[str] = mapped_column(String(60), default="")
    job_title: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    wants_statements: Mapped[bool] = mapped_column(default=True)
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)

    def address_at(self, now: datetime) -> str:
        """Return where mail goes: the old address until a changed one has stood for 24 hours."""
        is_fresh = self.email_from_at is not None and now < self.email_from_at
        return self.previous_email if is_fresh and self.previous_email else self.email


class MasterChange(Base):
    """A change of an address or of bank details that needs a second person; the row is what is approved."""

    __tablename__ = "master_changes"
    __table_args__ = (
        one_of("kind", CHANGE_KINDS), one_of("state", CHANGE_STATES),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("state <> 'approved' OR decided_by_id IS NOT NULL", name="approved_by_someone"),
        Index("ix_master_changes_customer", "customer_id", "state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(20))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10), default="pending")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CustomerAccount(Base):
    """A customer's bank account: where refunds go and what receipts are matched by; only an approved change adds it."""

    __tablename__ = "customer_accounts"
    __table_args__ = (
        Index(
            "uq_customer_accounts_in_use", "customer_id", "account", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_customer_accounts_account", "account"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    change_id: Mapped[int] = mapped_column(ForeignKey("master_changes.id"), unique=True)
    account: Mapped[str] = mapped_column(String(40))  # IBAN or account number, without spaces
    bank_name: Mapped[str] = mapped_column(String(120))
    bic: Mapped[str] = mapped_column(String(11), default="")
    holder: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RoleRequest(Base):
    """A role at a customer that waits for a second person, e.g. the only one who could confirm."""

    __tablename__ = "role_requests"
    __table_args__ = (
        one_of("kind", REQUEST_KINDS), one_of("state", CHANGE_STATES),
        Index("ix_role_requests_customer", "customer_id", "state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(10))
    person_public_id: Mapped[str] = mapped_column(String(22), default="")  # of a role that changes
    email: Mapped[str] = mapped_column(String(254), default="")  # of an invitation
    name: Mapped[str] = mapped_column(String(120), default="")
    role: Mapped[str] = mapped_column(String(40))  # of a change all roles, spaces between
    is_for_group: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)


_HAS_PARENT = (
    "NEW.parent_id IS NOT NULL AND (SELECT parent_id FROM customers WHERE id = NEW.parent_id) IS NOT NULL"
)
refuse("customers", "INSERT", _HAS_PARENT, "customers: a member of a group has no members")
refuse("customers", "UPDATE", _HAS_PARENT, "customers: a member of a group has no members")
frozen(
    "master_changes", "customer_id", "kind", "contact_id", "before", "after", "proposed_by_id", "proposed_at"
)
refuse(
    "customer_accounts", "INSERT", "(SELECT state FROM master_changes WHERE id = NEW.change_id) <> 'approved'",
    "customer_accounts: the change is not approved",
)  # fmt: skip
frozen("customer_accounts", "customer_id", "change_id", "account", "bank_name", "bic", "holder", "added_at")
