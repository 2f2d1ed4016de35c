"""Another allocation of a receipt: asked by a customer or a clerk, agreed by a clerk and an approver, then posted.

| a wish is | when | by | who |
|---|---|---|---|
| asked | a customer or clerk wants another allocation | ``ask_allocation`` | allocations:propose, matches:work |
| pending | a clerk agrees and asks a second person | ``take_wish`` | matches:work |
| applied | a second person approved: the ledger moved | the approval | approvals:decide |
| refused | staff say no, with a reason | ``refuse_wish`` | matches:work |
| withdrawn | the asker takes it back | ``withdraw_wish`` | the asker's side |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal import audit
from portal.access import Actor, Permission
from portal.approvals import (
    ApprovalKind,
    Request,
    RequestDraft,
    register_kind,
    request_approval,
    void_approval,
)
from portal.clock import business_day
from portal.customers.models import Customer
from portal.errors import N_, Conflict, Invalid, NotFound, SecondPersonRequired
from portal.ledger import entity_view
from portal.matching.methods import Payable, Spread, Wish, spread_money
from portal.matching.models import AllocationWish
from portal.money import Money
from portal.numbering import next_number
from portal.receivables import AllocationDraft, apply_credits, due_or_terms, reverse_allocation
from portal.receivables.models import Allocation, Document, OpenItem

WISH_PREFIX = "AL"
WISH_KIND = "matching.reallocate"


@dataclass(frozen=True, slots=True)
class WishRow:
    """One row of a preview: what a document would get, what it gets now."""

    document_id: int
    public_id: str
    document_no: str
    document_on: date
    due_on: date | None
    free: Money
    now: Money
    then: Money


@dataclass(frozen=True, slots=True)
class Preview:
    """A receipt spread another way; rows and rest sum to the receipt."""

    receipt_no: str
    receipt_public_id: str
    receipt: Money
    rows: tuple[WishRow, ...]
    rest: Money
    rest_now: Money


@dataclass(frozen=True, slots=True)
class WishView:
    """A wish as both sides see it."""

    public_id: str
    number: str
    state: str
    method: str
    words: str
    answer: str
    asked_at: datetime
    decided_at: datetime | None
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    receipt_no: str
    receipt_public_id: str
    receipt: Money
    rows: tuple[tuple[str, str, Money, Money], ...]  # (document, its public id, now, then)
    rest: Money


def preview_allocation(
    session: Session, *, document: str, method: str, wish: Wish | None = None, actor: Actor
) -> Preview:
    """Return how a receipt would be spread by a method over what it pays now and what else is open.

    Args:
        session: Any session.
        document: Public id of the receipt.
        method: One of ``METHODS``.
        wish: Numbers or amounts (by row number), where the method needs them.
        actor: Reads the items in scope.

    Raises:
        NotFound: No receipt, or out of scope.
        Invalid: The method or the wish cannot be used.

    Source: requirement 3-5; Σ of the preview = the receipt.
    """
    actor.require(Permission.ITEMS_READ)
    receipt = _receipt(session, document, actor=actor)
    rows = _rows(session, receipt)
    spread = _spread(receipt, rows, method, wish)
    wanted = dict(spread.parts)
    shown = tuple(
        WishRow(
            row.document_id, row.public_id, row.document_no, row.document_on, row.due_on, row.free, row.now,
            Money(wanted.get(row.document_id, 0), receipt.currency),
        )
        for row in rows
    )  # fmt: skip
    applied = sum(row.now.minor for row in rows)
    return Preview(
        receipt.document_no, receipt.public_id, Money(receipt.amount_minor, receipt.currency), shown,
        Money(spread.rest_minor, receipt.currency), Money(receipt.amount_minor - applied, receipt.currency),
    )  # fmt: skip


def ask_allocation(
    session: Session,
    *,
    document: str,
    method: str,
    wish: Wish | None = None,
    words: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Ask for another allocation of a receipt; nothing moves before staff agree. Returns the wish's public id.

    Args:
        session: A writing session.
        document: Public id of the receipt.
        method: One of ``METHODS``.
        wish: Numbers or amounts, where the method needs them.
        words: Why; the other side reads it.
        actor: A customer with ``allocations:propose``, or staff with ``matches:work``.
        now: When.

    Raises:
        NotAllowed: The actor may do neither.
        NotFound: No receipt, or out of scope.
        Invalid: It equals what is, or cannot be.
        Conflict: Another wish for this receipt waits.
    """
    actor.require(Permission.ALLOCATIONS_PROPOSE, Permission.MATCHES_WORK)
    receipt = _receipt(session, document, actor=actor)
    rows = _rows(session, receipt)
    spread = _spread(receipt, rows, method, wish)
    before = [[row.document_id, row.now.minor] for row in rows if row.now.minor]
    after = [[document_id, minor] for document_id, minor in spread.parts]
    if sorted(before) == sorted(after):
        raise Invalid(N_("This is how the receipt is applied already."), field="method")
    if _waits(session, receipt.id):
        raise Conflict(N_("Another allocation of this receipt is being looked at."))
    today = business_day(now, entity_view(session, receipt.entity_id).time_zone)
    row = AllocationWish(
        number=next_number(session, WISH_PREFIX, year=today.year), customer_id=receipt.customer_id,
        document_id=receipt.id, method=method, parts=after, before=before, words=words.strip()[:2000],
        asked_by_id=actor.person_id, asked_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, row, receipt, "allocations.asked", actor=actor, now=now)
    return row.public_id


def take_wish(session: Session, *, public_id: str, note: str = "", actor: Actor, now: datetime) -> str:
    """Agree with a wish and ask a second person; returns the approval's public id.

    Raises:
        NotAllowed: The actor does not work on matches, or is no person.
        NotFound: Unknown, or out of scope.
        Conflict: It no longer waits, or the receipt was allocated otherwise since.
    """
    actor.require(Permission.MATCHES_WORK)
    row = _locked(session, public_id, actor=actor, state="asked")
    receipt = session.get_one(Document, row.document_id)
    _require_unmoved(session, row, receipt)
    row.state = "pending"
    session.flush()
    _record(session, row, receipt, "allocations.taken", actor=actor, now=now)
    draft = RequestDraft(
        kind=WISH_KIND, subject_kind="allocation-wish", subject_id=row.public_id, customer_id=row.customer_id,
        title=f"{row.number} · {receipt.document_no}", money=Money(receipt.amount_minor, receipt.currency),
        content=_content_of(session, row.public_id), effect={}, note=note.strip() or row.words,
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def refuse_wish(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to a wish; the asker reads why.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        Conflict: It no longer waits.
        Invalid: No reason.
    """
    actor.require(Permission.MATCHES_WORK)
    if not reason.strip():
        raise Invalid(N_("Say why, so that the other side understands."), field="reason")
    row = _locked(session, public_id, actor=actor, state="asked")
    row.state, row.answer, row.decided_at = "refused", reason.strip()[:2000], now
    session.flush()
    _record(
        session, row, session.get_one(Document, row.document_id), "allocations.refused", actor=actor, now=now
    )


def withdraw_wish(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Take a wish back; a pending request of it is void.

    Raises:
        NotAllowed: The actor may not ask for allocations.
        NotFound: Unknown, or out of scope.
        Conflict: It was decided.
    """
    actor.require(Permission.ALLOCATIONS_PROPOSE, Permission.MATCHES_WORK)
    row = _locked(session, public_id, actor=actor, state="")
    if row.state not in {"asked", "pending"}:
        raise Conflict(N_("This was decided before."))
    void_approval(session, subject_kind="allocation-wish", subject_id=row.public_id, actor=actor, now=now)
    row.state, row.decided_at = "withdrawn", now
    session.flush()
    _record(
        session,
        row,
        session.get_one(Document, row.document_id),
        "allocations.withdrawn",
        actor=actor,
        now=now,
    )


def list_wishes(
    session: Session, *, document: str = "", only_open: bool = False, actor: Actor
) -> tuple[WishView, ...]:
    """Return wishes in scope, newest first, at most two hundred.

    Raises:
        NotAllowed: The actor reads no items.
    """
    actor.require(Permission.ITEMS_READ)
    query = (
        select(AllocationWish, Document, Customer)
        .join(Document, Document.id == AllocationWish.document_id)
        .join(Customer, Customer.id == AllocationWish.customer_id)
        .order_by(AllocationWish.id.desc())
        .limit(200)
    )
    if document:
        query = query.where(Document.public_id == document)
    if only_open:
        query = query.where(AllocationWish.state.in_(("asked", "pending")))
    if actor.customer_ids is not None:
        query = query.where(AllocationWish.customer_id.in_(actor.customer_ids))
    found = session.execute(query).all()
    ids = {int(part[0]) for row, _, _ in found for part in (*row.parts, *row.before)}
    numbers = {
        id_: (number, public_id)
        for id_, number, public_id in session.execute(
            select(Document.id, Document.document_no, Document.public_id).where(Document.id.in_(ids))
        )
    }
    return tuple(_view(row, receipt, customer, numbers) for row, receipt, customer in found)


def count_wishes(session: Session, *, actor: Actor) -> int:
    """Return how many wishes wait for a clerk."""
    query = select(func.count(AllocationWish.id)).where(AllocationWish.state == "asked")
    if actor.customer_ids is not None:
        query = query.where(AllocationWish.customer_id.in_(actor.customer_ids))
    return session.scalar(query) or 0


def _view(
    row: AllocationWish,
    receipt: Document,
    customer: Customer,
    numbers: dict[int, tuple[str, str]],
) -> WishView:
    currency = receipt.currency
    before, after = dict(row.before), dict(row.parts)
    rows = tuple(
        (*numbers[id_], Money(before.get(id_, 0), currency), Money(after.get(id_, 0), currency))
        for id_ in dict.fromkeys((*before, *after))
    )
    return WishView(
        public_id=row.public_id, number=row.number, state=row.state, method=row.method, words=row.words,
        answer=row.answer, asked_at=row.asked_at, decided_at=row.decided_at, customer_public_id=customer.public_id,
        customer_no=customer.number, customer_name=customer.name, customer_name_en=customer.name_en,
        receipt_no=receipt.document_no, receipt_public_id=receipt.public_id,
        receipt=Money(receipt.amount_minor, currency), rows=rows,
        rest=Money(receipt.amount_minor - sum(after.values()), currency),
    )  # fmt: skip


# --- what is and what would be --------------------------------------------------------------------------------------


def _receipt(session: Session, public_id: str, *, actor: Actor) -> Document:
    row = session.scalars(select(Document).where(Document.public_id == public_id)).one_or_none()
    if row is None or row.kind != "receipt" or not actor.sees(row.customer_id):
        raise NotFound
    return row


def _standing(session: Session, document_id: int) -> Sequence[Allocation]:
    undoing = aliased(Allocation)
    return session.scalars(
        select(Allocation)
        .where(
            Allocation.credit_id == document_id, Allocation.reverses_id.is_(None),
            ~select(undoing.id).where(undoing.reverses_id == Allocation.id).exists(),
        )
        .order_by(Allocation.id)
    ).all()  # fmt: skip


def _rows(session: Session, receipt: Document) -> list[WishRow]:
    """Return what the receipt pays and what else of the customer is open, oldest due first; ``then`` is empty."""
    applied: dict[int, int] = {}
    for allocation in _standing(session, receipt.id):
        applied[allocation.debit_id] = applied.get(allocation.debit_id, 0) + int(allocation.amount_minor)
    due = due_or_terms(session.get_bind().dialect.name)
    found = session.execute(
        select(Document.id, Document.public_id, Document.document_no, Document.document_on, due.label("due"),
               OpenItem.open_minor)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .join(Customer, Customer.id == Document.customer_id)
        .where(
            Document.customer_id == receipt.customer_id, Document.currency == receipt.currency,
            Document.entity_id == receipt.entity_id, OpenItem.side == 1, Document.kind.not_in(("receipt", "refund")),
            (OpenItem.open_minor > 0) | (Document.id.in_(list(applied))),
        )
        .order_by(due, Document.document_on, Document.id)
    )  # fmt: skip
    zero = Money(0, receipt.currency)
    return [
        WishRow(
            row.id, row.public_id, row.document_no, row.document_on, row.due,
            Money(int(row.open_minor) + applied.get(row.id, 0), receipt.currency),
            Money(applied.get(row.id, 0), receipt.currency), zero,
        )
        for row in found
    ]  # fmt: skip


def _spread(receipt: Document, rows: Sequence[WishRow], method: str, wish: Wish | None) -> Spread:
    items = [
        Payable(row.document_id, row.document_no, row.free.minor, row.document_on, row.due_on) for row in rows
    ]
    return spread_money(receipt.amount_minor, items, method=method, wish=wish)


def _waits(session: Session, document_id: int) -> bool:
    query = select(AllocationWish.id).where(
        AllocationWish.document_id == document_id, AllocationWish.state.in_(("asked", "pending"))
    )
    return session.scalar(query) is not None


def _require_unmoved(session: Session, row: AllocationWish, receipt: Document) -> None:
    """Refuse when the receipt is applied otherwise than when the wish was asked."""
    now: dict[int, int] = {}
    for allocation in _standing(session, receipt.id):
        now[allocation.debit_id] = now.get(allocation.debit_id, 0) + int(allocation.amount_minor)
    if sorted(now.items()) != sorted((int(id_), int(minor)) for id_, minor in row.before):
        raise Conflict(N_("The receipt was applied otherwise since this was asked. Ask again."))


def _locked(session: Session, public_id: str, *, actor: Actor, state: str) -> AllocationWish:
    row = session.scalars(
        select(AllocationWish)
        .where(AllocationWish.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    actor.require_scope(row.customer_id)
    if state and row.state != state:
        raise Conflict(N_("This was decided before."))
    return row


def _record(
    session: Session, row: AllocationWish, receipt: Document, event: str, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session, event, subject_kind="allocation-wish", subject_id=row.public_id, customer_id=row.customer_id,
        details={
            "number": row.number, "receipt": receipt.document_no, "method": row.method,
            "documents": len(row.parts), "state": row.state,
        },
        actor=actor, now=now,
    )  # fmt: skip


# --- the second person ----------------------------------------------------------------------------------------------


def _content_of(session: Session, public_id: str) -> dict[str, Any]:
    row = session.scalars(
        select(AllocationWish)
        .where(AllocationWish.public_id == public_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return {"number": row.number, "document_id": row.document_id, "parts": row.parts, "before": row.before}


def _apply(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _locked(session, request.subject_id, actor=actor, state="pending")
    if request.requested_by_id == actor.person_id:
        raise SecondPersonRequired
    receipt = session.get_one(Document, row.document_id)
    _require_unmoved(session, row, receipt)
    today = max(business_day(now, entity_view(session, receipt.entity_id).time_zone), receipt.posting_on)
    for allocation in _standing(session, receipt.id):
        reverse_allocation(
            session, public_id=allocation.public_id, allocated_on=max(today, allocation.allocated_on),
            reason=row.number, actor=actor, now=now,
        )  # fmt: skip
    drafts = [AllocationDraft(receipt.id, int(id_), int(minor), today) for id_, minor in row.parts]
    apply_credits(session, drafts, actor=actor, now=now)
    row.state, row.decided_at = "applied", now
    session.flush()
    _record(session, row, receipt, "allocations.reallocated", actor=actor, now=now)


def _asked_again(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _locked(session, request.subject_id, actor=actor, state="pending")
    row.state, row.answer = "asked", request.note[:2000]
    session.flush()
    _record(
        session, row, session.get_one(Document, row.document_id), "allocations.returned", actor=actor, now=now
    )


register_kind(ApprovalKind(kind=WISH_KIND, run=_apply, content_of=_content_of, on_rejected=_asked_again))
