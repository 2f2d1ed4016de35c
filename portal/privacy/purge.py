"""The purge: delete what is older than we keep it, note it in a table that never forgets, and record it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, delete, func, or_, select, update
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import DeepLink, MailChange, MailCode, PasswordReset, SecurityEvent, SignIn
from portal.audit import record
from portal.confirmations.models import SignCode
from portal.outbox.models import OutboxMessage
from portal.privacy.models import Purge
from portal.privacy.retention import current_retention
from portal.privacy.rules import PURGE_KINDS, cutoff


@dataclass(frozen=True, slots=True)
class PurgeLine:
    """What a purge did to one kind."""

    kind: str
    kept_days: int
    before_at: datetime
    deleted: int


def purge_old(session: Session, *, actor: Actor, now: datetime) -> tuple[PurgeLine, ...]:
    """Delete what is older than the policy keeps it; the audit trail is never touched.

    Args:
        session: A writing session.
        actor: The worker, the console, or the security administrator.
        now: When; run twice, the second finds nothing.

    Returns:
        One line for each kind that had something to delete.

    Raises:
        NotAllowed: The actor may not.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    days = current_retention(session, now=now)
    lines = []
    for kind in PURGE_KINDS:
        before = cutoff(now, days[kind])
        found = _COUNTS[kind](session, before)
        if found:
            session.add(Purge(kind=kind, at=now, kept_days=days[kind], before_at=before, found=found))
            session.flush()
            _DELETES[kind](session, before)
            lines.append(PurgeLine(kind, days[kind], before, found))
    if lines:
        details = {
            one.kind: {"deleted": one.deleted, "kept_days": one.kept_days, "before": one.before_at}
            for one in lines
        }
        record(
            session, "privacy.purged", subject_kind="purge", subject_id=f"{now:%Y-%m-%d}", details=details,
            actor=actor, now=now,
        )  # fmt: skip
    return tuple(lines)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _run(session: Session, statement: Delete | Update) -> int:
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment] # what DML returns
    return done.rowcount


def _old_events(before: datetime) -> ColumnElement[bool]:
    return SecurityEvent.at < before


def _old_sign_ins(before: datetime) -> ColumnElement[bool]:
    return or_(SignIn.ended_at < before, SignIn.ends_at < before)


def _old_links(before: datetime) -> ColumnElement[bool]:
    return DeepLink.made_at < before


def _old_mail(before: datetime) -> ColumnElement[bool]:
    return (OutboxMessage.sent_at < before) & (OutboxMessage.payload != {})


_CODES = (SignCode, MailCode, PasswordReset, MailChange)


def _count_codes(session: Session, before: datetime) -> int:
    return sum(_count(session, table.ends_at < before) for table in _CODES)


def _delete_codes(session: Session, before: datetime) -> None:
    for table in _CODES:
        _run(session, delete(table).where(table.ends_at < before))


def _delete_links(session: Session, before: datetime) -> None:
    gone = select(DeepLink.id).where(_old_links(before))
    _run(session, delete(MailCode).where(MailCode.link_id.in_(gone)))
    _run(session, delete(DeepLink).where(_old_links(before)))


_COUNTS: dict[str, Callable[[Session, datetime], int]] = {
    "security-log": lambda session, before: _count(session, _old_events(before)),
    "sign-ins": lambda session, before: _count(session, _old_sign_ins(before)),
    "links": lambda session, before: _count(session, _old_links(before)),
    "mail": lambda session, before: _count(session, _old_mail(before)),
    "codes": _count_codes,
}
_DELETES: dict[str, Callable[[Session, datetime], object]] = {
    "security-log": lambda session, before: _run(session, delete(SecurityEvent).where(_old_events(before))),
    "sign-ins": lambda session, before: _run(session, delete(SignIn).where(_old_sign_ins(before))),
    "links": _delete_links,
    "mail": lambda session, before: _run(
        session, update(OutboxMessage).where(_old_mail(before)).values(payload={})
    ),
    "codes": _delete_codes,
}
