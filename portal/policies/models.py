"""Tables of policy versions and of what is proposed for the next one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

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
)


class PolicyVersion(Base):
    """The rules of the house from a day on; each decision names the version it was taken under."""

    __tablename__ = "policy_versions"
    __table_args__ = (
        CheckConstraint(
            "made_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_by_id <> made_by_id)", name="two_people"
        ),
    )  # fmt: skip

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from_on: Mapped[date]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(500), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # who proposed it; NULL = console
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only("policy_versions")


class PolicyProposal(Base):
    """All rules as they shall be, until a second security administrator has decided."""

    __tablename__ = "policy_proposals"
    __table_args__ = (one_of("state", ("pending", "done", "rejected", "voided")),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    base_version: Mapped[int]  # the newest version when it was proposed
    valid_from_on: Mapped[date]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default="pending")


frozen("policy_proposals", "base_version", "valid_from_on", "body", "reason", "asked_by_id", "asked_at")
