"""Staff look at a customer's pages as the customer sees them; looking is recorded, acting is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Company, Permission, look_as_company
from portal.customers.queries import find_customer
from portal.errors import N_, Invalid


def start_viewing(session: Session, *, public_id: str, sign_in: str, actor: Actor, now: datetime) -> None:
    """Show a customer's pages in one's own staff sign-in from now on.

    Args:
        session: A writing session.
        public_id: The customer.
        sign_in: Public id of the sign-in.
        actor: Needs ``customers:view-as``.
        now: When.

    Raises:
        NotAllowed: The actor may not.
        NotFound: Unknown, or out of scope.
        Invalid: The customer is archived: it has no pages.
    """
    actor.require(Permission.CUSTOMERS_VIEW_AS)
    customer = find_customer(session, public_id=public_id, actor=actor)
    if customer.is_archived:
        raise Invalid(N_("An archived customer has no pages to look at."))
    if look_as_company(session, sign_in=sign_in, customer_id=customer.id, actor=actor):
        audit.record(
            session, "customers.view-started", subject_kind="customer", subject_id=customer.public_id,
            customer_id=customer.id, details={"number": customer.number}, actor=actor, now=now,
        )  # fmt: skip


def stop_viewing(session: Session, *, company: Company, sign_in: str, actor: Actor, now: datetime) -> None:
    """Return to one's own pages."""
    if look_as_company(session, sign_in=sign_in, customer_id=None, actor=actor):
        audit.record(
            session, "customers.view-stopped", subject_kind="customer", subject_id=company.public_id,
            customer_id=company.id, details={"number": company.number}, actor=replace(actor, side="staff"), now=now,
        )  # fmt: skip
