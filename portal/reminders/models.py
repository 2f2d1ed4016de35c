"""Table of reminders that went into the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, UtcDateTime, frozen


class Reminder(Base):
    """One mail about one statement version at one stage to one recipient: the key that makes a second impossible."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("statement_id", "stage", "recipient"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    stage: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(String(200))
    outbox_key: Mapped[str] = mapped_column(String(200), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


# All but the address, which goes when the person is erased.
frozen("reminders", "customer_id", "statement_id", "stage", "reason", "at")
