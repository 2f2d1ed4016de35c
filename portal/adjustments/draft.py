"""Draft, edit and void an adjustment; nothing is posted before a second person approved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.adjustments.models import Adjustment
from portal.adjustments.rules import (
    KINDS,
    OPEN_ONLY_KINDS,
    TAXED_KINDS,
    next_state,
    require_amount,
    share_of_tax,
)
from portal.approvals import void_approval
from portal.approvals.models import Approval
from portal.clock import business_day
from portal.customers.models import Customer
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import entity_view, require_open
from portal.money import Money, currency_digits
from portal.numbering import next_number
from portal.receivables.models import Allocation, Document, OpenItem

MAX_REASON = 2000
#: Kinds that lower what a document asked for.
CREDITING = ("credit_note", "write_off", "adjustment")


@dataclass(frozen=True, slots=True)
class AdjustmentDraft:
    """What is to be posted.

    Attributes:
        kind: One of ``rules.KINDS``.
        amount: As written on the document to be posted; negative only where the kind carries its own sign.
        posting_on: Business date of the entry, in an open period.
        reason: Why, for the approver and the audit trail.
        customer: Public id; may be empty where ``document`` is given.
        document: Public id of what is corrected and settled; empty = none.
        tax_minor: Tax within the amount; None = the document's share.
        dispute_id: Row number of the dispute it settles.
    """

    kind: str
    amount: Money
    posting_on: date
    reason: str
    customer: str = ""
    document: str = ""
    tax_minor: int | None = None
    dispute_id: int | None = None


def draft_adjustment(session: Session, *, draft: AdjustmentDraft, actor: Actor, now: datetime) -> str:
    """Write down what should be posted; it waits until it is submitted.

    Returns:
        Public id of the adjustment.

    Raises:
        NotAllowed: The actor may not ask for postings, or is no person.
        NotFound: Unknown customer or document.
        Invalid: A value cannot be used; ``field`` names it.
        PeriodClosed: The posting date lies in a closed period.
    """
    actor.require(Permission.POSTINGS_REQUEST)
    if actor.person_id is None:
        raise NotAllowed
    values = _checked(session, draft, actor=actor)
    entity = entity_view(session, values["entity_id"])
    year = business_day(now, entity.time_zone).year
    row = Adjustment(
        **values, number=next_number(session, "A", year=year), dispute_id=draft.dispute_id, state="draft",
        made_by_id=actor.person_id, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record_adjustment(session, row, event="adjustments.drafted", actor=actor, now=now)
    return row.public_id


def edit_adjustment(
    session: Session, *, public_id: str, row_version: int, draft: AdjustmentDraft, actor: Actor, now: datetime
) -> None:
    """Change an adjustment that is not posted; a pending request is voided and it is a draft again.

    Raises:
        NotAllowed: The actor may not ask for postings.
        NotFound: Unknown.
        Conflict: Posted or voided, changed by someone since, or bound to a dispute (which is changed there).
        Invalid: A value cannot be used; ``field`` names it.
        PeriodClosed: The posting date lies in a closed period.
    """
    actor.require(Permission.POSTINGS_REQUEST)
    row = locked_adjustment(session, public_id=public_id, verb="edit", actor=actor)
    if row.row_version != row_version:
        raise Conflict
    if row.dispute_id is not None:
        raise Conflict(N_("This adjustment settles a dispute. Take it back there and propose anew."))
    for name, value in _checked(session, draft, actor=actor).items():
        setattr(row, name, value)
    _void_request(session, row, "edited", actor=actor, now=now)
    row.state, row.made_by_id = "draft", actor.person_id or row.made_by_id
    row.row_version += 1
    session.flush()
    record_adjustment(session, row, event="adjustments.edited", actor=actor, now=now)


def void_adjustment(
    session: Session, *, public_id: str, reason: str = "", actor: Actor, now: datetime
) -> None:
    """Give up an adjustment that is not posted; a pending request is voided with it.

    Raises:
        NotAllowed: The actor may not ask for postings.
        NotFound: Unknown.
        Conflict: Posted or voided before.
    """
    actor.require(Permission.POSTINGS_REQUEST)
    row = locked_adjustment(session, public_id=public_id, verb="void", actor=actor)
    if row.dispute_id is not None and row.state == "pending":
        raise Conflict(N_("This adjustment settles a dispute. Take it back there and propose anew."))
    _void(session, row, reason or "voided", actor=actor, now=now)


def void_adjustments_of(
    session: Session, *, dispute_id: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Give up what was prepared for a dispute and not posted; called by the dispute's verbs, which check who may.

    Raises:
        Conflict: The second person was faster: it is posted.
    """
    ids = session.scalars(
        select(Adjustment.public_id)
        .where(Adjustment.dispute_id == dispute_id, Adjustment.state.in_(("draft", "pending", "rejected")))
        .order_by(Adjustment.id)
    ).all()
    for public_id in ids:
        row = locked_adjustment(session, public_id=public_id, verb="void", actor=actor)
        _void(session, row, reason, actor=actor, now=now)


def _void(session: Session, row: Adjustment, reason: str, *, actor: Actor, now: datetime) -> None:
    _void_request(session, row, reason, actor=actor, now=now)
    row.state = "voided"
    row.row_version += 1
    session.flush()
    record_adjustment(session, row, event="adjustments.voided", actor=actor, now=now)


def locked_adjustment(session: Session, *, public_id: str, verb: str, actor: Actor) -> Adjustment:
    """Return an adjustment in the actor's scope, its row locked and fresh, ready for a verb.

    Raises:
        NotFound: Unknown, or another customer's.
        Conflict: The verb is not possible in its state.
    """
    lock_request(session, public_id)
    row = session.scalars(
        select(Adjustment)
        .where(Adjustment.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or not actor.sees(row.customer_id):
        raise NotFound
    next_state(row.state, verb)
    return row


def lock_request(session: Session, public_id: str) -> None:
    """Lock the pending request about an adjustment: always before the adjustment, as the approver does."""
    session.execute(
        select(Approval.id)
        .where(Approval.subject_kind == "adjustment", Approval.subject_id == public_id)
        .where(Approval.state == "pending")
        .with_for_update()
    )


def record_adjustment(session: Session, row: Adjustment, *, event: str, actor: Actor, now: datetime) -> None:
    """Write the one audit row of a state change."""
    details = {
        "number": row.number, "kind": row.kind, "amount": Money(row.amount_minor, row.currency),
        "tax": Money(row.tax_minor, row.currency), "posting_on": row.posting_on, "document_id": row.document_id,
        "dispute_id": row.dispute_id, "reason": row.reason, "row_version": row.row_version,
    }  # fmt: skip
    audit.record(
        session, event, subject_kind="adjustment", subject_id=row.public_id, customer_id=row.customer_id,
        details=details, actor=actor, now=now,
    )  # fmt: skip


def _void_request(session: Session, row: Adjustment, reason: str, *, actor: Actor, now: datetime) -> None:
    void_approval(
        session, subject_kind="adjustment", subject_id=row.public_id, reason=reason, actor=actor, now=now
    )


def _checked(session: Session, draft: AdjustmentDraft, *, actor: Actor) -> dict[str, Any]:
    if draft.kind not in KINDS:
        raise Invalid(N_("Choose what is posted."), field="kind")
    currency_digits(draft.amount.currency)
    reason = draft.reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(N_("Say why, in at most %(count)s characters."), field="reason", count=MAX_REASON)
    document = _document(session, draft, actor=actor)
    customer = _customer(session, draft, document=document, actor=actor)
    room = room_of(session, document, kind=draft.kind) if document else None
    require_amount(draft.kind, draft.amount, most=room)
    entity_id = document.entity_id if document else entity_view(session).id
    require_open(session, [(entity_id, draft.posting_on)])
    return {
        "entity_id": entity_id, "customer_id": customer.id, "kind": draft.kind,
        "currency": draft.amount.currency, "amount_minor": draft.amount.minor,
        "tax_minor": _tax(draft, document), "posting_on": draft.posting_on,
        "document_id": document.id if document else None, "reason": reason,
    }  # fmt: skip


def _document(session: Session, draft: AdjustmentDraft, *, actor: Actor) -> Document | None:
    if not draft.document:
        return None
    found = session.scalars(select(Document).where(Document.public_id == draft.document)).one_or_none()
    if found is None or not actor.sees(found.customer_id):
        raise NotFound
    if draft.kind == "opening_balance":
        raise Invalid(N_("An opening balance corrects no document."), field="document")
    wanted = -1 if draft.kind == "refund" else 1
    if draft.kind in {"credit_note", "write_off", "refund"} and found.balance_minor * wanted < 0:
        raise Invalid(N_("This document cannot be settled by such a posting."), field="document")
    return found


def _customer(
    session: Session, draft: AdjustmentDraft, *, document: Document | None, actor: Actor
) -> Customer:
    chosen = Customer.id == document.customer_id if document else Customer.public_id == draft.customer
    found = session.scalars(select(Customer).where(chosen)).one_or_none()
    if found is None or not actor.sees(found.id):
        raise NotFound
    if draft.customer and found.public_id != draft.customer:
        raise Invalid(N_("This document belongs to another customer."), field="document")
    return found


def _tax(draft: AdjustmentDraft, document: Document | None) -> int:
    if draft.kind not in TAXED_KINDS:
        return 0
    tax = draft.tax_minor
    if tax is None and document is not None:
        tax = share_of_tax(document.tax_minor or 0, document.amount_minor, draft.amount.minor)
    if not 0 <= (tax or 0) < draft.amount.minor:
        raise Invalid(N_("The tax must be zero or more and below the amount."), field="tax")
    return tax or 0


def room_of(session: Session, document: Document, *, kind: str) -> Money | None:
    """Return how large an adjustment of a document may be; None = there is no bound.

    A credit note may take the document's amount less what was credited before (a paid invoice can be credited too);
    a write-off or a refund only what is still open.
    """
    if kind in OPEN_ONLY_KINDS or kind == "adjustment":
        open_minor = (
            session.scalar(select(OpenItem.open_minor).where(OpenItem.document_id == document.id)) or 0
        )
        return Money(open_minor, document.currency) if kind in OPEN_ONLY_KINDS else None
    if kind == "credit_note":
        return Money(abs(document.amount_minor) - credited_minor(session, document.id), document.currency)
    return None


def credited_minor(session: Session, document_id: int) -> int:
    """Return how much of a document has been credited or written off, in its minor units.

    What was posted here for it counts in full, also where the document was paid and the credit stays open.
    """
    ours = (
        select(Adjustment.posted_id, func.abs(Adjustment.amount_minor).label("minor"))
        .where(Adjustment.document_id == document_id, Adjustment.kind.in_(CREDITING))
        .where(
            Adjustment.posted_id.is_not(None),
            (Adjustment.kind != "adjustment") | (Adjustment.amount_minor < 0),
        )
    ).subquery()
    others = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .join(Document, Document.id == Allocation.credit_id)
        .where(Allocation.debit_id == document_id, Document.kind.in_(CREDITING))
        .where(Allocation.credit_id.not_in(select(ours.c.posted_id)))
    )
    by_us = session.scalar(select(func.coalesce(func.sum(ours.c.minor), 0))) or 0
    return int(session.scalar(others) or 0) + int(by_us)
