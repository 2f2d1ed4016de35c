"""Mails of a dispute to the customer's people: what happened and where to look, never an amount, never a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import make_link, recipients_of
from portal.access.models import Grant, Person
from portal.customers.models import Customer
from portal.disputes.models import Dispute
from portal.disputes.reasons import REASONS
from portal.disputes.rules import RESOLUTIONS
from portal.ledger import EntityView, entity_view
from portal.outbox import MessageDraft, put_messages
from portal.receivables.models import Document


@dataclass(frozen=True, slots=True)
class _Reader:
    email: str
    name: str
    language: str
    why: str


def tell_customer(session: Session, dispute: Dispute, *, event: str, now: datetime) -> int:
    """Queue one mail to whoever raised the dispute, else to each of the customer's confirmers.

    Args:
        session: A writing session; the mails leave when it has committed.
        dispute: After the change.
        event: ``dispute-opened``, ``dispute-proposed`` or ``dispute-resolved``.
        now: When.

    Returns:
        How many were queued.
    """
    customer = session.get_one(Customer, dispute.customer_id)
    document = session.get(Document, dispute.document_id) if dispute.document_id else None
    seller = entity_view(session, dispute.entity_id)
    facts = _facts(dispute, event) | {"document_no": document.document_no if document else ""}
    drafts = [
        MessageDraft(
            key=f"{event}:{dispute.public_id}:{dispute.row_version}:{reader.email}"[:200], event=event,
            recipient=reader.email, recipient_name=reader.name, language=reader.language,
            customer_id=customer.id,
            payload=facts | _frame(session, dispute, customer=customer, seller=seller, reader=reader, now=now),
        )
        for reader in _readers(session, dispute)
    ]  # fmt: skip
    return len(put_messages(session, drafts, now=now))


def _facts(dispute: Dispute, event: str) -> dict[str, Any]:
    reason = REASONS[dispute.reason]
    facts: dict[str, Any] = {"number": dispute.number, "reason": reason.name}
    if event == "dispute-opened":
        facts["answer_days"] = reason.sla_days
    if event == "dispute-proposed":
        facts["reply_by"] = dispute.due_on.isoformat()
    if event == "dispute-resolved":
        facts["resolution"] = RESOLUTIONS[dispute.resolution].word if dispute.resolution else ""
    return facts


def _frame(
    session: Session,
    dispute: Dispute,
    *,
    customer: Customer,
    seller: EntityView,
    reader: _Reader,
    now: datetime,
) -> dict[str, Any]:
    link = make_link(
        session, path=f"/disputes/{dispute.public_id}", label={"kind": "dispute"}, customer_id=customer.id,
        recipient=reader.email, now=now,
    )  # fmt: skip
    is_english = reader.language == "en"
    return {
        "seller": seller.short_name_in(reader.language), "seller_phone": seller.phone, "seller_email": seller.email,
        "customer": (customer.name_en or customer.name) if is_english else (customer.name or customer.name_en),
        "link": link, "why": reader.why,
    }  # fmt: skip


def _readers(session: Session, dispute: Dispute) -> Sequence[_Reader]:
    if dispute.opened_by_id is not None and not dispute.is_on_behalf:
        opener = session.execute(
            select(Person.email, Person.name, Person.language)
            .join(Grant, Grant.person_id == Person.id)
            .where(Person.id == dispute.opened_by_id, Person.is_active)
            .where(Grant.customer_id == dispute.customer_id, Grant.ended_at.is_(None))
            .limit(1)
        ).one_or_none()
        if opener is not None:
            return [_Reader(*opener, why="opener")]
    people = recipients_of(session, customer_ids=[dispute.customer_id], roles=["confirmer"])
    return [_Reader(one.email, one.name, one.language, "confirmer") for one in people]
