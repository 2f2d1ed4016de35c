"""What happened last between us and a customer: documents, statements and disputes in one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.clock import business_day
from portal.disputes.models import Dispute, DisputeEvent
from portal.ledger.models import LegalEntity
from portal.money import Money
from portal.receivables.models import Document
from portal.statements.models import Statement

#: Moves of a dispute that are news for the customer.
_NEWS = ("proposed", "accepted", "countered", "refused", "resolved", "withdrawn", "reopened")


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the latest activity.

    Attributes:
        on: Business day.
        kind: ``document``, ``statement`` or ``dispute``.
        public_id: Of the document, statement or dispute.
        word: Kind of document, or the state a dispute entered; empty for a statement.
        number: Number of the document or dispute; a statement's month as ``YYYY-MM``.
        text: What the document says.
        version: A statement's version.
        money: A document's effect on the balance.
    """

    on: date
    kind: str
    public_id: str
    word: str
    number: str
    text: str = ""
    version: int = 0
    money: Money | None = None


def latest_activity(
    session: Session, *, customer_id: int, currency: str, actor: Actor, until: date, limit: int = 6
) -> tuple[Activity, ...]:
    """Return the newest activity, newest first; internal notes never appear.

    Args:
        session: A reading session is enough.
        customer_id: Row number.
        currency: Of the documents and statements told.
        actor: Must see the customer.
        until: Business day, inclusive.
        limit: Most lines.

    Raises:
        NotFound: The customer is out of the actor's scope.
        NotAllowed: The actor may not read open items.
    """
    actor.require_scope(customer_id)
    actor.require(Permission.ITEMS_READ)
    zones = {row.id: row.time_zone for row in session.execute(select(LegalEntity.id, LegalEntity.time_zone))}
    found = [
        *_documents(session, customer_id=customer_id, currency=currency, until=until, limit=limit),
        *_statements(session, customer_id=customer_id, currency=currency, zones=zones, limit=limit),
        *_disputes(session, customer_id=customer_id, zones=zones, limit=limit),
    ]
    found.sort(key=lambda one: one.on, reverse=True)
    return tuple(found[:limit])


def _documents(
    session: Session, *, customer_id: int, currency: str, until: date, limit: int
) -> list[Activity]:
    rows = session.scalars(
        select(Document)
        .where(
            Document.customer_id == customer_id, Document.currency == currency, Document.posting_on <= until
        )
        .order_by(Document.posting_on.desc(), Document.id.desc())
        .limit(limit)
    )
    return [
        Activity(
            on=row.posting_on,
            kind="document",
            public_id=row.public_id,
            word=row.kind,
            number=row.document_no,
            text=row.description or row.reference,
            money=Money(row.balance_minor, row.currency),
        )
        for row in rows
    ]


def _statements(
    session: Session, *, customer_id: int, currency: str, zones: dict[int, str], limit: int
) -> list[Activity]:
    rows = session.scalars(
        select(Statement)
        .where(
            Statement.customer_id == customer_id,
            Statement.currency == currency,
            Statement.issued_at.is_not(None),
        )
        .order_by(Statement.issued_at.desc())
        .limit(limit)
    )
    return [
        Activity(
            on=_day(row.issued_at, zones[row.entity_id]),
            kind="statement",
            public_id=row.public_id,
            word="",
            number=f"{row.period_from:%Y-%m}",
            version=row.version,
        )
        for row in rows
    ]


def _disputes(session: Session, *, customer_id: int, zones: dict[int, str], limit: int) -> list[Activity]:
    rows = session.execute(
        select(DisputeEvent.at, DisputeEvent.to_state, Dispute)
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .where(
            Dispute.customer_id == customer_id,
            DisputeEvent.is_internal.is_(False),
            DisputeEvent.to_state.in_(_NEWS),
            DisputeEvent.to_state != DisputeEvent.from_state,
        )
        .order_by(DisputeEvent.id.desc())
        .limit(limit)
    )
    return [
        Activity(
            on=_day(at, zones[dispute.entity_id]),
            kind="dispute",
            public_id=dispute.public_id,
            word=state,
            number=dispute.number,
        )
        for at, state, dispute in rows
    ]


def _day(instant: datetime | None, zone: str) -> date:
    assert instant is not None
    return business_day(instant, zone)
