"""A dispute of Acme at each step, for the tests of staff pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.adjustments import AdjustmentDraft, draft_adjustment, submit_adjustment
from portal.adjustments.models import Adjustment
from portal.approvals.models import Approval
from portal.clock import utc_now
from portal.db import Database
from portal.disputes import (
    DisputeDraft,
    Proposal,
    accept_proposal,
    open_dispute,
    propose_resolution,
    submit_settlement,
)
from portal.disputes.models import Dispute
from portal.money import Money
from portal.receivables.models import Document
from tests.books import Books, post_books
from tests.cast import MEI, PING, actor_of

STORY = """
2026-01-05 invoice ACME INV-1 1130.00 CNY due 2026-03-15 tax 130.00 order PO-1 "Ball screws"
2026-01-20 invoice ACME INV-2 1130.00 CNY due 2026-03-20 tax 130.00 order PO-1 "Ball screws"
"""


@dataclass
class Cases:
    """Brings disputes and adjustments where a test needs them; each step in its own transaction."""

    database: Database
    books: Books

    def open(self, number: str = "INV-2") -> str:
        """Ping disputes an invoice: billed twice."""
        with self.database.writing() as session:
            draft = DisputeDraft(
                "DUP", Money(113000, "CNY"), document=self.books.public_ids[number], text="Billed twice.",
                facts={"other_document": "INV-1"},
            )  # fmt: skip
            return open_dispute(session, draft=draft, actor=actor_of(session, PING), now=utc_now())

    def accepted(self) -> str:
        """Mei proposes the full credit, Ping accepts."""
        public_id = self.open()
        with self.database.writing() as session:
            proposal = Proposal(Money(113000, "CNY"), "credit_note", "You are right.", "duplicate")
            propose_resolution(
                session, public_id=public_id, proposal=proposal, actor=actor_of(session, MEI), now=utc_now()
            )
            accept_proposal(session, public_id=public_id, actor=actor_of(session, PING), now=utc_now())
        return public_id

    def submitted(self) -> tuple[str, str]:
        """The same, submitted by Mei; returns dispute and approval."""
        public_id = self.accepted()
        with self.database.writing() as session:
            return public_id, submit_settlement(
                session, public_id=public_id, actor=actor_of(session, MEI), now=utc_now()
            )

    def draft(self) -> str:
        """Mei drafts a credit note of 100.00 for the first invoice."""
        with self.database.writing() as session:
            draft = AdjustmentDraft(
                "credit_note", Money(10000, "CNY"), date(2026, 3, 2), "Freight was free.",
                document=self.books.public_ids["INV-1"],
            )  # fmt: skip
            return draft_adjustment(session, draft=draft, actor=actor_of(session, MEI), now=utc_now())

    def pending(self) -> tuple[str, str]:
        """The same, submitted; returns adjustment and approval."""
        public_id = self.draft()
        with self.database.writing() as session:
            return public_id, submit_adjustment(
                session, public_id=public_id, actor=actor_of(session, MEI), now=utc_now()
            )

    def state(self, model: type[Dispute | Adjustment | Approval], public_id: str) -> str:
        """The stored state of a thing."""
        with self.database.reading() as session:
            return session.scalars(select(model.state).where(model.public_id == public_id)).one()

    def credit_notes(self) -> list[str]:
        """Numbers of the posted credit notes."""
        with self.database.reading() as session:
            query = select(Document.document_no).where(Document.kind == "credit_note").order_by(Document.id)
            return list(session.scalars(query))


def make_cases(database: Database) -> Cases:
    """Post the story."""
    with database.writing() as session:
        books = post_books(session, STORY, actor=actor_of(session, MEI), now=utc_now())
    return Cases(database, books)
