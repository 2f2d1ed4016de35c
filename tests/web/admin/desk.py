"""What lies on the seller's desk in tests of staff pages: Acme's small books, and a dispute about one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals.models import Approval
from portal.customers.models import Customer
from portal.disputes import REASONS, DisputeDraft, open_dispute
from portal.money import Money
from tests.books import Books
from tests.cast import NOW
from tests.statements.months import FEBRUARY, issue_month, statement_of
from tests.web.conftest import Browser

STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04 tax 11.50 order PO-7 "ball screws"
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 receipt ACME RC-1 130.00 CNY pays INV-1:80.00
    2026-02-11 invoice GLOBEX INV-3 999.99 EUR due 2026-03-13
"""
#: What a paper answer is about.
PAPER_STORY = "2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05"
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


def ask(session: Session, query: Any) -> list[Any]:
    """Read afresh, and let go of the lock."""
    session.expire_all()
    found = session.scalars(query).all()
    session.commit()
    return list(found)


def address(session: Session, number: str = "ACME") -> str:
    """Return where the page of a customer is."""
    return f"/admin/customers/{customer_id(session, number)}"


def approve_only(browser: Browser, session: Session) -> str:
    """Approve the one request that waits, and return the page on which it was looked at."""
    (row,) = ask(session, select(Approval).where(Approval.state == "pending"))
    page = browser.get(f"/admin/approvals/{row.public_id}?lang=en")
    done = browser.post(f"/admin/approvals/{row.public_id}/approve", {"seen_hash": row.content_hash})
    assert done.status_code == 303
    return page.text


def issued(session: Session, books: Callable[[str], Books], mei: Actor) -> str:
    """Issue Acme's February of one invoice and return the statement's public id."""
    books(PAPER_STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=NOW)
    public_id = statement_of(session, "ACME", "CNY").public_id
    session.commit()
    return public_id
