"""The end of a dispute: submit the agreed credit for approval, post it, resolve; or resolve without a posting."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, system_actor
from portal.adjustments import (
    AdjustmentDraft,
    content_of,
    draft_adjustment,
    post_adjustment,
    return_adjustment,
    submit_adjustment,
    void_adjustments_of,
)
from portal.adjustments.models import Adjustment
from portal.approvals import ApprovalKind, Request, register_kind
from portal.customers.models import Customer
from portal.disputes.models import Dispute
from portal.disputes.notify import tell_customer
from portal.disputes.rules import OPEN_STATES, RESOLUTIONS
from portal.disputes.timeline import Words, locked_dispute, move_dispute, today_of
from portal.errors import Conflict, NotFound
from portal.money import Money
from portal.receivables.models import Document
from portal.roles import approver_limit, maker_limit

SETTLE_KIND = "disputes.settle"


def submit_settlement(
    session: Session,
    *,
    public_id: str,
    posting_on: date | None = None,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> str:
    """Turn an accepted proposal into an adjustment and ask a second person to approve it.

    Args:
        session: A writing session.
        public_id: Of the dispute.
        posting_on: Business date of the entry; None = today.
        note: Words for the approver.
        actor: Needs ``postings:request``; becomes the maker.
        now: When.

    Returns:
        Public id of the approval.

    Raises:
        NotAllowed: The actor may not ask for postings, or is no person.
        NotFound: Unknown.
        Conflict: Nothing was accepted, or the accepted result needs no posting.
        Invalid: The amount no longer fits the document.
        PeriodClosed: The posting date lies in a closed period.
    """
    actor.require(Permission.POSTINGS_REQUEST)
    dispute = locked_dispute(session, public_id=public_id, verb="settle", actor=actor)
    resolution = RESOLUTIONS[dispute.resolution]
    if not resolution.posts or not dispute.approved_minor:
        raise Conflict
    void_adjustments_of(session, dispute_id=dispute.id, reason="submitted anew", actor=actor, now=now)
    amount = Money(dispute.approved_minor, dispute.currency)
    draft = AdjustmentDraft(
        kind=resolution.posts, amount=amount, posting_on=posting_on or today_of(session, dispute.entity_id, now),
        reason=f"{dispute.number} {dispute.reason}", dispute_id=dispute.id,
        customer=_customer_public_id(session, dispute), document=_corrected_public_id(session, dispute),
    )  # fmt: skip
    adjustment = draft_adjustment(session, draft=draft, actor=actor, now=now)
    move_dispute(session, dispute, verb="settle", actor=actor, now=now)
    disputed = disputed_minor_of(session, customer_id=dispute.customer_id, currency=dispute.currency)
    more = {"before": {"disputed": disputed}, "after": {"disputed": disputed - dispute.disputed_minor}}
    return submit_adjustment(
        session, public_id=adjustment, note=note, kind=SETTLE_KIND, more=more, actor=actor, now=now
    )


def resolve_dispute(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Note that an accepted result that needs no posting of its own has been carried out.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: Nothing was accepted, or the result needs a posting that a second person approves.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="resolve", actor=actor)
    if dispute.state != "accepted" or RESOLUTIONS[dispute.resolution].posts:
        raise Conflict
    finish_without_posting(session, dispute, actor=actor, now=now)


def finish_without_posting(session: Session, dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    """Resolve an accepted dispute whose result posts nothing, and tell the customer."""
    _resolve(session, dispute, actor=actor, now=now)


def _resolve(session: Session, dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    dispute.resolved_at = now
    by = system_actor(on_behalf_of=actor.name)
    move_dispute(session, dispute, verb="resolve", actor=by, now=now)
    tell_customer(session, dispute, event="dispute-resolved", now=now)


def disputed_minor_of(session: Session, *, customer_id: int, currency: str) -> int:
    """Return the sum of a customer's open disputes in a currency, in minor units."""
    query = select(func.coalesce(func.sum(Dispute.disputed_minor), 0)).where(
        Dispute.customer_id == customer_id, Dispute.currency == currency, Dispute.state.in_(OPEN_STATES)
    )
    return int(session.scalar(query) or 0)


def lock_settlement(session: Session, public_id: str) -> None:
    """Lock the pending request about a dispute: always before the dispute, as the approver does."""
    from portal.adjustments.draft import lock_request

    ids = session.scalars(
        select(Adjustment.public_id)
        .join(Dispute, Dispute.id == Adjustment.dispute_id)
        .where(Dispute.public_id == public_id, Adjustment.state == "pending")
        .order_by(Adjustment.id)
    ).all()
    for adjustment in ids:
        lock_request(session, adjustment)


def _customer_public_id(session: Session, dispute: Dispute) -> str:
    return session.get_one(Customer, dispute.customer_id).public_id


def _corrected_public_id(session: Session, dispute: Dispute) -> str:
    """What the posting is applied to: the disputed document where it raised what is owed."""
    document = session.get(Document, dispute.document_id) if dispute.document_id else None
    return document.public_id if document is not None and document.balance_minor > 0 else ""


# --- the approval ---


def _dispute_of(session: Session, adjustment: str, verb: str, actor: Actor) -> Dispute:
    public_id = session.scalar(
        select(Dispute.public_id)
        .join(Adjustment, Adjustment.dispute_id == Dispute.id)
        .where(Adjustment.public_id == adjustment)
    )
    if public_id is None:
        raise NotFound
    return locked_dispute(session, public_id=public_id, verb=verb, actor=actor)


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    dispute = _dispute_of(session, request.subject_id, "post", actor)
    posted_id = post_adjustment(session, public_id=request.subject_id, actor=actor, now=now)
    document = session.get_one(Document, posted_id)
    words = Words(document.document_no, "posting", Money(document.amount_minor, document.currency))
    move_dispute(session, dispute, verb="post", words=words, actor=actor, now=now)
    _resolve(session, dispute, actor=actor, now=now)


def _on_rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    dispute = _dispute_of(session, request.subject_id, "return", actor)
    return_adjustment(session, public_id=request.subject_id, actor=actor, now=now)
    move_dispute(
        session, dispute, verb="return", words=Words(request.note, is_internal=True), actor=actor, now=now
    )


def _content_of(session: Session, subject_id: str) -> dict[str, Any]:
    content = content_of(session, subject_id)
    dispute = session.get(Dispute, content["dispute_id"])
    if dispute is None:
        raise NotFound
    return content | {
        "dispute": dispute.number, "reason_code": dispute.reason, "disputed_minor": dispute.disputed_minor,
        "approved_minor": dispute.approved_minor, "resolution": dispute.resolution,
    }  # fmt: skip


register_kind(
    ApprovalKind(
        kind=SETTLE_KIND,
        run=_run,
        content_of=_content_of,
        on_rejected=_on_rejected,
        limit=approver_limit,
        maker_limit=maker_limit,
    )
)
