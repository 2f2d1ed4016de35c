"""Tables of import batches, their quarantined rows, the profiles that read foreign layouts, feeds and e-invoices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, BigId, Json, Minor, PublicId, UtcDateTime, frozen, new_public_id, one_of, refuse

STATES = ("uploaded", "unmapped", "checked", "loading", "loaded", "failed", "undoing", "undone")
KINDS = ("documents", "customers", "rates", "einvoices")
SOURCES = ("page", "console", "folder")
ROW_STATES = ("open", "retrying", "taken", "discarded")
PROFILE_STATES = ("draft", "pending", "approved", "rejected")
RHYTHMS = ("workday", "daily", "weekly", "monthly")
EINVOICE_KINDS = ("invoice", "credit_note")


class ImportFeed(Base):
    """A file that is expected again and again: from where, in which layout, how often; late ones become a task."""

    __tablename__ = "import_feeds"
    __table_args__ = (
        one_of("rhythm", RHYTHMS),
        CheckConstraint("grace_days BETWEEN 0 AND 31", name="grace_days_sane"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(60), unique=True)  # also the folder within the inbox
    profile: Mapped[str] = mapped_column(String(60))
    rhythm: Mapped[str] = mapped_column(String(10))
    grace_days: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    began_on: Mapped[date]
    last_arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportBatch(Base):
    """One file taken in: what was in it and what became of every row."""

    __tablename__ = "import_batches"
    __table_args__ = (
        one_of("state", STATES),
        one_of("kind", KINDS),
        one_of("source", SOURCES),
        Index("ix_import_batches_at", "started_at"),
        Index("ix_import_batches_file", "file_sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(10), default="page")
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("import_feeds.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(60), default="standard")
    profile_version: Mapped[int] = mapped_column(default=0)  # 0 = as shipped
    state: Mapped[str] = mapped_column(String(10))
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    row_count: Mapped[int] = mapped_column(default=0)
    imported_count: Mapped[int] = mapped_column(default=0)
    updated_count: Mapped[int] = mapped_column(default=0)
    duplicate_count: Mapped[int] = mapped_column(default=0)
    conflict_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, Any] | None] = mapped_column(Json)
    control: Mapped[dict[str, Any] | None] = mapped_column(
        Json
    )  # sums of the file, new customers, skipped rows
    header: Mapped[list[str] | None] = mapped_column(Json)
    stored_as: Mapped[str] = mapped_column(String(64), default="")  # uploaded file in the home folder
    job_id: Mapped[str] = mapped_column(PublicId, default="")
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_reason: Mapped[str] = mapped_column(String(500), default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportProblem(Base):
    """Why a row was refused: where, which column, why."""

    __tablename__ = "import_problems"
    __table_args__ = (Index("ix_import_problems_batch", "batch_id", "row_no"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    row_no: Mapped[int | None]  # line in the file, header = 1
    column: Mapped[str] = mapped_column(String(60), default="")
    code: Mapped[str] = mapped_column(String(30))
    message: Mapped[str] = mapped_column(Text)  # message id; params beside it
    params: Mapped[dict[str, Any]] = mapped_column(Json)


class QuarantinedRow(Base):
    """A refused row, kept as it came until it is mended and taken in, or discarded with a reason."""

    __tablename__ = "import_quarantine"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        one_of("state", ROW_STATES),
        CheckConstraint("state <> 'discarded' OR reason <> ''", name="discarded_with_reason"),
        Index("ix_import_quarantine_state", "state", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    row_no: Mapped[int]
    raw: Mapped[list[str]] = mapped_column(Json)  # cells as they stand in the file
    cells: Mapped[dict[str, str]] = mapped_column(Json)  # by column of the standard format, as read or mended
    state: Mapped[str] = mapped_column(String(10), default="open")
    reason: Mapped[str] = mapped_column(String(500), default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportProfile(Base):
    """A version of a foreign layout as data; a version never changes, a correction is the next one."""

    __tablename__ = "import_profiles"
    __table_args__ = (UniqueConstraint("name", "version"), one_of("state", PROFILE_STATES))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EInvoice(Base):
    """The electronic invoice of a document: number and code are its identity, so the same one never counts twice."""

    __tablename__ = "einvoices"
    __table_args__ = (
        Index(
            "uq_einvoices_identity",
            "entity_id",
            "kind",
            "code",
            "number",
            unique=True,
            sqlite_where=text("NOT is_void"),
            postgresql_where=text("NOT is_void"),
        ),
        one_of("kind", EINVOICE_KINDS),
        Index("ix_einvoices_document", "document_id"),
        Index("ix_einvoices_batch", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40), default="")
    form: Mapped[str] = mapped_column(String(20))  # ubl, cii, factur-x, fapiao, ofd
    seller_name: Mapped[str] = mapped_column(String(200), default="")
    seller_tax_no: Mapped[str] = mapped_column(String(40), default="")
    buyer_name: Mapped[str] = mapped_column(String(200), default="")
    buyer_tax_no: Mapped[str] = mapped_column(String(40), default="")
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(Minor)  # tax included
    tax_minor: Mapped[int] = mapped_column(Minor)
    payable_minor: Mapped[int] = mapped_column(Minor)  # what prepayments leave
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    is_void: Mapped[bool] = mapped_column(default=False)  # its batch was undone
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


frozen("import_profiles", "name", "version", "body", "made_at")
refuse(
    "import_quarantine", "UPDATE",
    "NEW.batch_id IS NOT OLD.batch_id OR NEW.row_no IS NOT OLD.row_no OR NEW.raw IS NOT OLD.raw",
    "import_quarantine: a row stays as it came",
)  # fmt: skip
refuse(
    "import_quarantine",
    "DELETE",
    "OLD.state IN ('taken', 'discarded')",
    "import_quarantine: settled rows stay",
)
frozen(
    "einvoices", "entity_id", "document_id", "kind", "number", "code", "total_minor", "tax_minor", "currency"
)
