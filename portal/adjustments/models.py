"""Table of postings that need a second person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.adjustments.rules import KINDS, STATES
from portal.db import Base, BigId, Minor, PublicId, UtcDateTime, new_public_id, one_of


class Adjustment(Base):
    """A credit note, write-off or other posting by hand: drafted by one, approved and so posted by another."""

    __tablename__ = "adjustments"
    __table_args__ = (
        one_of("state", STATES), one_of("kind", KINDS),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("(state = 'posted') = (posted_id IS NOT NULL)", name="posted_has_document"),
        Index("ix_adjustments_state", "state"), Index("ix_adjustments_customer", "customer_id"),
        Index("ix_adjustments_dispute", "dispute_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # A-26-0091
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(20))  # the kind of document it posts
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor, default=0)
    posting_on: Mapped[date]
    document_id: Mapped[int | None] = mapped_column(
        ForeignKey("documents.id")
    )  # what it corrects and is applied to
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("disputes.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    posted_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)
