"""What the database itself refuses, without any verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.customers.models import Customer
from portal.ledger import default_entity
from portal.receivables import (
    DocumentDraft,
    LineDraft,
    post_document,
)
from portal.receivables.models import Allocation, Document
from tests.books import Books

Tell = Callable[[str], Books]
SYSTEM = system_actor("test")


def customer(session: Session, number: str = "ACME") -> Customer:
    return session.scalars(select(Customer).where(Customer.number == number)).one()


@pytest.fixture
def draft(session: Session) -> DocumentDraft:
    return DocumentDraft(
        entity_id=default_entity(session).id, customer_id=customer(session).id, kind="invoice", document_no="INV-1",
        currency="CNY", amount_minor=10000, document_on=date(2026, 1, 5),
    )  # fmt: skip


@pytest.mark.db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET amount_minor = amount_minor + 1",
        "UPDATE documents SET balance_minor = -balance_minor",
        "UPDATE documents SET posting_on = '2026-02-01'",
        "DELETE FROM documents",
        "UPDATE allocations SET amount_minor = 1",
        "DELETE FROM allocations",
        "UPDATE open_items SET amount_minor = amount_minor * 2",
        "UPDATE open_items SET open_minor = -1",
        "UPDATE open_items SET open_minor = amount_minor + 1",
        "DELETE FROM open_items",
        "UPDATE document_lines SET amount_minor = 1",
        "UPDATE entries SET posting_on = '2026-02-01'",
        "UPDATE entries SET posted_at = NULL",
        "DELETE FROM entries",
        "UPDATE entry_lines SET amount_minor = 1",
        "DELETE FROM entry_lines",
    ],
)
def test_the_database_refuses_to_change_what_is_posted(
    session: Session, books: Tell, draft: DocumentDraft, now: datetime, statement: str
) -> None:
    """Invariant Inv3; no verb is involved."""
    lines = (LineDraft("ball screw", 10000),)
    post_document(session, draft=replace(draft, document_no="INV-0", lines=lines), actor=SYSTEM, now=now)
    books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt ACME R-1 30.00 CNY pays INV-1
    """)
    with pytest.raises(DBAPIError):
        session.execute(text(statement))


@pytest.mark.db
def test_the_database_refuses_an_allocation_between_two_customers(
    session: Session, books: Tell, now: datetime
) -> None:
    """Invariant Inv13."""
    story = books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-20 receipt GLOBEX R-1 100.00 CNY
    """)
    with pytest.raises(IntegrityError):
        session.execute(
            insert(Allocation).values(
                entity_id=default_entity(session).id, customer_id=customer(session).id, currency="CNY",
                credit_id=story.ids["R-1"], debit_id=story.ids["INV-1"], amount_minor=100,
                allocated_on=date(2026, 1, 20), created_at=now,
            )
        )  # fmt: skip


@pytest.mark.db
def test_the_database_lets_texts_be_completed(session: Session, books: Tell) -> None:
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    session.execute(update(Document).values(reference="contract 7", description="ball screws"))
    assert session.scalars(select(Document.reference)).all() == ["contract 7"]
