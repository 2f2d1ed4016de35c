"""Table of signatures: the customer's answer to a statement's balance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.confirmations.rules import OUTCOMES
from portal.db import Base, BigId, Json, Minor, PublicId, UtcDateTime, append_only, new_public_id, one_of


class Confirmation(Base):
    """Who agreed to what, when, how, and the exact text shown; one per statement version, never changed."""

    __tablename__ = "confirmations"
    __table_args__ = (one_of("outcome", OUTCOMES), Index("ix_confirmations_customer", "customer_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    statement_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    closing_minor: Mapped[int] = mapped_column(Minor)
    agreed_minor: Mapped[int] = mapped_column(Minor)
    disputed_minor: Mapped[int] = mapped_column(Minor)
    stated_minor: Mapped[int | None] = mapped_column(Minor)  # the customer's own figure when they disagree
    reason: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[list[Any]] = mapped_column(Json)  # [[line no, answer, disputed minor], …] as signed
    signed_text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str] = mapped_column(String(120))
    person_email: Mapped[str] = mapped_column(String(254))
    job_title: Mapped[str] = mapped_column(String(120))
    method: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_time: Mapped[str] = mapped_column(String(40))  # ISO 8601 with the seller's offset
    content_hash: Mapped[str] = mapped_column(String(64))


append_only("confirmations")
