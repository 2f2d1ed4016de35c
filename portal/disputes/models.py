"""Tables of disputes, their parts and their timeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
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
)
from portal.disputes.rules import STATES

_IS_OPEN = "state NOT IN ('draft', 'resolved', 'closed', 'withdrawn')"


class Dispute(Base):
    """The customer's objection to an amount: of one statement line, or of a document."""

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("state", STATES), one_of("turn", ("ours", "theirs", "nobody")),
        CheckConstraint("disputed_minor > 0", name="disputed_positive"),
        CheckConstraint(
            "approved_minor IS NULL OR (approved_minor >= 0 AND approved_minor <= disputed_minor)",
            name="approved_within_disputed",
        ),
        Index("ix_disputes_customer", "customer_id", "state"), Index("ix_disputes_state", "state", "due_on"),
        Index(
            "uq_disputes_one_open_a_line", "statement_id", "line_no", unique=True,
            sqlite_where=text(_IS_OPEN), postgresql_where=text(_IS_OPEN),
        ),
        Index(
            "uq_disputes_one_open_a_document", "document_id", unique=True,
            sqlite_where=text(_IS_OPEN), postgresql_where=text(_IS_OPEN),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # D-26-0193
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"))
    line_no: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    reason: Mapped[str] = mapped_column(String(3))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)  # what the reason asks for
    currency: Mapped[str] = mapped_column(String(3))
    disputed_minor: Mapped[int] = mapped_column(Minor)
    approved_minor: Mapped[int | None] = mapped_column(Minor)
    resolution: Mapped[str] = mapped_column(String(20), default="")
    root_cause: Mapped[str] = mapped_column(String(40), default="")  # staff only
    department: Mapped[str] = mapped_column(String(30))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(String(20))
    turn: Mapped[str] = mapped_column(String(8))
    due_on: Mapped[date]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_on_behalf: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)


class DisputePart(Base):
    """One reason and amount within a dispute: price and quantity may both be wrong on one line."""

    __tablename__ = "dispute_parts"

    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(3))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)


class DisputeEvent(Base):
    """One point of the timeline: words, a move, an offer, a posting; internal ones never leave the house."""

    __tablename__ = "dispute_events"
    __table_args__ = (
        one_of("kind", ("message", "note", "state", "offer", "posting", "file")),
        one_of("side", ("customer", "staff", "system")),
        CheckConstraint("kind <> 'note' OR is_internal", name="notes_are_internal"),
        Index("ix_dispute_events_dispute", "dispute_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    kind: Mapped[str] = mapped_column(String(10))
    verb: Mapped[str] = mapped_column(String(12))  # what was done: a verb of rules.TRANSITIONS
    side: Mapped[str] = mapped_column(String(10))
    is_internal: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    from_state: Mapped[str] = mapped_column(String(20), default="")
    to_state: Mapped[str] = mapped_column(String(20), default="")
    currency: Mapped[str | None] = mapped_column(String(3))
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only("dispute_parts")
# All but the name, which goes when the person is erased.
frozen(
    "dispute_events", "dispute_id", "kind", "verb", "side", "is_internal", "person_id", "text", "from_state",
    "to_state", "currency", "amount_minor", "attachment_id", "at",
)  # fmt: skip
