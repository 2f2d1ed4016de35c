"""How much of a document may still be disputed, and what is disputed already."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.adjustments import credited_minor
from portal.disputes.models import Dispute, DisputeEvent
from portal.disputes.rules import OPEN_STATES
from portal.errors import N_, Conflict
from portal.ledger import entity_view
from portal.receivables.models import Document


class AlreadyDisputed(Conflict):
    """One open dispute per line and document."""

    code = "already_disputed"
    default_message = N_("%(name)s disputed this line at %(moment)s. Your answer was not saved.")


def disputable_minor(session: Session, document_id: int) -> int:
    """Return the document's amount less earlier credits and open disputes; paid documents can be disputed too."""
    document = session.get_one(Document, document_id)
    whole = abs(document.amount_minor)
    credited = credited_minor(session, document_id) if document.balance_minor > 0 else 0
    query = select(func.coalesce(func.sum(Dispute.disputed_minor), 0)).where(
        Dispute.document_id == document_id, Dispute.state.in_(OPEN_STATES)
    )
    return whole - credited - int(session.scalar(query) or 0)


def open_dispute_of(
    session: Session, statement_id: int | None, line_no: int | None, document_id: int | None
) -> Dispute | None:
    """Return the open dispute of a line or document, if there is one."""
    same = []
    if document_id is not None:
        same.append(Dispute.document_id == document_id)
    if statement_id is not None and line_no is not None:
        same.append((Dispute.statement_id == statement_id) & (Dispute.line_no == line_no))
    if not same:
        return None
    query = select(Dispute).where(Dispute.state.in_(OPEN_STATES), or_(*same)).order_by(Dispute.id).limit(1)
    return session.scalars(query).one_or_none()


def require_undisputed(
    session: Session, statement_id: int | None, line_no: int | None, document_id: int | None
) -> None:
    """Refuse a second open dispute of the same line or document.

    Raises:
        AlreadyDisputed: There is one; the message names who raised it and when.
    """
    found = open_dispute_of(session, statement_id, line_no, document_id)
    if found is None:
        return
    name = session.scalar(
        select(DisputeEvent.person_name)
        .where(DisputeEvent.dispute_id == found.id)
        .order_by(DisputeEvent.id)
        .limit(1)
    )
    local = found.opened_at.astimezone(ZoneInfo(entity_view(session, found.entity_id).time_zone))
    raise AlreadyDisputed(name=name or found.number, moment=f"{local:%Y-%m-%d %H:%M}")


def is_open_elsewhere(session: Session, dispute: Dispute) -> bool:
    """Say whether another open dispute concerns the same line or document."""
    same = []
    if dispute.document_id is not None:
        same.append(Dispute.document_id == dispute.document_id)
    if dispute.line_no is not None:
        same.append((Dispute.statement_id == dispute.statement_id) & (Dispute.line_no == dispute.line_no))
    if not same:
        return False
    query = select(Dispute.id).where(Dispute.id != dispute.id, Dispute.state.in_(OPEN_STATES), or_(*same))
    return session.scalar(query.limit(1)) is not None
