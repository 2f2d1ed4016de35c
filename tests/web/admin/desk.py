"""What lies on the seller's desk in tests of staff pages: Acme's small books, and a dispute about one of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.disputes import REASONS, DisputeDraft, open_dispute
from portal.money import Money

STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04 tax 11.50 order PO-7 "ball screws"
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 receipt ACME RC-1 130.00 CNY pays INV-1:80.00
    2026-02-11 invoice GLOBEX INV-3 999.99 EUR due 2026-03-13
"""
_FACTS = {"text": "57 pieces", "date": "2026-02-10", "money": "100.00", "document": "INV-1"}


def dispute_about(session: Session, document: str, *, actor: Actor, now: datetime, minor: int = 5_000) -> str:
    """Record a dispute on the customer's behalf and return its public id."""
    draft = DisputeDraft(
        reason="QTY", amount=Money(minor, "CNY"), document=document, text="Three pieces are missing.",
        facts={fact.key: _FACTS[fact.kind] for fact in REASONS["QTY"].facts},
    )  # fmt: skip
    return open_dispute(session, draft=draft, on_behalf=True, actor=actor, now=now)


def customer_id(session: Session, number: str = "ACME") -> str:
    """Return the public id of a customer; what the session had written must be committed before."""
    found = session.scalars(select(Customer.public_id).where(Customer.number == number)).one()
    session.rollback()  # an open transaction would keep the application from writing
    return found
