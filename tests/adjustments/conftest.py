"""Invoices to correct, and the verbs of an adjustment as short calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.adjustments import AdjustmentDraft, draft_adjustment, edit_adjustment, submit_adjustment
from portal.adjustments.models import Adjustment
from portal.approvals import approve, find_approval
from portal.approvals.models import Approval
from portal.money import Money
from portal.receivables.models import Document, OpenItem
from tests.books import Books

STORY = """
2026-01-05 invoice ACME INV-1 1130.00 CNY due 2026-02-04 tax 130.00
2026-01-20 invoice ACME INV-2 500.00 CNY due 2026-03-20
2026-02-10 receipt ACME RC-1 700.00 CNY pays INV-2
"""


@dataclass
class Desk:
    """The story posted, and short calls."""

    session: Session
    books: Books
    now: datetime
    people: dict[str, Actor]

    def values(self, **changes: Any) -> AdjustmentDraft:
        """A credit note of 113.00 for the first invoice."""
        draft = AdjustmentDraft(
            kind="credit_note", amount=Money(11300, "CNY"), posting_on=date(2026, 3, 2), reason="Price agreed.",
            document=self.books.public_ids["INV-1"],
        )  # fmt: skip
        return replace(draft, **changes)

    def draft(self, **changes: Any) -> str:
        """Mei drafts."""
        return draft_adjustment(
            self.session, draft=self.values(**changes), actor=self.people["mei"], now=self.now
        )

    def edit(self, public_id: str, **changes: Any) -> None:
        """Mei edits."""
        edit_adjustment(
            self.session, public_id=public_id, row_version=self.row(public_id).row_version,
            draft=self.values(**changes), actor=self.people["mei"], now=self.now,
        )  # fmt: skip

    def submit(self, public_id: str) -> str:
        """Mei submits; returns the approval."""
        return submit_adjustment(self.session, public_id=public_id, actor=self.people["mei"], now=self.now)

    def approve(self, approval: str, who: str = "chen", seen: str | None = None) -> None:
        """Chen approves."""
        actor = self.people[who]
        seen = seen or find_approval(self.session, public_id=approval, actor=actor).content_hash
        approve(self.session, public_id=approval, seen_hash=seen, actor=actor, now=self.now)

    def row(self, public_id: str) -> Adjustment:
        """The adjustment as stored."""
        return self.session.scalars(select(Adjustment).where(Adjustment.public_id == public_id)).one()

    def approval_states(self) -> list[str]:
        """States of all requests, oldest first."""
        return list(self.session.scalars(select(Approval.state).order_by(Approval.id)))

    def open_minor(self, number: str) -> int:
        """What is open of a document, by its number."""
        query = select(OpenItem.open_minor).join(Document, Document.id == OpenItem.document_id)
        return self.session.scalars(query.where(Document.document_no == number)).one()

    def posted(self, public_id: str) -> Document:
        """The document an adjustment became."""
        return self.session.get_one(Document, self.row(public_id).posted_id)


@pytest.fixture
def desk(
    session: Session,
    books: Callable[[str], Books],
    now: datetime,
    mei: Actor,
    chen: Actor,
    aud: Actor,
    ping: Actor,
) -> Desk:
    """The story posted."""
    return Desk(session, books(STORY), now, {"mei": mei, "chen": chen, "aud": aud, "ping": ping})
