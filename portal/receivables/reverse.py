"""Reverse a posted document: its opposite is posted and the two settle each other; the original stays untouched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal import audit
from portal.access import Actor, Permission
from portal.errors import N_, Conflict, Invalid, NotFound, SecondPersonRequired
from portal.ledger import CUSTOMER_ROLES, POSTS, EntryDraft, LineDraft, mirror_of
from portal.ledger.models import Entry
from portal.receivables.apply import undo_allocations
from portal.receivables.clearing import lock_items, plan_part, write_parts
from portal.receivables.drafts import DocumentDraft
from portal.receivables.models import Allocation, Document
from portal.receivables.post import post_documents
from portal.receivables.rules import HOLDING, OPPOSITES, SIGNED_KINDS

_APART = (*CUSTOMER_ROLES, "exchange_difference")


def reverse_document(
    session: Session, *, public_id: str, posting_on: date, reason: str, actor: Actor, now: datetime
) -> int:
    """Undo a document: allocations are undone, its opposite ``<number>/REV`` is posted and applied to it.

    Invoice and debit note become a credit note, a receipt a refund, a credit note a debit note, a refund a receipt;
    write-off, adjustment and opening balance an adjustment of the opposite sign. The entry mirrors the original.

    Args:
        session: A writing session.
        public_id: The document.
        posting_on: Day in an open period, not before the original's.
        reason: Why; stands on the new document.
        actor: May post. What lowers a customer's debt needs a second person: ``approvals:decide``.
        now: When.

    Returns:
        Row number of the reversing document.

    Raises:
        NotAllowed: The actor may not post.
        SecondPersonRequired: The reversal lowers what the customer owes.
        NotFound: No such document, or out of scope.
        Conflict: It was reversed before, is a reversal itself, or the day lies before it.
        Invalid: No reason.
        PeriodClosed: The day lies in a closed period.

    Source: domain.md, rows 22 and 23 of the journal table.
    """
    actor.require(*POSTS)
    if not reason.strip():
        raise Invalid(N_("Say why it is reversed."), field="reason")
    original = session.scalars(select(Document).where(Document.public_id == public_id)).one_or_none()
    if original is None:
        raise NotFound
    actor.require_scope(original.customer_id)
    _require_reversible(session, original, posting_on=posting_on, actor=actor)
    free_on = _undo_all(session, original, posting_on=posting_on, actor=actor, now=now)
    (reversal,) = post_documents(
        session, [_opposite(original, posting_on=posting_on, reason=reason.strip())], actor=actor, now=now,
        batch_id=original.batch_id, mirrors={0: _mirror(session, original, posting_on=posting_on, reason=reason)},
    )  # fmt: skip
    items = lock_items(session, [original.id, reversal])
    part = plan_part(items[original.id], items[reversal], amount_minor=None, allocated_on=free_on)
    write_parts(session, [part] if part else [], actor=actor, now=now)
    audit.record(
        session, "documents.reversed", subject_kind="document", subject_id=original.public_id,
        customer_id=original.customer_id, details={"number": original.document_no, "reason": reason.strip()},
        actor=actor, now=now,
    )  # fmt: skip
    return reversal


def _require_reversible(session: Session, original: Document, *, posting_on: date, actor: Actor) -> None:
    if original.reverses_id is not None:
        raise Conflict(N_("This is a reversal itself. Post the document again instead."))
    if session.scalar(select(Document.id).where(Document.reverses_id == original.id)) is not None:
        raise Conflict(N_("This was reversed before."))
    if posting_on < original.posting_on:
        raise Conflict(N_("A reversal cannot be dated before %(day)s."), day=original.posting_on)
    lowers = original.balance_minor > 0
    if lowers and actor.is_staff and not actor.may(Permission.APPROVALS_DECIDE):
        raise SecondPersonRequired(N_("This lowers what the customer owes and needs a second person."))


def _undo_all(session: Session, original: Document, *, posting_on: date, actor: Actor, now: datetime) -> date:
    """Undo every allocation of a document; returns the day from which nothing of it is allocated."""
    undoing = aliased(Allocation)
    rows = session.scalars(
        select(Allocation)
        .where(
            (Allocation.credit_id == original.id) | (Allocation.debit_id == original.id),
            Allocation.reverses_id.is_(None),
            ~select(undoing.id).where(undoing.reverses_id == Allocation.id).exists(),
        )
        .order_by(Allocation.id)
    ).all()  # fmt: skip
    day = max([posting_on, *(row.allocated_on for row in rows)])
    if rows:
        undo_allocations(session, rows, allocated_on=day, actor=actor, now=now)
    return day


def _opposite(original: Document, *, posting_on: date, reason: str) -> DocumentDraft:
    kind = OPPOSITES[original.kind]
    amount = -original.balance_minor if kind in SIGNED_KINDS else original.amount_minor
    return DocumentDraft(
        entity_id=original.entity_id, customer_id=original.customer_id, kind=kind,
        document_no=f"{original.document_no[:76]}/REV", currency=original.currency, amount_minor=amount,
        document_on=posting_on, tax_minor=original.tax_minor, reference=original.document_no, description=reason,
        exchange_rate=original.exchange_rate, department=original.department, project=original.project,
        reverses_id=original.id,
    )  # fmt: skip


def _mirror(session: Session, original: Document, *, posting_on: date, reason: str) -> EntryDraft:
    """Mirror the original's entry; everything of the customer now stands on the holding account again."""
    entry_id = session.scalars(
        select(Entry.id).where(Entry.document_id == original.id, Entry.allocation_id.is_(None))
    ).one()
    mirror = mirror_of(session, entry_id=entry_id, posting_on=posting_on, text=reason)
    others = [line for line in mirror.lines if line.role not in _APART]
    book = [line.book_minor for line in others]
    customer = LineDraft(
        HOLDING[original.kind], -sum(line.amount_minor for line in others), original.currency, original.customer_id,
        original.department or None, original.project or None,
        None if any(minor is None for minor in book) else -sum(minor or 0 for minor in book),
    )  # fmt: skip
    return replace(mirror, lines=[*others, customer])
