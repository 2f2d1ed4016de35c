"""Tables of requests for roles, access reviews, auditors' samples and break-glass accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.rules import STAFF_ROLES
from portal.db import (
    Base,
    BigId,
    Json,
    PublicId,
    UtcDateTime,
    append_only,
    frozen,
    new_public_id,
    one_of,
    refuse,
)

ACTS = ("give", "change", "take")
REQUEST_STATES = ("pending", "done", "rejected", "voided")
POPULATIONS = ("customers", "documents", "confirmations")


class StaffRoleRequest(Base):
    """A staff role to be given, changed or taken, until a second security administrator has decided."""

    __tablename__ = "staff_role_requests"
    __table_args__ = (
        one_of("act", ACTS),
        one_of("role", STAFF_ROLES),
        one_of("state", REQUEST_STATES),
        CheckConstraint("asked_by_id <> person_id", name="not_for_oneself"),
        Index("ix_staff_role_requests_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    act: Mapped[str] = mapped_column(String(6))
    role: Mapped[str] = mapped_column(String(20))
    terms: Mapped[dict[str, Any]] = mapped_column(Json)  # scope, limits, end; see rules.Terms
    reason: Mapped[str] = mapped_column(String(500))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default="pending")


frozen("staff_role_requests", "person_id", "act", "role", "terms", "reason", "asked_by_id", "asked_at")


class GrantReview(Base):
    """A reviewer looked at a grant and said keep or remove."""

    __tablename__ = "grant_reviews"
    __table_args__ = (one_of("decision", ("keep", "remove")), Index("ix_grant_reviews_grant", "grant_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    decision: Mapped[str] = mapped_column(String(6))
    note: Mapped[str] = mapped_column(String(500), default="")
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    policy_version: Mapped[int]


append_only("grant_reviews")
refuse(
    "grant_reviews", "INSERT",
    "EXISTS (SELECT 1 FROM grants WHERE grants.id = NEW.grant_id AND grants.person_id = NEW.reviewer_id)",
    "grant_reviews: nobody reviews their own roles",
)  # fmt: skip


class Sample(Base):
    """What an external auditor may see, drawn from a described population: the same seed gives the same sample."""

    __tablename__ = "samples"
    __table_args__ = (
        one_of("population", POPULATIONS),
        CheckConstraint("size > 0 AND population_size >= 0", name="sizes"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(120))
    population: Mapped[str] = mapped_column(String(20))
    definition: Mapped[dict[str, Any]] = mapped_column(Json)  # {"from": day, "until": day, "currency": code}
    size: Mapped[int]
    seed: Mapped[str] = mapped_column(String(60))
    method: Mapped[str] = mapped_column(String(20), default="sha256-rank")
    population_size: Mapped[int]
    population_hash: Mapped[str] = mapped_column(String(64))  # of the keys of the population as it was
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SampleItem(Base):
    """One customer, document or confirmation of a sample; ``key`` and ``label`` as they were when drawn."""

    __tablename__ = "sample_items"
    __table_args__ = (UniqueConstraint("sample_id", "no"), Index("ix_sample_items_customer", "customer_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    no: Mapped[int]
    key: Mapped[str] = mapped_column(PublicId)
    label: Mapped[str] = mapped_column(String(200))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))


append_only("samples")
append_only("sample_items")


class BreakGlass(Base):
    """One sealed secret of a break-glass account, and what became of it: who broke the seal, why, until when."""

    __tablename__ = "break_glasses"
    __table_args__ = (
        CheckConstraint("(opened_at IS NULL) = (ends_at IS NULL)", name="opened_for_a_time"),
        CheckConstraint("opened_at IS NULL OR reason <> ''", name="opened_for_a_reason"),
        CheckConstraint("reviewed_by_id IS NULL OR reviewed_by_id <> person_id", name="reviewed_by_another"),
        Index("ix_break_glasses_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    secret_hash: Mapped[str] = mapped_column(String(255))
    sealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a newer seal took its place
    opened_by: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(255), default="")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_note: Mapped[str] = mapped_column(Text, default="")


frozen("break_glasses", "person_id", "secret_hash", "sealed_by_id", "sealed_at")
refuse(
    "break_glasses", "UPDATE",
    "OLD.opened_at IS NOT NULL AND (NEW.opened_at IS NOT OLD.opened_at OR NEW.ends_at IS NOT OLD.ends_at "
    "OR NEW.reason IS NOT OLD.reason OR NEW.opened_by IS NOT OLD.opened_by)",
    "break_glasses: an opening is never rewritten",
)  # fmt: skip
