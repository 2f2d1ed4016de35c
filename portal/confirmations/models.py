"""Table of signatures: the customer's answer to a statement's balance."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.confirmations.rules import CHANNELS, OUTCOMES, PAPER_STATES
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


class Confirmation(Base):
    """Who agreed to what, when, how, and the exact text shown; one per statement version, never changed."""

    __tablename__ = "confirmations"
    __table_args__ = (
        one_of("outcome", OUTCOMES), one_of("channel", CHANNELS), Index("ix_confirmations_customer", "customer_id"),
        CheckConstraint("(channel = 'portal') = (person_id IS NOT NULL)", name="portal_has_a_person"),
        CheckConstraint("(channel = 'portal') = (recorded_by_id IS NULL)", name="others_are_recorded"),
        CheckConstraint("recorded_by_id IS NULL OR recorded_by_id <> approved_by_id", name="two_people"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    statement_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    closing_minor: Mapped[int] = mapped_column(Minor)
    agreed_minor: Mapped[int] = mapped_column(Minor)
    disputed_minor: Mapped[int] = mapped_column(Minor)
    stated_minor: Mapped[int | None] = mapped_column(Minor)  # the customer's own figure when they disagree
    reason: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[list[Any]] = mapped_column(Json)  # [[line no, answer, disputed minor], …] as signed
    signed_text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(10), default="portal")  # how the customer's answer reached us
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # who signed here; None on paper
    person_name: Mapped[str] = mapped_column(String(120))
    person_email: Mapped[str] = mapped_column(String(254))
    job_title: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(40), default="")  # held for this customer at that moment
    authority: Mapped[str] = mapped_column(String(160), default="")  # to sign, in the signer's own words
    method: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    local_time: Mapped[str] = mapped_column(String(40))  # ISO 8601 with the seller's offset
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # domains, invitation, terms, code
    given_on: Mapped[date | None]  # day of the paper or the call
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    content_hash: Mapped[str] = mapped_column(String(64))


class PaperConfirmation(Base):
    """An answer that came on paper, by telephone or by e-mail; it counts when a second person agrees."""

    __tablename__ = "paper_confirmations"
    __table_args__ = (
        one_of("outcome", OUTCOMES), one_of("channel", CHANNELS), one_of("state", PAPER_STATES),
        Index("ix_paper_confirmations_statement", "statement_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    statement_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    stated_minor: Mapped[int | None] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(10))
    given_on: Mapped[date]
    given_by: Mapped[str] = mapped_column(String(120))  # who at the customer
    given_title: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="pending")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TermsAcceptance(Base):
    """A person's yes to the terms of electronic confirmation, for one company and one version, with the exact text."""

    __tablename__ = "terms_acceptances"
    __table_args__ = (UniqueConstraint("person_id", "customer_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(255))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignCode(Base):
    """A code mailed to someone who was invited, asked for before the first signature; only its hash is kept."""

    __tablename__ = "sign_codes"
    __table_args__ = (Index("ix_sign_codes_person", "person_id", "customer_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


append_only("confirmations")
append_only("terms_acceptances")
frozen(
    "paper_confirmations", "statement_id", "customer_id", "statement_hash", "outcome", "currency", "stated_minor",
    "channel", "given_on", "given_by", "given_title", "recorded_by_id", "recorded_at",
)  # fmt: skip
