"""Post what a second person approved: one document, one balanced entry, applied to what it corrects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.adjustments.draft import locked_adjustment, record_adjustment, room_of
from portal.adjustments.models import Adjustment
from portal.adjustments.rules import NUMBER_PREFIXES, next_state, require_amount
from portal.clock import business_day
from portal.errors import SecondPersonRequired
from portal.ledger import entity_view
from portal.money import Money
from portal.numbering import next_number
from portal.receivables import Application, DocumentDraft, post_documents
from portal.receivables.models import Document, OpenItem


def post_adjustment(session: Session, *, public_id: str, actor: Actor, now: datetime) -> int:
    """Post an approved adjustment, once; called by the run of its approval, in the same transaction.

    Returns:
        Row number of the posted document.

    Raises:
        NotAllowed: The actor may not decide.
        SecondPersonRequired: The actor made it.
        NotFound: Unknown.
        Conflict: It is not pending: posted, voided or edited before.
        Invalid: The corrected document has no room for it any more.
        PeriodClosed: The posting date lies in a period that was closed meanwhile.
        OverApplied: More than is open.
    """
    actor.require(Permission.APPROVALS_DECIDE)
    row = locked_adjustment(session, public_id=public_id, verb="approve", actor=actor)
    if row.made_by_id == actor.person_id:
        raise SecondPersonRequired
    document = session.get(Document, row.document_id) if row.document_id else None
    if document is not None:
        most = room_of(session, document, kind=row.kind)
        require_amount(row.kind, Money(row.amount_minor, row.currency), most=most)
    posted_id = post_document_of(session, row, actor=actor, now=now)
    row.state, row.posted_id = next_state(row.state, "approve"), posted_id
    row.row_version += 1
    session.flush()
    record_adjustment(session, row, event="adjustments.posted", actor=actor, now=now)
    return posted_id


def return_adjustment(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Send a pending adjustment back to its maker, after the second person said no or the request was voided.

    Raises:
        NotFound: Unknown.
        Conflict: It is not pending.
    """
    row = locked_adjustment(session, public_id=public_id, verb="reject", actor=actor)
    row.state = next_state(row.state, "reject")
    row.row_version += 1
    session.flush()
    record_adjustment(session, row, event="adjustments.rejected", actor=actor, now=now)


def post_document_of(session: Session, row: Adjustment, *, actor: Actor, now: datetime) -> int:
    """Post the document of an adjustment and apply it as far as both sides are open; return its row number."""
    document = session.get(Document, row.document_id) if row.document_id else None
    draft = DocumentDraft(
        entity_id=row.entity_id, customer_id=row.customer_id, kind=row.kind,
        document_no=_free_number(session, row, now=now), currency=row.currency, amount_minor=row.amount_minor,
        document_on=row.posting_on, tax_minor=row.tax_minor or None,
        order_no=document.order_no if document else "", reference=document.document_no if document else "",
        description=row.reason, applies_to=_applications(session, row, document),
        department=document.department if document else "", project=document.project if document else "",
        exchange_rate=document.exchange_rate if document else None,
    )  # fmt: skip
    (posted_id,) = post_documents(session, [draft], actor=actor, now=now)
    return posted_id


def _applications(session: Session, row: Adjustment, document: Document | None) -> tuple[Application, ...]:
    if document is None or row.kind in {"debit_note", "opening_balance"}:
        return ()
    if row.kind == "adjustment" and (row.amount_minor > 0) == (document.balance_minor > 0):
        return ()  # it raises what the document asked for: nothing is settled
    open_minor = session.scalar(
        select(OpenItem.open_minor).where(OpenItem.document_id == document.id).with_for_update()
    )
    applied = min(open_minor or 0, abs(row.amount_minor))
    return (Application(document_id=document.id, amount_minor=applied),) if applied else ()


def _free_number(session: Session, row: Adjustment, *, now: datetime) -> str:
    year = business_day(now, entity_view(session, row.entity_id).time_zone).year
    while True:
        number = next_number(session, NUMBER_PREFIXES[row.kind], year=year)
        taken = select(Document.id).where(
            Document.entity_id == row.entity_id, Document.kind == row.kind, Document.document_no == number
        )
        if session.scalar(taken) is None:
            return number
