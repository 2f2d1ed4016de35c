"""Tables of people, their roles, sign-ins, deep links, throttles and the security log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.rules import ALL_ROLES, CUSTOMER_ROLES
from portal.db import Base, BigId, Json, PublicId, UtcDateTime, append_only, new_public_id, one_of


class Person(Base):
    """Someone who signs in; customers' people and staff alike."""

    __tablename__ = "people"
    __table_args__ = (one_of("language", ("zh", "en")), one_of("theme", ("auto", "light", "dark")))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    job_title: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    has_single_keys: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Grant(Base):
    """A role held by a person, for one customer where the role is a customer's."""

    __tablename__ = "grants"
    __table_args__ = (
        one_of("role", ALL_ROLES),
        CheckConstraint(
            f"(customer_id IS NOT NULL) = (role IN ({', '.join(repr(r) for r in CUSTOMER_ROLES)}))",
            name="customer_where_needed",
        ),
        Index("ix_grants_person", "person_id"),
        Index("ix_grants_customer", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignIn(Base):
    """One signed-in browser: the cookie carries its random id, this row holds only the hash of it."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))  # the company being acted for
    method: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeepLink(Base):
    """A link in a mail: it leads to a page after sign-in and is never a credential."""

    __tablename__ = "deep_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(200))
    label: Mapped[dict[str, Any]] = mapped_column(
        Json
    )  # {"kind": "statement", "month": "2026-10"}: no name, no figure
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    recipient: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ThrottleCount(Base):
    """Tries within one time window for an account, an address or the whole site; shared by all processes."""

    __tablename__ = "throttle_counts"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)


class SecurityEvent(Base):
    """One line of the security log, a table apart from the business audit chain."""

    __tablename__ = "security_events"
    __table_args__ = (Index("ix_security_events_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    address: Mapped[str] = mapped_column(String(64), default="")
    request_id: Mapped[str] = mapped_column(String(32), default="")
    details: Mapped[str] = mapped_column(Text, default="")


append_only("security_events")
