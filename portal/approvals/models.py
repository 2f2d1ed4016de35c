"""Table of the one four-eyes mechanism."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

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

STATES = ("pending", "approved", "rejected", "voided")


class Approval(Base):
    """One request for a second person: what is asked, its content hash, before and after, maker, checker."""

    __tablename__ = "approvals"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> requested_by_id", name="two_people"),
        CheckConstraint(
            "(state IN ('approved', 'rejected')) = (decided_by_id IS NOT NULL)", name="decided_by_someone"
        ),
        CheckConstraint("needs_approvals IN (1, 2)", name="one_or_two"),
        CheckConstraint(
            "first_by_id IS NULL OR (first_by_id <> requested_by_id "
            "AND (decided_by_id IS NULL OR decided_by_id <> first_by_id))",
            name="three_people",
        ),
        CheckConstraint(
            "state <> 'approved' OR needs_approvals = 1 OR first_by_id IS NOT NULL", name="both_said_yes"
        ),
        Index("ix_approvals_state", "state", "kind"),
        Index("ix_approvals_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(40))  # names the verb that runs, e.g. adjustments.post
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(PublicId)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    title: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str | None] = mapped_column(String(3))
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(String(64))
    effect: Mapped[dict[str, Any]] = mapped_column(Json)  # {"before": {...}, "after": {...}, "entry": [...]}
    state: Mapped[str] = mapped_column(String(10), default="pending")
    policy_version: Mapped[int]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    request_note: Mapped[str] = mapped_column(Text, default="")
    needs_approvals: Mapped[int] = mapped_column(default=1)  # 2 above somebody's limit
    first_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id")
    )  # the first yes where two are needed
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")


frozen(
    "approvals", "kind", "subject_kind", "subject_id", "customer_id", "currency", "amount_minor", "content",
    "content_hash", "effect", "requested_by_id", "requested_at", "policy_version",
)  # fmt: skip
refuse(
    "approvals", "UPDATE", "NEW.needs_approvals < OLD.needs_approvals",
    "approvals: a second approval that is needed stays needed",
)  # fmt: skip
refuse(
    "approvals", "UPDATE",
    "NEW.state = 'approved' AND OLD.state <> 'approved' AND EXISTS (SELECT 1 FROM grants WHERE "
    "grants.person_id = OLD.requested_by_id AND grants.customer_id IS NULL "
    "AND (grants.granted_at > OLD.requested_at OR grants.ended_at > OLD.requested_at))",
    "approvals: the roles of who asked have changed since",
)  # fmt: skip


class ApprovedSum(Base):
    """How much a person has released alone on a business day in one currency; locked while it grows."""

    __tablename__ = "approved_sums"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)  # person:day:currency
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    day_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    used_minor: Mapped[int] = mapped_column(Minor, default=0)
