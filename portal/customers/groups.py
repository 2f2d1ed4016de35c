"""Groups of companies: one head, members below it, no deeper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.customers.edit import locked_customer
from portal.customers.models import Customer
from portal.customers.queries import CustomerView, customers_by_id
from portal.errors import N_, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group: its head and its members by number, as far as the reader sees them."""

    head: CustomerView
    members: tuple[CustomerView, ...]

    @property
    def companies(self) -> tuple[CustomerView, ...]:
        """The head, then the members."""
        return (self.head, *self.members)


def set_group(
    session: Session, *, public_id: str, head_public_id: str | None, actor: Actor, now: datetime
) -> None:
    """Put a customer into a group by naming its head, or (None) take it out.

    People of the head whose role covers the group see the customer from their next click on, and no longer.

    Args:
        session: A writing session.
        public_id: The member.
        head_public_id: The head of the group.
        actor: Needs ``customers:edit``.
        now: When.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: One of the two is unknown or out of scope.
        Invalid: The head belongs to a group itself, the member has members, or both are the same.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    row = locked_customer(session, public_id, actor=actor)
    head = locked_customer(session, head_public_id, actor=actor) if head_public_id else None
    _require_usable(session, row, head)
    if row.parent_id == (head.id if head else None):
        return
    before = session.get(Customer, row.parent_id) if row.parent_id is not None else None
    row.parent_id = head.id if head else None
    row.row_version += 1
    session.flush()
    details = {"group": [before.number if before else "", head.number if head else ""]}
    audit.record(
        session, "customers.grouped", subject_kind="customer", subject_id=row.public_id, customer_id=row.id,
        details=details, actor=actor, now=now,
    )  # fmt: skip


def _require_usable(session: Session, row: Customer, head: Customer | None) -> None:
    if head is None:
        return
    if head.id == row.id:
        raise Invalid(N_("A customer cannot be the head of its own group as a member."), field="head")
    if head.parent_id is not None:
        raise Invalid(
            N_("%(name)s belongs to a group itself. Name the head of that group."),
            field="head",
            name=head.name,
        )
    if session.scalar(select(Customer.id).where(Customer.parent_id == row.id).limit(1)) is not None:
        raise Invalid(N_("This customer is the head of a group and cannot be a member."), field="head")


def group_of(session: Session, *, public_id: str, actor: Actor) -> GroupView | None:
    """Return the group a customer belongs to or heads; None when it stands alone.

    Raises:
        NotFound: Unknown, or out of scope.
    """
    row = session.scalars(select(Customer).where(Customer.public_id == public_id)).one_or_none()
    if row is None or not actor.sees(row.id):
        raise NotFound
    head_id = row.parent_id or row.id
    ids = session.scalars(
        select(Customer.id).where(Customer.parent_id == head_id).order_by(Customer.number)
    ).all()
    if not ids:
        return None
    seen = customers_by_id(session, [one for one in (head_id, *ids) if actor.sees(one)])
    head = seen.get(head_id)
    if head is None:
        return None
    return GroupView(head, tuple(seen[one] for one in ids if one in seen))


def list_heads(session: Session, *, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return (public id, "number name") of the heads of groups in scope, by number; for choosing one.

    Raises:
        NotAllowed: The actor may not read customers.
    """
    actor.require(Permission.CUSTOMERS_READ)
    heads = select(Customer.parent_id).where(Customer.parent_id.is_not(None))
    rows = session.execute(
        select(Customer.id, Customer.public_id, Customer.number, Customer.name)
        .where(Customer.id.in_(heads))
        .order_by(Customer.number)
    )
    return tuple((public_id, f"{number} {name}") for id_, public_id, number, name in rows if actor.sees(id_))
