"""Tables of the append-only, hash-chained audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, PublicId, UtcDateTime, append_only, refuse


class AuditRow(Base):
    """One state change: number, version, previous hash and body are all hashed."""

    __tablename__ = "audit_rows"
    __table_args__ = (
        Index("ix_audit_rows_subject", "subject_kind", "subject_id"),
        Index("ix_audit_rows_at", "at"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(120))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(PublicId)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)  # canonical JSON of all above and the details: what is hashed
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The newest number and hash: the one row writers lock, as the last act before commit."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class PersonalValue(Base):
    """A name, address or number of a person that an audit row mentions: the row holds only its token and a digest.

    Erasing a person deletes these rows; the chain stays whole because no row of it changes.
    """

    __tablename__ = "personal_values"
    __table_args__ = (Index("ix_personal_values_subject", "subject_kind", "subject_id"),)

    token: Mapped[str] = mapped_column(PublicId, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(PublicId)
    salt: Mapped[str] = mapped_column(PublicId)
    value: Mapped[str] = mapped_column(Text)


append_only("audit_rows")
refuse("personal_values", "UPDATE", "", "personal_values: values never change, they only go")
refuse("audit_head", "UPDATE", "NEW.number <= OLD.number", "audit_head: the chain only grows")
refuse("audit_head", "DELETE", "", "audit_head: the head never vanishes")
