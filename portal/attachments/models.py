"""Table of files: checked, hashed, encrypted, served safely."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, PublicId, UtcDateTime, append_only, new_public_id


class Attachment(Base):
    """A stored file; its bytes lie encrypted in the home folder under a random name."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(PublicId)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    is_internal: Mapped[bool] = mapped_column(default=False)
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only("attachments")
