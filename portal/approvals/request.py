"""Ask for a second person, and withdraw the question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals.kinds import Limit, Request, content_hash, kind_of
from portal.approvals.models import Approval
from portal.audit import record
from portal.audit.rules import canonical_body
from portal.errors import N_, Conflict, NotAllowed, NotFound
from portal.money import Money


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What is asked.

    Attributes:
        kind: A registered kind, e.g. ``adjustments.post``.
        subject_kind: Kind of the thing, e.g. ``adjustment``.
        subject_id: Its public id.
        title: One line for the list.
        content: Frozen and hashed; equal to the kind's ``content_of`` at this moment.
        effect: ``{"before": …, "after": …, "entry": […]}`` as shown to the second person.
        policy_version: The policy under which it is asked.
    """

    kind: str
    subject_kind: str
    subject_id: str
    title: str
    content: Mapping[str, Any]
    effect: Mapping[str, Any] = field(default_factory=dict)
    customer_id: int | None = None
    money: Money | None = None
    note: str = ""
    policy_version: int = 0


def _json(value: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(canonical_body(value))
    return plain


def request_of(row: Approval) -> Request:
    """Return a row as the verbs of its kind see it."""
    money = Money(row.amount_minor, row.currency) if row.currency and row.amount_minor is not None else None
    return Request(
        public_id=row.public_id, kind=row.kind, subject_kind=row.subject_kind, subject_id=row.subject_id,
        customer_id=row.customer_id, money=money, content=row.content, policy_version=row.policy_version,
        requested_by_id=row.requested_by_id, state=row.state, note=row.decision_note,
    )  # fmt: skip


def request_approval(session: Session, draft: RequestDraft, *, actor: Actor, now: datetime) -> str:
    """Ask for a second person; the calling verb has checked the maker's permission.

    Returns:
        Public id of the approval.

    Raises:
        NotAllowed: The actor is no person (console and worker cannot be a maker).
        Conflict: The same thing already waits for a decision.
    """
    if actor.person_id is None:
        raise NotAllowed(N_("Only a person can ask for an approval."))
    kind_of(draft.kind)
    waiting = select(Approval.id).where(
        Approval.kind == draft.kind, Approval.subject_id == draft.subject_id, Approval.state == "pending"
    )
    if session.scalar(waiting) is not None:
        raise Conflict(N_("This already waits for a second person."))
    row = Approval(
        kind=draft.kind, subject_kind=draft.subject_kind, subject_id=draft.subject_id, customer_id=draft.customer_id,
        title=draft.title[:200], currency=draft.money.currency if draft.money else None,
        amount_minor=draft.money.minor if draft.money else None, content=_json(draft.content),
        content_hash=content_hash(draft.content), effect=_json(draft.effect), policy_version=draft.policy_version,
        requested_by_id=actor.person_id, requested_at=now, request_note=draft.note,
    )  # fmt: skip
    limit_of = kind_of(draft.kind).maker_limit
    if limit_of is not None and _is_above(
        limit_of(session, request_of(row), actor=actor, now=now), draft.money
    ):
        row.needs_approvals = 2
    session.add(row)
    session.flush()
    note_change(session, row, event="approvals.requested", actor=actor, now=now)
    return row.public_id


def _is_above(limit: Limit | None, money: Money | None) -> bool:
    return bool(limit and limit.act_minor is not None and money and abs(money.minor) > limit.act_minor)


def void_approval(
    session: Session, *, subject_kind: str, subject_id: str, reason: str = "", actor: Actor, now: datetime
) -> bool:
    """Withdraw the pending request about a thing because it was edited or taken back; called by that verb.

    Returns:
        Whether one was pending. ``on_rejected`` of its kind is not run: the calling verb knows.
    """
    row = session.scalars(
        select(Approval)
        .where(
            Approval.subject_kind == subject_kind,
            Approval.subject_id == subject_id,
            Approval.state == "pending",
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    _void(session, row, reason, actor=actor, now=now)
    return True


def withdraw_request(
    session: Session, *, public_id: str, reason: str = "", actor: Actor, now: datetime
) -> None:
    """Take one's own request back; the thing returns to where it was before.

    Raises:
        NotFound: Unknown.
        NotAllowed: Someone else asked.
        Conflict: It has been decided.
    """
    row = locked(session, public_id)
    if row.requested_by_id != actor.person_id:
        raise NotAllowed(N_("Only the person who asked can take the request back."))
    _void(session, row, reason, actor=actor, now=now)
    kind_of(row.kind).on_rejected(session, request_of(row), actor, now)


def void_requests_of(session: Session, person_id: int, *, actor: Actor, now: datetime) -> int:
    """Void what a person has asked for, because their roles or account changed.

    Returns:
        How many were pending.
    """
    query = select(Approval).where(Approval.requested_by_id == person_id, Approval.state == "pending")
    rows = session.scalars(query.order_by(Approval.id).with_for_update()).all()
    for row in rows:
        _void(session, row, "roles of the maker changed", actor=actor, now=now)
        kind_of(row.kind).on_rejected(session, request_of(row), actor, now)
    return len(rows)


def locked(session: Session, public_id: str) -> Approval:
    """Return a pending approval, its row locked.

    Raises:
        NotFound: Unknown.
        Conflict: It is no longer pending.
    """
    row = session.scalars(
        select(Approval)
        .where(Approval.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state != "pending":
        raise Conflict(N_("This request has already been decided."))
    return row


def _void(session: Session, row: Approval, reason: str, *, actor: Actor, now: datetime) -> None:
    row.state, row.decided_at, row.decision_note = "voided", now, reason
    session.flush()
    note_change(session, row, event="approvals.voided", actor=actor, now=now)


def note_change(session: Session, row: Approval, *, event: str, actor: Actor, now: datetime) -> None:
    """Record a change of a request in the audit trail."""
    details: dict[str, object] = {
        "kind": row.kind,
        "title": row.title,
        "subject": row.subject_id,
        "content_hash": row.content_hash,
    }
    if row.currency and row.amount_minor is not None:
        details["money"] = Money(row.amount_minor, row.currency)
    if row.decision_note:
        details["note"] = row.decision_note
    record(
        session, event, subject_kind="approval", subject_id=row.public_id, customer_id=row.customer_id,
        details=details, actor=actor, now=now,
    )  # fmt: skip
