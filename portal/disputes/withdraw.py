"""Withdraw before posting; reopen within 30 days; close some days after the result."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.adjustments import void_adjustments_of
from portal.clock import business_day
from portal.db import new_public_id
from portal.disputes.limits import disputable_minor, is_open_elsewhere
from portal.disputes.models import Dispute
from portal.disputes.rules import CLOSE_AFTER_DAYS, REOPEN_DAYS
from portal.disputes.settle import lock_settlement
from portal.disputes.timeline import Words, locked_dispute, move_dispute, require_words, today_of
from portal.errors import N_, Conflict, NotAllowed
from portal.ledger import entity_view
from portal.statements import LineAnswerDraft, record_answers
from portal.statements.models import LineAnswer, Statement
from portal.statements.rules import ANSWERABLE


def withdraw_dispute(
    session: Session, *, public_id: str, text: str = "", actor: Actor, now: datetime
) -> None:
    """Take the objection back; the line can be confirmed again, and what waits for approval is voided.

    Raises:
        NotAllowed: The actor may not dispute, or is staff.
        NotFound: Unknown, or another customer's.
        Conflict: It has ended, or the credit is posted.
    """
    actor.require(Permission.DISPUTES_OPEN)
    if actor.side == "staff":
        raise NotAllowed(N_("Only the customer can withdraw a dispute."))
    lock_settlement(session, public_id)
    dispute = locked_dispute(session, public_id=public_id, verb="withdraw", actor=actor)
    void_adjustments_of(session, dispute_id=dispute.id, reason="dispute withdrawn", actor=actor, now=now)
    dispute.resolved_at = now
    move_dispute(
        session, dispute, verb="withdraw", words=Words(text.strip(), "message"), actor=actor, now=now
    )
    _free_lines(session, dispute, actor=actor, now=now)


def _free_lines(session: Session, dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    """Return the lines that this dispute answers to unanswered, on every statement not yet signed."""
    rows = session.execute(
        select(LineAnswer.statement_id, LineAnswer.line_no, Statement.content_hash)
        .join(Statement, Statement.id == LineAnswer.statement_id)
        .where(LineAnswer.dispute_id == dispute.id, Statement.state.in_(ANSWERABLE))
        .distinct()
    ).all()
    for statement_id, line_no, content_hash in rows:
        newest = session.scalars(
            select(LineAnswer)
            .where(LineAnswer.statement_id == statement_id, LineAnswer.line_no == line_no)
            .order_by(LineAnswer.id.desc())
            .limit(1)
        ).one()
        if newest.dispute_id == dispute.id and newest.answer == "disputed":
            record_answers(
                session, statement_id=statement_id, answers=[LineAnswerDraft(line_no=line_no, answer="none")],
                content_hash=content_hash, act=new_public_id(), actor=actor, now=now,
            )  # fmt: skip


def reopen_dispute(session: Session, *, public_id: str, text: str, actor: Actor, now: datetime) -> None:
    """Take a finished case up again because of new facts, at most 30 days after its result.

    The days of the reason start anew; the amount is at most what can still be disputed of the document.

    Raises:
        NotAllowed: The actor may neither dispute nor work on disputes.
        NotFound: Unknown, or another customer's.
        Conflict: Not finished, too long ago, credited in full, or disputed anew in another case.
        Invalid: No words.
    """
    actor.require(Permission.DISPUTES_OPEN, Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="reopen", actor=actor)
    zone = entity_view(session, dispute.entity_id).time_zone
    ended_on = business_day(dispute.resolved_at or dispute.opened_at, zone)
    if (today_of(session, dispute.entity_id, now) - ended_on).days > REOPEN_DAYS:
        raise Conflict(N_("This ended more than 30 days ago. Please raise a new dispute."))
    words = require_words(text)
    room = disputable_minor(session, dispute.document_id) if dispute.document_id else dispute.disputed_minor
    if room <= 0 or is_open_elsewhere(session, dispute):
        raise Conflict(N_("Nothing is left to dispute here, or another dispute is open."))
    dispute.disputed_minor = min(dispute.disputed_minor, room)
    dispute.approved_minor, dispute.resolution, dispute.resolved_at = None, "", None
    try:
        move_dispute(session, dispute, verb="reopen", words=Words(words, "message"), actor=actor, now=now)
    except IntegrityError:
        raise Conflict from None


def close_disputes(session: Session, *, actor: Actor, now: datetime, limit: int = 500) -> int:
    """Close what was resolved some days ago; run by the worker, any number of times.

    Returns:
        How many were closed.
    """
    ids = session.scalars(
        select(Dispute.public_id)
        .where(Dispute.state == "resolved", Dispute.resolved_at <= now - timedelta(days=CLOSE_AFTER_DAYS))
        .order_by(Dispute.id)
        .limit(limit)
    ).all()
    for public_id in ids:
        dispute = locked_dispute(session, public_id=public_id, verb="close", actor=actor)
        move_dispute(session, dispute, verb="close", actor=actor, now=now)
    return len(ids)
