"""Apply credits to debits after both were posted, and undo it: allocations are rows, undoing is a row too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import POSTS, post_entries, require_open
from portal.money import Money
from portal.receivables.clearing import Item, Part, application_entry, lock_items, plan_part, write_parts
from portal.receivables.models import Allocation


@dataclass(frozen=True, slots=True)
class AllocationDraft:
    """A credit to apply to a debit; None = as much as is open on both sides."""

    credit_id: int
    debit_id: int
    amount_minor: int | None
    allocated_on: date


def apply_credits(
    session: Session, allocations: Sequence[AllocationDraft], *, actor: Actor, now: datetime
) -> list[int]:
    """Apply credits to debits, in the given order, with one audit row ``allocations.made`` each.

    The open items of both sides are locked in order of row number. Where the two stand on different accounts (a
    receipt waits as an advance) an entry moves the amount. A day before both posting dates is moved to the later one,
    so that the books of any day add up. Where nothing is open for an amount of None, no allocation is made.

    Args:
        session: A writing session.
        allocations: What to apply.
        actor: Needs a permission to post.
        now: When.

    Returns:
        Row numbers of the allocations made.

    Raises:
        NotAllowed: The actor may not post.
        NotFound: A document does not exist.
        OverApplied: More than is open.
        Conflict: Other customer, currency, entity, or the same side.
        Invalid: An amount is not above zero.
        PeriodClosed: The day lies in a closed period.
    """
    actor.require(*POSTS)
    items = lock_items(session, (id_ for draft in allocations for id_ in (draft.credit_id, draft.debit_id)))
    for item in items.values():
        actor.require_scope(item.customer_id)
    planned = [
        plan_part(
            items[draft.credit_id], items[draft.debit_id], amount_minor=draft.amount_minor,
            allocated_on=draft.allocated_on,
        )
        for draft in allocations
    ]  # fmt: skip
    parts = [part for part in planned if part is not None]
    _write(session, parts, actor=actor, now=now)
    audit.record_many(session, [_audited("allocations.made", part) for part in parts], actor=actor, now=now)
    return [part.id for part in parts]


def reverse_allocation(
    session: Session, *, public_id: str, allocated_on: date, reason: str, actor: Actor, now: datetime
) -> int:
    """Undo an allocation: a row of the opposite amount; both documents are open again by it.

    Args:
        session: A writing session.
        public_id: The allocation.
        allocated_on: From when it is undone, in an open period, not before it was made.
        reason: Why; kept in the audit trail.
        actor: Needs a permission to post.
        now: When.

    Returns:
        Row number of the undoing row.

    Raises:
        NotAllowed: The actor may not post.
        NotFound: No such allocation, or out of scope.
        Conflict: It was undone before, or the day lies before it.
        Invalid: No reason.
        PeriodClosed: The day lies in a closed period.
    """
    actor.require(*POSTS)
    if not reason.strip():
        raise Invalid(N_("Say why it is undone."), field="reason")
    row = session.scalars(select(Allocation).where(Allocation.public_id == public_id)).one_or_none()
    if row is None or row.reverses_id is not None:
        raise NotFound
    actor.require_scope(row.customer_id)
    (part,) = undo_allocations(session, [row], allocated_on=allocated_on, actor=actor, now=now)
    draft = _audited("allocations.reversed", part, reason=reason.strip())
    audit.record_many(session, [draft], actor=actor, now=now)
    return part.id


def undo_allocations(
    session: Session, rows: Sequence[Allocation], *, allocated_on: date, actor: Actor, now: datetime
) -> list[Part]:
    """Write the opposite of allocations and the entries that go with it; the calling verb records.

    Raises:
        Conflict: One was undone before, or the day lies before it was made.
        PeriodClosed: The day lies in a closed period.
    """
    items = lock_items(session, (id_ for row in rows for id_ in (row.credit_id, row.debit_id)))
    undone = select(Allocation.id).where(Allocation.reverses_id.in_([row.id for row in rows])).limit(1)
    if session.scalar(undone) is not None:
        raise Conflict(N_("This was undone before."))
    parts = [_undoing(row, items, allocated_on) for row in rows]
    _write(session, parts, actor=actor, now=now)
    return parts


def _undoing(row: Allocation, items: dict[int, Item], allocated_on: date) -> Part:
    if allocated_on < row.allocated_on:
        raise Conflict(N_("It cannot be undone before %(day)s."), day=row.allocated_on)
    credit, debit = items[row.credit_id], items[row.debit_id]
    part = Part(
        credit, debit, -row.amount_minor, allocated_on, credit.move(-row.amount_minor),
        debit.move(-row.amount_minor), reverses_id=row.id,
    )  # fmt: skip
    credit.settled_on = debit.settled_on = None
    return part


def _write(session: Session, parts: Sequence[Part], *, actor: Actor, now: datetime) -> None:
    require_open(session, {(part.credit.entity_id, part.allocated_on) for part in parts})
    write_parts(session, parts, actor=actor, now=now)
    entries = [application_entry(part) for part in parts]
    post_entries(session, [entry for entry in entries if entry], actor=actor, now=now)


def _audited(event: str, part: Part, **more: object) -> audit.AuditDraft:
    details: dict[str, object] = {
        "credit": part.credit.document_no, "debit": part.debit.document_no, "currency": part.credit.currency,
        "amount": Money(part.amount_minor, part.credit.currency).decimal_text, "on": part.allocated_on,
    }  # fmt: skip
    return audit.AuditDraft(event, "allocation", part.public_id, part.credit.customer_id, details | more)
