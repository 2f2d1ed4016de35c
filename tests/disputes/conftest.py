"""A disputed invoice of Acme: the story most dispute tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.adjustments.models import Adjustment
from portal.approvals import approve, find_approval
from portal.attachments import FileVault
from portal.audit.models import AuditRow
from portal.disputes import (
    DisputeDraft,
    Proposal,
    accept_proposal,
    open_dispute,
    propose_resolution,
    submit_settlement,
)
from portal.disputes.models import Dispute, DisputeEvent
from portal.disputes.reasons import REASONS
from portal.money import Money
from portal.outbox.models import OutboxMessage
from portal.receivables.models import OpenItem
from tests.books import Books

STORY = """
2026-01-05 invoice ACME INV-1 38640.00 CNY due 2026-03-15 tax 4445.31 order PO-5521 "Ball screw BS-32"
2026-01-20 invoice ACME INV-2 38640.00 CNY due 2026-03-20 tax 4445.31 order PO-5521 "Ball screw BS-32"
2026-01-25 invoice ACME INV-3 1000.00 CNY due 2026-02-20
2026-02-10 receipt ACME RC-1 1000.00 CNY pays INV-3
2026-01-08 invoice GLOBEX GX-1 500.00 EUR due 2026-02-08
"""
FULL = Money(3864000, "CNY")


@dataclass
class Case:
    """A session with the story posted, and the verbs of the story as short calls."""

    session: Session
    books: Books
    now: datetime
    people: dict[str, Actor]

    def draft(self, number: str = "INV-2", **changes: Any) -> DisputeDraft:
        """Billed twice, in full."""
        draft = DisputeDraft(
            reason="DUP", amount=FULL, document=self.books.public_ids[number], text="Billed twice.",
            facts={"other_document": "INV-1"},
        )  # fmt: skip
        return replace(draft, **changes)

    def open(self, number: str = "INV-2", **changes: Any) -> str:
        """Ping disputes an invoice."""
        draft = self.draft(number, **changes)
        return open_dispute(self.session, draft=draft, actor=self.people["ping"], now=self.now)

    def propose(self, public_id: str, minor: int = 3864000, resolution: str = "credit_note") -> None:
        """Mei proposes a credit."""
        proposal = Proposal(Money(minor, "CNY"), resolution, "You are right: one shipment.", "duplicate")
        propose_resolution(
            self.session, public_id=public_id, proposal=proposal, actor=self.people["mei"], now=self.now
        )

    def accept(self, public_id: str) -> None:
        """Ping accepts what is offered."""
        accept_proposal(self.session, public_id=public_id, actor=self.people["ping"], now=self.now)

    def submit(self, public_id: str) -> str:
        """Mei asks for approval; returns the approval."""
        return submit_settlement(self.session, public_id=public_id, actor=self.people["mei"], now=self.now)

    def approve(self, approval: str, who: str = "chen") -> None:
        """Chen approves what he sees."""
        seen = find_approval(self.session, public_id=approval, actor=self.people[who]).content_hash
        approve(self.session, public_id=approval, seen_hash=seen, actor=self.people[who], now=self.now)

    def settled(self, number: str = "INV-2") -> str:
        """The whole way to the posted credit."""
        public_id = self.open(number)
        self.propose(public_id)
        self.accept(public_id)
        self.approve(self.submit(public_id))
        return public_id

    def row(self, public_id: str) -> Dispute:
        """The dispute as stored."""
        self.session.flush()
        return self.session.scalars(select(Dispute).where(Dispute.public_id == public_id)).one()

    def bring(self, public_id: str, state: str) -> None:
        """Bring a dispute into any state, as if its story had led there."""
        row = self.row(public_id)
        row.state = state
        row.resolved_at = self.now
        if state in {"proposed", "accepted", "pending_approval"}:
            row.approved_minor, row.resolution = row.disputed_minor, "credit_note"
        self.session.flush()

    def open_minor(self, number: str) -> int:
        """What is open of a document."""
        query = select(OpenItem.open_minor).where(OpenItem.document_id == self.books.ids[number])
        return self.session.scalars(query).one()

    def mails(self, event: str) -> list[OutboxMessage]:
        """Queued mails of an event."""
        query = select(OutboxMessage).where(OutboxMessage.event == event).order_by(OutboxMessage.id)
        return list(self.session.scalars(query))

    def snapshot(self) -> tuple[object, ...]:
        """Everything a refused verb must leave as it was."""
        self.session.flush()
        self.session.expire_all()
        rows = self.session.scalars(select(Dispute).order_by(Dispute.id)).all()
        return (
            [
                (r.state, r.turn, r.due_on, r.approved_minor, r.owner_id, r.row_version, r.resolution)
                for r in rows
            ],
            len(self.session.scalars(select(DisputeEvent.id)).all()),
            [(a.state, a.posted_id) for a in self.session.scalars(select(Adjustment)).all()],
            len(self.session.scalars(select(OutboxMessage.id)).all()),
            len(self.session.scalars(select(AuditRow.number)).all()),
        )


@pytest.fixture
def case(
    session: Session, books: Callable[[str], Books], now: datetime, mei: Actor, chen: Actor, ping: Actor, bo: Actor,
    vera: Actor, aud: Actor, home: Any,
) -> Case:  # fmt: skip
    """The story posted; files have a folder."""
    session.info["vault"] = FileVault(home / "attachments", ["test"])
    people = {"mei": mei, "chen": chen, "ping": ping, "bo": bo, "vera": vera, "aud": aud}
    return Case(session, books(STORY), now, people)


def any_facts(code: str) -> dict[str, str]:
    """Facts that satisfy a reason."""
    by_kind = {"text": "as agreed", "date": "2026-02-01", "money": "10.00", "document": "X-1"}
    return {fact.key: by_kind[fact.kind] for fact in REASONS[code].facts}
