"""Tables of import batches, their refused rows and the profiles that read foreign layouts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, Json, PublicId, UtcDateTime, new_public_id, one_of

STATES = ("uploaded", "checked", "loading", "loaded", "failed")
KINDS = ("documents", "customers", "rates")


class ImportBatch(Base):
    """One file taken in: what was in it and what became of every row."""

    __tablename__ = "import_batches"
    __table_args__ = (
        one_of("state", STATES),
        one_of("kind", KINDS),
        Index("ix_import_batches_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(60), default="standard")
    state: Mapped[str] = mapped_column(String(10))
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    row_count: Mapped[int] = mapped_column(default=0)
    imported_count: Mapped[int] = mapped_column(default=0)
    updated_count: Mapped[int] = mapped_column(default=0)
    duplicate_count: Mapped[int] = mapped_column(default=0)
    conflict_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, Any] | None] = mapped_column(Json)
    stored_as: Mapped[str] = mapped_column(String(64), default="")  # uploaded file in the home folder
    job_id: Mapped[str] = mapped_column(PublicId, default="")
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportProblem(Base):
    """A row that was refused: where, which column, why, and the row itself, so that nothing is lost."""

    __tablename__ = "import_problems"
    __table_args__ = (Index("ix_import_problems_batch", "batch_id", "row_no"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    row_no: Mapped[int | None]  # line in the file, header = 1
    column: Mapped[str] = mapped_column(String(60), default="")
    code: Mapped[str] = mapped_column(String(30))
    message: Mapped[str] = mapped_column(Text)  # message id; params beside it
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    row: Mapped[dict[str, Any]] = mapped_column(Json)


class ImportProfile(Base):
    """A foreign layout as data: columns, date and number formats, kind rules, currency."""

    __tablename__ = "import_profiles"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
