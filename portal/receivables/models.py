"""Tables of documents, open items, allocations and the monthly roll-up of balances."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import (
    Base,
    BigId,
    Minor,
    PublicId,
    UtcDateTime,
    append_only,
    frozen,
    new_public_id,
    one_of,
    refuse,
)
from portal.receivables.rules import KINDS


class Document(Base):
    """An invoice, receipt or any other of the eight kinds. Figures and dates are frozen once posted."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("entity_id", "kind", "document_no"),
        one_of("kind", KINDS),
        CheckConstraint(
            "amount_minor > 0 OR kind IN ('adjustment', 'opening_balance')", name="amount_positive"
        ),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("abs(balance_minor) = abs(amount_minor)", name="balance_is_signed_amount"),
        Index("ix_documents_customer", "customer_id", "currency", "posting_on", "id"),
        Index("ix_documents_number", "document_no"),
        Index("ix_documents_amount", "amount_minor"),
        Index("ix_documents_day", "document_on"),
        Index("ix_documents_tax_invoice", "tax_invoice_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(20))
    document_no: Mapped[str] = mapped_column(
        String(80).with_variant(String(80, collation="C"), "postgresql")  # both databases sort alike
    )
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)  # as written on it
    balance_minor: Mapped[int] = mapped_column(
        Minor
    )  # with the sign of its effect: positive raises what is owed
    tax_minor: Mapped[int | None] = mapped_column(Minor)
    document_on: Mapped[date]
    due_on: Mapped[date | None]
    posting_on: Mapped[date]
    tax_invoice_no: Mapped[str] = mapped_column(String(40), default="")
    order_no: Mapped[str] = mapped_column(String(80), default="")
    reference: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(String(40), default="")
    exchange_rate: Mapped[str | None] = mapped_column(String(30))
    department: Mapped[str] = mapped_column(String(60), default="")
    project: Mapped[str] = mapped_column(String(60), default="")
    was_disputed: Mapped[bool] = mapped_column(default=False)  # historical mark from an import
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentLine(Base):
    """A line of a document: what was sold; unit price and quantity are decimal text. Lines sum to the document."""

    __tablename__ = "document_lines"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[str] = mapped_column(String(30), default="")
    unit: Mapped[str] = mapped_column(String(20), default="")
    unit_price: Mapped[str] = mapped_column(String(30), default="")
    tax_rate: Mapped[str] = mapped_column(String(20), default="")
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)


class OpenItem(Base):
    """What of a document is not yet allocated: the mutable, locked row where two writers meet."""

    __tablename__ = "open_items"
    __table_args__ = (
        CheckConstraint("open_minor >= 0 AND open_minor <= amount_minor", name="never_over_allocated"),
        CheckConstraint("side IN (1, -1)", name="side_known"),
        Index(
            "ix_open_items_open",
            "customer_id",
            "currency",
            "document_id",
            sqlite_where=text("open_minor > 0"),
            postgresql_where=text("open_minor > 0"),
        ),
        Index(
            "ix_open_items_amount", "open_minor", "currency", sqlite_where=text("open_minor > 0"),
            postgresql_where=text("open_minor > 0"),
        ),
    )  # fmt: skip

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    currency: Mapped[str] = mapped_column(String(3))
    side: Mapped[int]  # 1 raises what is owed, -1 lowers it
    amount_minor: Mapped[int] = mapped_column(Minor)  # always positive
    open_minor: Mapped[int] = mapped_column(Minor)
    settled_on: Mapped[date | None]  # day the last allocation brought it to zero


class Allocation(Base):
    """A credit document applied to a debit document (核销); undone by a row of the opposite amount."""

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("(reverses_id IS NULL) = (amount_minor > 0)", name="negative_only_when_reversing"),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("credit_id <> debit_id", name="two_documents"),
        Index("ix_allocations_credit", "credit_id"),
        Index("ix_allocations_debit", "debit_id"),
        Index("ix_allocations_customer", "customer_id", "allocated_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    currency: Mapped[str] = mapped_column(String(3))
    credit_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    debit_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)
    allocated_on: Mapped[date]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MonthBalance(Base):
    """Roll-up kept by the transaction that posts: movement of one customer, currency and month by kind."""

    __tablename__ = "month_balances"

    entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    month_on: Mapped[date] = mapped_column(primary_key=True)  # first day of the month of the posting date
    invoiced_minor: Mapped[int] = mapped_column(Minor, default=0)
    received_minor: Mapped[int] = mapped_column(Minor, default=0)  # positive = lowers what is owed
    credited_minor: Mapped[int] = mapped_column(Minor, default=0)  # positive = lowers what is owed
    movement_minor: Mapped[int] = mapped_column(Minor, default=0)  # invoiced - received - credited


frozen(
    "documents", "public_id", "entity_id", "customer_id", "kind", "document_no", "currency", "amount_minor",
    "balance_minor", "tax_minor", "document_on", "due_on", "posting_on", "reverses_id", "created_at",
)  # fmt: skip
append_only("document_lines")
append_only("allocations")
frozen("open_items", "entity_id", "customer_id", "currency", "side", "amount_minor")
refuse(
    "allocations", "INSERT",
    "(SELECT count(*) FROM open_items WHERE document_id IN (NEW.credit_id, NEW.debit_id) AND customer_id = "
    "NEW.customer_id AND currency = NEW.currency AND entity_id = NEW.entity_id) <> 2",
    "allocations: both documents belong to one customer, currency and entity",
)  # fmt: skip
