"""Reads: one dispute; a customer's query never fetches what is internal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.adjustments import adjustments_of_dispute
from portal.attachments import FileView, files_of
from portal.attachments.models import Attachment
from portal.clock import business_day
from portal.customers.models import Customer
from portal.disputes.models import Dispute, DisputeEvent, DisputePart
from portal.disputes.reasons import REASONS
from portal.disputes.rules import OPEN_STATES, RESOLUTIONS, TRANSITIONS, TURNS, waiting_days
from portal.disputes.timeline import is_in_scope, state_moves
from portal.disputes.view import (
    DisputeRow,
    DisputeView,
    DocumentFacts,
    FactView,
    Offer,
    SimilarDocuments,
    TimelineEntry,
    WaitingView,
    twin_facts,
)
from portal.errors import NotAllowed, NotFound
from portal.ledger import entity_view
from portal.money import Money, parse_minor
from portal.receivables.models import Document, DocumentLine, OpenItem
from portal.statements.models import Statement, StatementLine


def find_dispute(session: Session, *, public_id: str, actor: Actor, now: datetime) -> DisputeView:
    """Return one dispute; customers get it without internal entries, root cause, owner and adjustments.

    Args:
        session: Any session.
        public_id: Of the dispute.
        actor: Who reads.
        now: Decides how long the present turn has lasted.

    Raises:
        NotAllowed: The actor does not read disputes.
        NotFound: Unknown, or another customer's.
    """
    actor.require(Permission.DISPUTES_READ)
    found = session.execute(selected_disputes().where(Dispute.public_id == public_id)).one_or_none()
    if found is None or not is_in_scope(found[0], actor):
        raise NotFound
    return _view(session, found, actor=actor, now=now)


def find_dispute_by_id(session: Session, *, dispute_id: int, actor: Actor, now: datetime) -> DisputeView:
    """Return the dispute an adjustment settles.

    Raises:
        NotAllowed: The actor does not read disputes.
        NotFound: Unknown, or another customer's.
    """
    public_id = session.scalar(select(Dispute.public_id).where(Dispute.id == dispute_id))
    return find_dispute(session, public_id=public_id or "", actor=actor, now=now)


def selected_disputes() -> Select[*tuple[Any, ...]]:
    """Return the query of disputes with customer, document, statement and owner."""
    return (
        select(Dispute, Customer, Document, Statement, Person.name, Person.public_id)
        .join(Customer, Customer.id == Dispute.customer_id)
        .outerjoin(Document, Document.id == Dispute.document_id)
        .outerjoin(Statement, Statement.id == Dispute.statement_id)
        .outerjoin(Person, Person.id == Dispute.owner_id)
    )


def row_of(found: Sequence[Any], *, actor: Actor, today: date, zone: str) -> DisputeRow:
    """Return one row of ``selected_disputes`` as lists show it; customers do not get the owner."""
    dispute, customer, document, statement, owner, _ = found
    approved = dispute.approved_minor
    return DisputeRow(
        id=dispute.id,
        public_id=dispute.public_id,
        number=dispute.number,
        reason=REASONS[dispute.reason],
        subject=document.document_no if document else "",
        month=statement.period_from if statement else None,
        customer_public_id=customer.public_id,
        customer_no=customer.number,
        customer_name=customer.name,
        customer_name_en=customer.name_en,
        disputed=Money(dispute.disputed_minor, dispute.currency),
        approved=Money(approved, dispute.currency) if approved is not None else None,
        state=dispute.state,
        turn=dispute.turn,
        due_on=dispute.due_on,
        is_late=dispute.state in OPEN_STATES and dispute.due_on < today,
        opened_at=dispute.opened_at,
        opened_on=business_day(dispute.opened_at, zone),
        owner="" if actor.side == "customer" else owner or "",
        department=dispute.department,
    )


def _view(session: Session, found: Sequence[Any], *, actor: Actor, now: datetime) -> DisputeView:
    dispute, _, document, statement, _, owner_id = found
    is_staff = actor.side != "customer"
    zone = entity_view(session, dispute.entity_id).time_zone
    today = business_day(now, zone)
    moves = state_moves(session, dispute)
    waiting = waiting_days(moves, until=today)
    entries = _entries(session, dispute, actor=actor)
    shown = _document_facts(session, [document])[document.id] if document else None
    other = _other_document(session, dispute)
    whole = _whole(session, dispute, document)
    opener = entries[0].who if entries else ""
    return DisputeView(
        row=row_of(found, actor=actor, today=today, zone=zone),
        document=shown,
        other=other,
        twin_facts=twin_facts(other, shown) if other and shown else (),
        whole=whole,
        facts=_facts(dispute),
        parts=_parts(session, dispute),
        entries=entries,
        offer=_offer(dispute, entries, whole=whole, document=shown, zone=zone),
        waiting=WaitingView(waiting.ours, waiting.theirs, _since(moves, today)),
        statement_public_id=statement.public_id if statement else "",
        statement_version=statement.version if statement else 0,
        line_no=dispute.line_no,
        opened_by=opener,
        is_on_behalf=dispute.is_on_behalf,
        resolved_on=business_day(dispute.resolved_at, zone) if dispute.resolved_at else None,
        resolution=dispute.resolution,
        root_cause=dispute.root_cause if is_staff else "",
        owner_public_id=(owner_id or "") if is_staff else "",
        adjustments=adjustments_of_dispute(session, dispute_id=dispute.id, actor=actor) if is_staff else (),
        verbs=frozenset(verb for (state, verb) in TRANSITIONS if state == dispute.state),
        row_version=dispute.row_version,
    )


def _since(moves: Sequence[tuple[str, date]], today: date) -> date:
    """Return the day on which the present turn began."""
    since = today
    for state, day in reversed(moves):
        if TURNS[state] != TURNS[moves[-1][0]]:
            break
        since = day
    return since


def _entries(session: Session, dispute: Dispute, *, actor: Actor) -> tuple[TimelineEntry, ...]:
    query = (
        select(DisputeEvent, Attachment.public_id)
        .outerjoin(Attachment, Attachment.id == DisputeEvent.attachment_id)
        .where(DisputeEvent.dispute_id == dispute.id)
        .order_by(DisputeEvent.id)
    )
    if actor.side == "customer":
        query = query.where(DisputeEvent.is_internal.is_(False))
    files = files_of(session, subject_kind="dispute", subject_ids=[dispute.public_id], actor=actor)
    by_id = {file.public_id: file for file in files.get(dispute.public_id, ())}
    gathered: list[tuple[DisputeEvent, list[FileView]]] = []
    for event, attachment in session.execute(query):
        if event.kind == "file":
            if gathered and attachment in by_id:
                gathered[-1][1].append(by_id[attachment])
        else:
            gathered.append((event, []))
    return tuple(_entry(event, tuple(attached)) for event, attached in gathered)


def _entry(event: DisputeEvent, files: tuple[FileView, ...]) -> TimelineEntry:
    money = None
    if event.currency and event.amount_minor is not None:
        money = Money(event.amount_minor, event.currency)
    return TimelineEntry(
        kind=event.kind,
        verb=event.verb,
        side=event.side,
        who=event.person_name,
        at=event.at,
        text=event.text,
        money=money,
        files=files,
        is_internal=event.is_internal,
        is_moved=event.from_state != event.to_state,
        to_state=event.to_state,
    )


def _offer(
    dispute: Dispute,
    entries: Sequence[TimelineEntry],
    *,
    whole: Money,
    document: DocumentFacts | None,
    zone: str,
) -> Offer | None:
    """Return what was offered last, while it still stands for something."""
    if dispute.approved_minor is None or dispute.resolution not in RESOLUTIONS:
        return None
    found = next((entry for entry in reversed(entries) if entry.verb in {"propose", "counter"}), None)
    if found is None or found.money is None:
        return None
    today = document.open if document is not None and document.open else whole
    return Offer(
        approved=found.money,
        resolution=RESOLUTIONS[dispute.resolution],
        text=found.text,
        on=business_day(found.at, zone),
        by=found.who,
        side=found.side,
        today=today,
        after=today - found.money,
    )


def _facts(dispute: Dispute) -> tuple[FactView, ...]:
    found = []
    for fact in REASONS[dispute.reason].facts:
        text = dispute.facts.get(fact.key, "")
        if not text:
            continue
        value: str | date | Money = text
        if fact.kind == "date":
            value = date.fromisoformat(text)
        elif fact.kind == "money":
            value = Money(parse_minor(text, dispute.currency), dispute.currency)
        found.append(FactView(fact.key, fact.word, value))
    return tuple(found)


def _parts(session: Session, dispute: Dispute) -> tuple[tuple[Any, Money], ...]:
    rows = session.scalars(
        select(DisputePart).where(DisputePart.dispute_id == dispute.id).order_by(DisputePart.no)
    )
    return tuple((REASONS[row.reason], Money(row.amount_minor, row.currency)) for row in rows)


def _whole(session: Session, dispute: Dispute, document: Document | None) -> Money:
    if document is not None:
        return Money(abs(document.amount_minor), document.currency)
    if dispute.statement_id is not None and dispute.line_no is not None:
        minor = session.scalar(
            select(StatementLine.amount_minor).where(
                StatementLine.statement_id == dispute.statement_id, StatementLine.no == dispute.line_no
            )
        )
        return Money(abs(minor or 0), dispute.currency)
    return Money(dispute.disputed_minor, dispute.currency)


# --- documents beside each other ---


def _document_facts(session: Session, documents: Sequence[Document]) -> dict[int, DocumentFacts]:
    ids = [document.id for document in documents]
    items: dict[int, list[str]] = {}
    for document_id, item, quantity in session.execute(
        select(DocumentLine.document_id, DocumentLine.item, DocumentLine.quantity)
        .where(DocumentLine.document_id.in_(ids))
        .order_by(DocumentLine.document_id, DocumentLine.no)
    ):
        items.setdefault(document_id, []).append(f"{item} × {quantity}" if quantity else item)
    opened = {
        document_id: side * open_minor
        for document_id, side, open_minor in session.execute(
            select(OpenItem.document_id, OpenItem.side, OpenItem.open_minor).where(
                OpenItem.document_id.in_(ids)
            )
        )
    }
    return {
        row.id: DocumentFacts(
            public_id=row.public_id,
            document_no=row.document_no,
            kind=row.kind,
            document_on=row.document_on,
            order_no=row.order_no,
            reference=row.reference,
            goods="; ".join(items.get(row.id, ())[:3]) or row.description[:120],
            amount=Money(row.amount_minor, row.currency),
            tax=Money(row.tax_minor, row.currency) if row.tax_minor is not None else None,
            open=Money(opened.get(row.id, 0), row.currency),
        )
        for row in documents
    }


def _other_document(session: Session, dispute: Dispute) -> DocumentFacts | None:
    number = dispute.facts.get("other_document") or dispute.facts.get("credit_no")
    if not number:
        return None
    found = session.scalars(
        select(Document)
        .where(Document.customer_id == dispute.customer_id, Document.document_no == number)
        .order_by(Document.id)
        .limit(1)
    ).one_or_none()
    return _document_facts(session, [found])[found.id] if found else None


def similar_documents(session: Session, *, document: str, actor: Actor, limit: int = 3) -> SimilarDocuments:
    """Return a document and those that may bill the same goods: same kind and currency, same order or amount.

    Args:
        session: Any session.
        document: Public id of the disputed one.
        actor: Who asks.
        limit: At most so many; same order and amount first, then the nearest in time.

    Raises:
        NotAllowed: The actor does not read disputes.
        NotFound: Unknown, or another customer's.
    """
    actor.require(Permission.DISPUTES_READ)
    if actor.departments is not None:  # a department sees its disputes, not the ledger behind them
        raise NotAllowed
    this = session.scalars(select(Document).where(Document.public_id == document)).one_or_none()
    if this is None or not actor.sees(this.customer_id):
        raise NotFound
    same_order = and_(Document.order_no != "", Document.order_no == this.order_no)
    rows = session.scalars(
        select(Document)
        .where(Document.customer_id == this.customer_id, Document.kind == this.kind, Document.id != this.id)
        .where(
            Document.currency == this.currency,
            or_(Document.amount_minor == this.amount_minor, same_order),
        )
        .order_by(Document.document_on.desc(), Document.id.desc())
        .limit(50)
    ).all()

    def rank(row: Document) -> tuple[int, int]:
        equal = (row.amount_minor == this.amount_minor) + bool(row.order_no and row.order_no == this.order_no)
        return (-equal, abs((row.document_on - this.document_on).days))

    best = sorted(rows, key=rank)[:limit]
    facts = _document_facts(session, [this, *best])
    others = tuple(facts[row.id] for row in best)
    twins = twin_facts(others[0], facts[this.id]) if others else ()
    return SimilarDocuments(facts[this.id], others, twins)
