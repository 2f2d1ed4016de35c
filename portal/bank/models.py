"""Tables of the bank's word: our accounts there, files taken in, their statements, lines and refused rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.bank.rules import FILE_STATES, LAYOUT_STATES, LINE_KINDS, LINE_STATES
from portal.db import Base, BigId, Json, Minor, PublicId, UtcDateTime, frozen, new_public_id, one_of


class BankAccount(Base):
    """One of our accounts at a bank or wallet; an account in two currencies is two rows."""

    __tablename__ = "bank_accounts"
    __table_args__ = (UniqueConstraint("entity_id", "identifier", "currency"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    identifier: Mapped[str] = mapped_column(String(64))  # IBAN or number without blanks, as the files name it
    currency: Mapped[str] = mapped_column(String(3))
    name: Mapped[str] = mapped_column(String(120), default="")
    bank_name: Mapped[str] = mapped_column(String(120), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    feed_days: Mapped[int] = mapped_column(default=4)  # a feed older than this is late
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankFile(Base):
    """A file taken in: what it was, what was in it, what became of every row."""

    __tablename__ = "bank_files"
    __table_args__ = (one_of("state", FILE_STATES), Index("ix_bank_files_at", "started_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(default=0)
    format: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_accounts.id"))  # named by who took it in
    layout_id: Mapped[int | None] = mapped_column(ForeignKey("bank_layouts.id"))
    line_count: Mapped[int] = mapped_column(default=0)
    imported_count: Mapped[int] = mapped_column(default=0)
    duplicate_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    skipped_count: Mapped[int] = mapped_column(default=0)
    preview: Mapped[dict[str, Any] | None] = mapped_column(Json)  # statements and first lines of the check
    stored_as: Mapped[str] = mapped_column(String(64), default="")  # uploaded file in the home folder
    job_id: Mapped[str] = mapped_column(PublicId, default="")
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_reason: Mapped[str] = mapped_column(String(300), default="")


class BankStatement(Base):
    """A statement of an account inside a file: the balances that its lines must explain."""

    __tablename__ = "bank_statements"
    __table_args__ = (Index("ix_bank_statements_account", "account_id", "from_on", "until_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"), index=True)
    number: Mapped[str] = mapped_column(String(60), default="")
    currency: Mapped[str] = mapped_column(String(3))
    opening_minor: Mapped[int | None] = mapped_column(Minor)
    closing_minor: Mapped[int | None] = mapped_column(Minor)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    line_count: Mapped[int] = mapped_column(default=0)
    sum_minor: Mapped[int] = mapped_column(Minor, default=0)
    is_balanced: Mapped[bool | None]  # None where the file states no two balances
    statement_key: Mapped[str] = mapped_column(String(64), unique=True)


class BankLine(Base):
    """An entry the bank booked: + is money in. Its facts never change, only what we make of it."""

    __tablename__ = "bank_lines"
    __table_args__ = (
        one_of("kind", LINE_KINDS),
        one_of("state", LINE_STATES),
        Index("ix_bank_lines_day", "account_id", "booked_on", "amount_minor"),
        Index("ix_bank_lines_state", "state", "booked_on"),
        Index("ix_bank_lines_file", "file_id", "line_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_accounts.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"))  # where it was seen first
    statement_id: Mapped[int | None] = mapped_column(
        ForeignKey("bank_statements.id")
    )  # None: only notified so far
    line_no: Mapped[int]  # line or entry in that file
    booked_on: Mapped[date]
    value_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(12), default="other")
    payer_name: Mapped[str] = mapped_column(String(200), default="")  # the other side, also of money out
    payer_account: Mapped[str] = mapped_column(String(64), default="")
    narrative: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(String(140), default="")  # the payer's, end to end
    bank_ref: Mapped[str] = mapped_column(String(140), default="")
    is_reversal: Mapped[bool] = mapped_column(default=False)
    is_notice: Mapped[bool] = mapped_column(default=False)  # known from a notification, no statement yet
    parts: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)  # sub-lines of a collective entry
    line_key: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="new")
    state_note: Mapped[str] = mapped_column(String(300), default="")
    state_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    state_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BankSighting(Base):
    """A line that a later file brought again: the same money, kept once."""

    __tablename__ = "bank_sightings"
    __table_args__ = (Index("ix_bank_sightings_line", "line_id"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_lines.id"), primary_key=True)
    line_no: Mapped[int]


class BankProblem(Base):
    """A row that is not a line: refused or left out, where it stands, why, and the row itself."""

    __tablename__ = "bank_problems"
    __table_args__ = (Index("ix_bank_problems_file", "file_id", "row_no"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"))
    row_no: Mapped[int | None]
    column: Mapped[str] = mapped_column(String(60), default="")
    code: Mapped[str] = mapped_column(String(30))
    message: Mapped[str] = mapped_column(Text)  # message id; params beside it
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    text: Mapped[str] = mapped_column(Text, default="")
    is_refused: Mapped[bool] = mapped_column(
        default=True
    )  # False: rightly left out (a total, a closed order)


class BankLayout(Base):
    """How the tables of one bank are read, learned from a person's correction and activated by a second one."""

    __tablename__ = "bank_layouts"
    __table_args__ = (
        one_of("state", LAYOUT_STATES),
        CheckConstraint("length(signature) = 64", name="signature_is_hash"),
        Index("ix_bank_layouts_signature", "signature", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(80))
    signature: Mapped[str] = mapped_column(String(64))  # hash of the names of its columns
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


frozen(
    "bank_lines",
    "account_id",
    "booked_on",
    "value_on",
    "amount_minor",
    "currency",
    when="OLD.state = 'matched'",
)
