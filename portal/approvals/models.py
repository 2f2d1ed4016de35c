"""Table of the one four-eyes mechanism."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, Json, Minor, PublicId, UtcDateTime, frozen, new_public_id, one_of

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
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")


frozen(
    "approvals", "kind", "subject_kind", "subject_id", "customer_id", "currency", "amount_minor", "content",
    "content_hash", "effect", "requested_by_id", "requested_at", "policy_version",
)  # fmt: skip
