"""Tables of matching: rule sets, matches with their parts, learned payers, look-up keys, unidentified money."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
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
from portal.matching.rules import OUTCOMES, RULE_SET_STATES, STATES


class MatchRuleSet(Base):
    """A version of the rules: ordered rules, tolerances, limits. Drafts are edited; what was active never changes."""

    __tablename__ = "match_rule_sets"
    __table_args__ = (
        one_of("state", RULE_SET_STATES),
        Index(
            "uq_match_rule_sets_active", "state", unique=True, sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(500), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)


class Match(Base):
    """What one bank line pays, why, and how that ended; at most one current match a line."""

    __tablename__ = "matches"
    __table_args__ = (
        one_of("state", STATES), one_of("outcome", OUTCOMES),
        CheckConstraint("confidence_bp BETWEEN 0 AND 10000", name="confidence_known"),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint(
            "state <> 'posted' OR document_id IS NOT NULL OR entry_id IS NOT NULL", name="posted_has_posting"
        ),
        Index(
            "uq_matches_line", "bank_line_id", unique=True, sqlite_where=text("state <> 'undone'"),
            postgresql_where=text("state <> 'undone'"),
        ),
        Index("ix_matches_state", "state", "booked_on"), Index("ix_matches_customer", "customer_id"),
        Index("ix_matches_document", "document_id"), Index("ix_matches_decided", "decided_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    bank_line_id: Mapped[int] = mapped_column(ForeignKey("bank_lines.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    booked_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)  # signed: positive = money in
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    outcome: Mapped[str] = mapped_column(String(12), default="none")
    item_currency: Mapped[str] = mapped_column(String(3))  # of the parts; other than ``currency`` = exchanged
    rest_kind: Mapped[str] = mapped_column(String(12), default="")
    rest_minor: Mapped[int] = mapped_column(Minor, default=0)  # received less parts, in ``currency``
    confidence_bp: Mapped[int] = mapped_column(default=0)
    rule: Mapped[str] = mapped_column(String(40), default="")
    bucket: Mapped[str] = mapped_column(String(120), default="")
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)  # [[msgid, {name: value}], …]
    alternatives: Mapped[list[Any]] = mapped_column(
        Json, default=list
    )  # other sets: [[document row number, …], …]
    is_ambiguous: Mapped[bool] = mapped_column(default=False)
    may_post: Mapped[bool] = mapped_column(default=False)  # the rule set lets it post by itself
    rule_set_version: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_how: Mapped[str] = mapped_column(String(10), default="")  # auto, hand, bulk, approval
    was_changed: Mapped[bool] = mapped_column(
        default=False
    )  # a person posted something else than was proposed
    note: Mapped[str] = mapped_column(String(500), default="")  # why it is parked, refused or undone
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))  # the receipt posted
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))  # money posted as unidentified
    exchange_id: Mapped[int | None] = mapped_column(
        ForeignKey("entries.id")
    )  # money posted in another currency
    credit_allocations: Mapped[list[int]] = mapped_column(
        Json, default=list
    )  # of credit notes, to be undone with it
    row_version: Mapped[int] = mapped_column(default=1)


class MatchPart(Base):
    """So much of a document: positive settles a debt, negative uses a credit note; in the documents' currency."""

    __tablename__ = "match_parts"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        Index("ix_match_parts_document", "document_id"),
    )

    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)


class PayerSighting(Base):
    """An account number or payer name that paid for a customer: +1 when confirmed, −1 when undone. Never changes."""

    __tablename__ = "payer_sightings"
    __table_args__ = (
        CheckConstraint("times IN (1, -1)", name="times_known"),
        Index("ix_payer_sightings_key", "key", "customer_id", "times"),
        Index("ix_payer_sightings_match", "match_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    times: Mapped[int]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnidentifiedMoney(Base):
    """Money in the books whose payer is unknown (待查): open until someone says whose it is."""

    __tablename__ = "unidentified_money"
    __table_args__ = (
        one_of("state", ("open", "identified", "taken_back")),
        CheckConstraint("(state = 'identified') = (document_id IS NOT NULL)", name="identified_has_receipt"),
        Index("ix_unidentified_money_state", "state", "booked_on"),
    )

    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)
    booked_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="open")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), unique=True)


class ItemKey(Base):
    """A key by which a narrative can name a document; made by the engine, looked up by it."""

    __tablename__ = "match_item_keys"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("documents.id"), primary_key=True)


class CustomerKey(Base):
    """A key by which a payer name can name a customer; made by the engine, looked up by it."""

    __tablename__ = "match_customer_keys"
    __table_args__ = (Index("ix_match_customer_keys_customer", "customer_id"), {"sqlite_with_rowid": False})

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigId, ForeignKey("customers.id"), primary_key=True)


class MatchMark(Base):
    """How far the keys were made: of documents the last row number, of customers the version last read."""

    __tablename__ = "match_marks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class RemittanceAdvice(Base):
    """What a customer says a payment is for (汇款通知); the matcher takes it as evidence."""

    __tablename__ = "remittance_advices"
    __table_args__ = (
        one_of("state", ("new", "used", "withdrawn")), one_of("source", ("typed", "pasted", "file")),
        CheckConstraint("total_minor > 0", name="total_positive"),
        Index("ix_remittance_advices_total", "currency", "total_minor"),
        Index("ix_remittance_advices_customer", "customer_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(Minor)
    paid_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(100), default="")
    source: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="new")
    match_id: Mapped[int | None] = mapped_column(ForeignKey("matches.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RemittanceLine(Base):
    """One document a remittance advice names; without a document where the number is not ours."""

    __tablename__ = "remittance_lines"
    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount_not_zero"),)

    advice_id: Mapped[int] = mapped_column(ForeignKey("remittance_advices.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    named: Mapped[str] = mapped_column(String(80))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)


class AllocationWish(Base):
    """Another allocation of a receipt that a customer or a clerk asks for; a second person decides."""

    __tablename__ = "allocation_wishes"
    __table_args__ = (
        one_of("state", ("asked", "pending", "applied", "refused", "withdrawn")),
        Index(
            "uq_allocation_wishes_open", "document_id", unique=True,
            sqlite_where=text("state IN ('asked', 'pending')"),
            postgresql_where=text("state IN ('asked', 'pending')"),
        ),
        Index("ix_allocation_wishes_customer", "customer_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))  # the receipt
    method: Mapped[str] = mapped_column(String(12))
    parts: Mapped[list[Any]] = mapped_column(Json)  # [[document row number, minor units], …]
    before: Mapped[list[Any]] = mapped_column(Json)  # the allocation it would replace, same form
    words: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")  # why it was refused
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


append_only("payer_sightings")
append_only("remittance_lines")
frozen("matches", "bank_line_id", "entity_id", "currency", "amount_minor")
frozen("match_rule_sets", "version", "body", "made_at", when="OLD.state IN ('active', 'retired')")
frozen("unidentified_money", "match_id", "entry_id", "currency", "amount_minor", "booked_on")
frozen("remittance_advices", "customer_id", "currency", "total_minor", "number", "made_at")
frozen("allocation_wishes", "customer_id", "document_id", "parts", "before", "asked_at")
