"""Pause a customer's access: its people can do nothing for it from the next click on, and reminders wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.customers.edit import locked_customer
from portal.errors import N_, Conflict, Invalid

MAX_REASON = 500


def pause_customer(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Stop a customer's people at once and let reminders wait; statements are still made.

    Args:
        session: A writing session.
        public_id: The customer.
        reason: Why; colleagues and auditors read it, the customer does not.
        actor: Needs ``customers:edit``.
        now: When.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: Unknown, or out of scope.
        Conflict: It is paused already.
        Invalid: No reason, or a long one.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    words = require_reason(reason)
    row = locked_customer(session, public_id, actor=actor)
    if row.is_paused:
        raise Conflict(N_("This customer is paused already."))
    row.is_paused, row.paused_at, row.pause_reason = True, now, words
    row.row_version += 1
    session.flush()
    audit.record(
        session, "customers.paused", subject_kind="customer", subject_id=row.public_id, customer_id=row.id,
        details={"reason": words}, actor=actor, now=now,
    )  # fmt: skip


def resume_customer(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Let a paused customer's people in again; reminders go on with the next run.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: Unknown, or out of scope.
        Conflict: It is not paused.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    row = locked_customer(session, public_id, actor=actor)
    if not row.is_paused:
        raise Conflict(N_("This customer is not paused."))
    row.is_paused, row.paused_at, row.pause_reason = False, None, ""
    row.row_version += 1
    session.flush()
    audit.record(
        session, "customers.resumed", subject_kind="customer", subject_id=row.public_id, customer_id=row.id,
        details={}, actor=actor, now=now,
    )  # fmt: skip


def require_reason(text: str) -> str:
    """Return a reason without blanks around it.

    Raises:
        Invalid: There is none, or more than 500 characters.
    """
    words = text.strip()
    if not words:
        raise Invalid(N_("Give a reason; auditors read it."), field="reason")
    if len(words) > MAX_REASON:
        raise Invalid(N_("At most %(count)s characters, please."), field="reason", count=MAX_REASON)
    return words
