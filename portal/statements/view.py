"""Note what became of a statement: mailed, seen, or left unanswered past its deadline."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit import AuditDraft, record, record_many
from portal.clock import business_day
from portal.errors import NotFound
from portal.ledger import default_entity
from portal.outbox.models import OutboxMessage
from portal.statements.above import reminders
from portal.statements.models import Statement
from portal.statements.rules import ANSWERABLE, next_state


def mark_viewed(session: Session, *, public_id: str, actor: Actor, now: datetime) -> bool:
    """Note the first time the customer opens a statement; staff who look leave no trace.

    Returns:
        Whether this was the first view.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown, out of scope, or not issued.
    """
    actor.require(Permission.STATEMENTS_READ)
    query = select(Statement).where(Statement.public_id == public_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.issued_at is None:
        raise NotFound
    actor.require_scope(row.customer_id)
    if actor.side != "customer" or row.first_viewed_at is not None:
        return False
    row.first_viewed_at = now
    row.state = next_state(row.state, "view") or row.state
    session.flush()
    record(
        session, "statements.viewed", subject_kind="statement", subject_id=row.public_id, customer_id=row.customer_id,
        details={"version": row.version}, actor=actor, now=now,
    )  # fmt: skip
    return True


def mark_no_response(session: Session, *, actor: Actor, now: datetime, limit: int = 1000) -> int:
    """Move statements whose deadline has passed to ``no-response``: never shown as agreement, still answerable.

    Args:
        session: A writing session.
        actor: Needs ``reminders:run``; the worker or the reminder run.
        now: When; the seller's business day decides.
        limit: Statements at most, so that the lock is short.

    Returns:
        How many were moved.

    Raises:
        NotAllowed: The actor may not run reminders.
    """
    actor.require(Permission.REMINDERS_RUN)
    today = business_day(now, default_entity(session).time_zone)
    rows = session.execute(
        select(Statement.id, Statement.public_id, Statement.customer_id, Statement.answer_by_on)
        .where(Statement.state.in_(sorted(ANSWERABLE - {"no-response"})), Statement.answer_by_on < today)
        .order_by(Statement.id)
        .limit(limit)
        .with_for_update()
    ).all()
    if rows:
        session.execute(
            update(Statement).where(Statement.id.in_([row.id for row in rows])).values(state="no-response")
        )
    drafts = [
        AuditDraft(
            "statements.expired",
            "statement",
            row.public_id,
            row.customer_id,
            {"answer_by_on": row.answer_by_on},
        )
        for row in rows
    ]
    record_many(session, drafts, actor=actor, now=now)
    return len(rows)


def mark_delivered(session: Session, *, actor: Actor, now: datetime, limit: int = 1000) -> int:
    """Move issued statements whose news a mail server has accepted to ``delivered``.

    Args:
        session: A writing session.
        actor: Needs ``reminders:run``; the worker or the mail command.
        now: When.
        limit: Statements at most, so that the lock is short.

    Returns:
        How many were moved.

    Raises:
        NotAllowed: The actor may not run reminders.
    """
    actor.require(Permission.REMINDERS_RUN)
    was_sent = exists().where(
        reminders.c.statement_id == Statement.id,
        reminders.c.outbox_key == OutboxMessage.key,
        OutboxMessage.state == "sent",
    )
    rows = session.execute(
        select(Statement.id, Statement.public_id, Statement.customer_id)
        .where(Statement.state == "issued", was_sent)
        .order_by(Statement.id)
        .limit(limit)
        .with_for_update()
    ).all()
    if rows:
        ids = [row.id for row in rows]
        session.execute(update(Statement).where(Statement.id.in_(ids)).values(state="delivered"))
    drafts = [AuditDraft("statements.delivered", "statement", row.public_id, row.customer_id) for row in rows]
    record_many(session, drafts, actor=actor, now=now)
    return len(rows)
