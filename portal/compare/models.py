"""Tables of comparisons, their findings, and the layouts remembered per customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.compare.engine import CAUSES, STATUSES
from portal.compare.rules import BASES, STATES
from portal.db import Base, BigId, Json, Minor, PublicId, UtcDateTime, new_public_id, one_of


class LedgerComparison(Base):
    """One uploaded ledger against our books, on one cut-off day."""

    __tablename__ = "comparisons"
    __table_args__ = (
        one_of("state", STATES), one_of("basis", BASES),
        Index("ix_comparisons_customer", "customer_id", "id"), Index("ix_comparisons_state", "state", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(64))
    file_sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    basis: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    as_of_on: Mapped[date]
    begin_on: Mapped[date | None]  # our rows count from here on; None = from the first
    layout: Mapped[dict[str, Any]] = mapped_column(Json)
    guess: Mapped[dict[str, Any]] = mapped_column(Json)  # doubts and first rows, for the page that asks
    given_opening_minor: Mapped[int | None] = mapped_column(
        Minor
    )  # typed by a person where the file has none
    ours_minor: Mapped[int] = mapped_column(Minor, default=0)
    theirs_minor: Mapped[int] = mapped_column(Minor, default=0)
    debit_minor: Mapped[int] = mapped_column(Minor, default=0)
    credit_minor: Mapped[int] = mapped_column(Minor, default=0)
    stated_minor: Mapped[int | None] = mapped_column(Minor)
    row_count: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[list[Any]] = mapped_column(Json)
    is_mirrored: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    error_params: Mapped[dict[str, Any]] = mapped_column(Json)
    job_id: Mapped[str | None] = mapped_column(PublicId)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)


class ComparisonRow(Base):
    """What was found about one row of theirs, one of ours, or a pair; written once by the run."""

    __tablename__ = "comparison_rows"
    __table_args__ = (
        one_of("status", STATUSES), one_of("cause", ("", *CAUSES)),
        Index("ix_comparison_rows_document", "document_id"),
    )  # fmt: skip

    comparison_id: Mapped[int] = mapped_column(ForeignKey("comparisons.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    group_no: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(30))
    difference_minor: Mapped[int] = mapped_column(Minor)
    reasons: Mapped[list[Any]] = mapped_column(Json)  # [message id, values]
    confidence_permille: Mapped[int]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    our_row: Mapped[int | None] = mapped_column(BigId)
    our_on: Mapped[date | None]
    our_number: Mapped[str] = mapped_column(String(80), default="")
    our_text: Mapped[str] = mapped_column(Text, default="")
    our_kind: Mapped[str] = mapped_column(String(20), default="")
    our_minor: Mapped[int | None] = mapped_column(Minor)
    their_row: Mapped[int | None]
    their_label: Mapped[str] = mapped_column(String(80), default="")
    their_on: Mapped[date | None]
    their_number: Mapped[str] = mapped_column(String(200), default="")
    their_text: Mapped[str] = mapped_column(Text, default="")
    their_minor: Mapped[int | None] = mapped_column(Minor)
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("disputes.id"))  # raised from here
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a copy was asked for


class LedgerLayout(Base):
    """How a customer's files are read: corrected once, used for every file with the same column names."""

    __tablename__ = "ledger_layouts"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    names_key: Mapped[str] = mapped_column(String(64), primary_key=True)  # sha256 of the column names
    layout: Mapped[dict[str, Any]] = mapped_column(Json)
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
