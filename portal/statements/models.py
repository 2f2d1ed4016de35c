"""Tables of statement runs, statements, their frozen lines and the append-only answers to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import (
    Base,
    BigId,
    Json,
    Minor,
    PublicId,
    UtcDateTime,
    append_only,
    frozen,
    new_public_id,
    one_of,
    refuse,
)
from portal.statements.rules import ANSWERS, KINDS, RUN_STATES, STATES


class StatementRun(Base):
    """One month prepared (and issued) for all active customers of an entity."""

    __tablename__ = "statement_runs"
    __table_args__ = (
        one_of("state", RUN_STATES),
        Index("ix_statement_runs_period", "entity_id", "period_from"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    period_from: Mapped[date]
    period_until: Mapped[date]  # exclusive
    state: Mapped[str] = mapped_column(String(12))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    policy_version: Mapped[int | None]
    released_by: Mapped[str] = mapped_column(
        String(120), default=""
    )  # second person, or OS user + standing approval
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Statement(Base):
    """A statement of account: one entity, customer, currency and period; a new version replaces, never changes."""

    __tablename__ = "statements"
    __table_args__ = (
        UniqueConstraint("entity_id", "customer_id", "currency", "kind", "period_from", "version"),
        one_of("state", STATES), one_of("kind", KINDS),
        CheckConstraint(
            "opening_minor + invoiced_minor - received_minor - credited_minor = closing_minor", name="figures_add_up"
        ),
        CheckConstraint(
            "not_due_minor + d1_30_minor + d31_60_minor + d61_90_minor + d91_120_minor + d120_plus_minor + "
            "unapplied_minor = closing_minor", name="ageing_adds_up",
        ),
        Index("ix_statements_customer", "customer_id", "period_from"),
        Index("ix_statements_state", "state", "period_from"),
        Index("ix_statements_run", "run_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("statement_runs.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(12), default="activity")
    period_from: Mapped[date]
    period_until: Mapped[date]  # exclusive
    version: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"), unique=True)
    state: Mapped[str] = mapped_column(String(30), default="draft")
    opening_minor: Mapped[int] = mapped_column(Minor)
    invoiced_minor: Mapped[int] = mapped_column(Minor)
    received_minor: Mapped[int] = mapped_column(Minor)
    credited_minor: Mapped[int] = mapped_column(Minor)
    closing_minor: Mapped[int] = mapped_column(Minor)
    due_now_minor: Mapped[int] = mapped_column(Minor)
    overdue_minor: Mapped[int] = mapped_column(Minor)
    not_due_minor: Mapped[int] = mapped_column(Minor)
    d1_30_minor: Mapped[int] = mapped_column(Minor)
    d31_60_minor: Mapped[int] = mapped_column(Minor)
    d61_90_minor: Mapped[int] = mapped_column(Minor)
    d91_120_minor: Mapped[int] = mapped_column(Minor)
    d120_plus_minor: Mapped[int] = mapped_column(Minor)
    unapplied_minor: Mapped[int] = mapped_column(Minor)  # zero or negative
    line_count: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    answer_by_on: Mapped[date | None]
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_viewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StatementLine(Base):
    """One line as issued. Line 0 is the opening balance (no document); lines 0..n sum to the closing balance."""

    __tablename__ = "statement_lines"
    __table_args__ = (Index("ix_statement_lines_document", "document_id"),)

    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    document_no: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    document_on: Mapped[date | None]
    due_on: Mapped[date | None]
    text: Mapped[str] = mapped_column(String(300), default="")
    order_no: Mapped[str] = mapped_column(String(80), default="")
    amount_minor: Mapped[int] = mapped_column(
        Minor
    )  # signed: positive raises what is owed; statement's currency
    open_minor: Mapped[int] = mapped_column(Minor)  # signed, as of the period end


class LineAnswer(Base):
    """What the customer said to a line. Rows are only added; the newest of a line counts; ``none`` takes it back."""

    __tablename__ = "line_answers"
    __table_args__ = (
        one_of("answer", ANSWERS),
        Index("ix_line_answers_statement", "statement_id", "line_no", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    line_no: Mapped[int]
    answer: Mapped[str] = mapped_column(String(10))
    disputed_minor: Mapped[int] = mapped_column(
        Minor, default=0
    )  # signed part of the line; rest is confirmed
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("disputes.id"))
    content_hash: Mapped[str] = mapped_column(String(64))  # of the version that was answered
    act: Mapped[str] = mapped_column(PublicId)  # one click = one act: what Undo takes back together
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")


class Act(Base):
    """Evidence of one click on answers or on a dispute: who in which role, how, when, where, on what, with which words.

    The name is not kept here: it is looked up by ``person_id``, so that erasing a person leaves the evidence whole.
    """

    __tablename__ = "acts"
    __table_args__ = (
        Index("ix_acts_subject", "subject_kind", "subject_id"), Index("ix_acts_person", "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    event: Mapped[str] = mapped_column(String(60))  # as in the audit trail
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(PublicId)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    statement_hash: Mapped[str] = mapped_column(String(64), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    side: Mapped[str] = mapped_column(String(10))
    role: Mapped[str] = mapped_column(String(40))
    authority: Mapped[str] = mapped_column(String(160), default="")
    method: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_time: Mapped[str] = mapped_column(String(40))  # ISO 8601 with the seller's offset
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)  # exactly what was shown and said


_ISSUED = "(SELECT issued_at FROM statements WHERE id = {row}.statement_id) IS NOT NULL"
frozen(
    "statements", "public_id", "run_id", "entity_id", "customer_id", "currency", "kind", "period_from",
    "period_until", "version", "supersedes_id", "opening_minor", "invoiced_minor", "received_minor", "credited_minor",
    "closing_minor", "due_now_minor", "overdue_minor", "not_due_minor", "d1_30_minor", "d31_60_minor", "d61_90_minor",
    "d91_120_minor", "d120_plus_minor", "unapplied_minor", "line_count", "content_hash", "answer_by_on", "issued_at",
    when="OLD.issued_at IS NOT NULL",
)  # fmt: skip
refuse("statement_lines", "INSERT", _ISSUED.format(row="NEW"), "statement_lines: the statement is issued")
refuse("statement_lines", "UPDATE", _ISSUED.format(row="OLD"), "statement_lines: the statement is issued")
refuse("statement_lines", "DELETE", _ISSUED.format(row="OLD"), "statement_lines: the statement is issued")
append_only("line_answers")
append_only("acts")
