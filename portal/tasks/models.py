"""Table of tasks: things a person must do that no other record already says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, Json, PublicId, UtcDateTime, new_public_id, one_of

STATES = ("open", "done")


class Task(Base):
    """One thing to do, with an owner and a day; ``key`` keeps the same cause from opening it twice."""

    __tablename__ = "tasks"
    __table_args__ = (one_of("state", STATES), Index("ix_tasks_state", "state", "due_on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(30))  # e.g. question, mail-failed
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(PublicId)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(5), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
