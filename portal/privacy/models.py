"""Table of purges: what was deleted because it is older than we keep it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, UtcDateTime, append_only, one_of
from portal.privacy.rules import LEAST_DAYS, PURGE_KINDS


class Purge(Base):
    """One purge of one kind; the database lets lines of the security log go only where such a row stands."""

    __tablename__ = "purges"
    __table_args__ = (
        one_of("kind", PURGE_KINDS),
        CheckConstraint(
            f"kind <> 'security-log' OR kept_days >= {LEAST_DAYS['security-log']}", name="kept_long_enough"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_days: Mapped[int]
    before_at: Mapped[datetime] = mapped_column(UtcDateTime)  # older rows may go
    found: Mapped[int]  # rows that were older


append_only("purges")
