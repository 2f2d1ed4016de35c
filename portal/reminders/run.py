"""The reminder run: due news and reminders of issued statements go into the outbox, each exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from portal.access import Actor, Permission, make_link
from portal.audit import AuditDraft, record_many
from portal.db import insert_missing
from portal.outbox import MessageDraft, put_messages
from portal.policies import current_policy
from portal.reminders.models import Reminder
from portal.reminders.queries import WaitingStatement, recipients_of, told_stages, waiting_statements
from portal.reminders.rules import (
    ISSUED_EVENT,
    REMINDER_EVENT,
    Recipient,
    is_sendable,
    is_wanted,
    one_per_address,
    reached_stage,
    reason_to_skip,
)

BATCH = 500


@dataclass(frozen=True, slots=True)
class ReminderRun:
    """What one run did.

    Attributes:
        queued: Mails that went into the outbox, one a statement version, stage and address.
        skipped: Statements (or addresses) passed over, counted by reason (keys of ``rules.SKIPS``).
        last_id: Row number after which a further run of the same kind would go on; 0 when nothing is left.
    """

    queued: int
    skipped: dict[str, int]
    last_id: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    """One mail that is due."""

    statement: WaitingStatement
    recipient: Recipient
    stage: int
    is_first: bool

    @property
    def key(self) -> str:
        about, email = self.statement, self.recipient.email
        address = email if len(email) <= 120 else sha256(email.encode()).hexdigest()
        return f"statement:{about.public_id}:v{about.version}:stage{self.stage}:{address}"


def run_reminders(
    session: Session, *, actor: Actor, now: datetime, after_id: int = 0, limit: int | None = None
) -> ReminderRun:
    """Queue what is due: the news that a statement is there, and reminders at the days of the policy.

    Running it again, or several at once, or with the clock set back, queues nothing twice: the statements are locked
    and (statement version, stage, address) is unique.

    Args:
        session: Writing session.
        actor: Needs ``reminders:run``.
        now: Decides the business day and so the stage.
        after_id: Row number of the statement after which to begin.
        limit: Look at about this many statements only, so that a long run can be several short transactions.

    Returns:
        Counts of what was queued and why the rest was not.

    Raises:
        NotAllowed: The actor may not run reminders.
    """
    actor.require(Permission.REMINDERS_RUN, Permission.STATEMENTS_ISSUE)
    queued, skipped, seen = 0, Counter[str](), 0
    while limit is None or seen < limit:
        piece = BATCH if limit is None else min(BATCH, limit - seen)
        waiting = waiting_statements(session, now=now, after_id=after_id, limit=piece)
        if not waiting:
            return ReminderRun(queued=queued, skipped=dict(skipped))
        due = _due(session, waiting, skipped=skipped, now=now)
        queued += _queue(session, due, actor=actor, now=now)
        after_id, seen = waiting[-1].id, seen + len(waiting)
    return ReminderRun(queued=queued, skipped=dict(skipped), last_id=after_id)


def _due(
    session: Session, waiting: Sequence[WaitingStatement], *, skipped: Counter[str], now: datetime
) -> list[_Due]:
    policy = current_policy(session, on=waiting[0].today)
    people = recipients_of(session, {one.customer_id for one in waiting}, now=now)
    told = told_stages(session, [one.id for one in waiting])
    due: list[_Due] = []
    for statement in waiting:
        stage = reached_stage(statement.situation.days, policy.reminder_stage_days)
        reason = reason_to_skip(statement.situation, stage)
        if reason is not None or stage is None:
            skipped[reason or "not-yet"] += 1
            continue
        found = one_per_address(people.get(statement.customer_id, ()))
        due += _due_of(statement, found, stage=stage, told=told, skipped=skipped)
    return due


def _due_of(
    statement: WaitingStatement,
    found: Sequence[Recipient],
    *,
    stage: int,
    told: Mapping[tuple[int, str], int],
    skipped: Counter[str],
) -> list[_Due]:
    due: list[_Due] = []
    wanted = 0
    for recipient in found:
        reached = told.get((statement.id, recipient.email))
        if not is_wanted(recipient, is_first=reached is None) or not is_sendable(recipient):
            continue
        wanted += 1
        if reached is not None and reached >= stage:
            skipped["already-told"] += 1
        else:
            due.append(_Due(statement, recipient, stage, is_first=reached is None))
    if not wanted:
        skipped["no-recipient"] += 1
    return due


def _queue(session: Session, due: Sequence[_Due], *, actor: Actor, now: datetime) -> int:
    rows = [
        {
            "customer_id": one.statement.customer_id,
            "statement_id": one.statement.id,
            "stage": one.stage,
            "recipient": one.recipient.email,
            "reason": one.recipient.reason,
            "outbox_key": one.key,
            "at": now,
        }
        for one in due
    ]
    new = set(insert_missing(session, Reminder, rows, key="outbox_key"))
    fresh = [one for one in due if one.key in new]
    put_messages(session, [_message(session, one, now=now) for one in fresh], now=now)
    record_many(session, _audit_drafts(fresh), actor=actor, now=now)
    return len(fresh)


def _message(session: Session, one: _Due, *, now: datetime) -> MessageDraft:
    about, reader = one.statement, one.recipient
    month = f"{about.month_on:%Y-%m}"
    link = make_link(
        session,
        path=f"/statements/{about.public_id}",
        label={"kind": "statement", "month": month},
        customer_id=about.customer_id,
        recipient=reader.email,
        now=now,
    )
    payload = {
        "seller": about.seller_names[reader.language],
        "seller_phone": about.seller_phone,
        "seller_email": about.seller_email,
        "customer": about.customer_names[reader.language],
        "link": link,
        "why": reader.reason,
        "month": month,
        "version": about.version,
        "currency": about.currency,
        "answer_by": about.answer_by_on.isoformat() if about.answer_by_on else "",
        "stage": one.stage,
        "is_late": about.answer_by_on is not None and about.answer_by_on < about.today,
    }
    return MessageDraft(
        key=one.key,
        event=ISSUED_EVENT if one.is_first else REMINDER_EVENT,
        recipient=reader.email,
        recipient_name=reader.name,
        language=reader.language,
        customer_id=about.customer_id,
        payload=payload,
    )


def _audit_drafts(due: Sequence[_Due]) -> list[AuditDraft]:
    grouped: dict[str, list[_Due]] = {}
    for one in due:
        grouped.setdefault(one.statement.public_id, []).append(one)
    return [
        AuditDraft(
            "reminders.queued",
            subject_kind="statement",
            subject_id=public_id,
            customer_id=group[0].statement.customer_id,
            details={
                "version": group[0].statement.version,
                "stage": group[0].stage,
                "recipients": [one.recipient.email for one in group],
            },
        )
        for public_id, group in grouped.items()
    ]
