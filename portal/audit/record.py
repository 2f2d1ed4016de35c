"""Append to the audit trail: rows gather in the session and are written as the last act before its commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import event as sql_event
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from portal.access import Actor
from portal.audit.models import AuditHead, AuditRow, PersonalValue
from portal.audit.rules import (
    CHAIN_VERSION,
    FIRST_PREVIOUS,
    canonical_body,
    chain_hash,
    hide_personal,
    personal_digest,
)
from portal.db import new_public_id

_PENDING = "audit"
_MARKS = "audit_marks"
_PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class AuditDraft:
    """One state change to be recorded.

    Attributes:
        event: Name like ``disputes.resolved``.
        subject_kind: Kind of the thing that changed, e.g. ``dispute``.
        subject_id: Its public id.
        details: What changed: text, numbers, dates, Money; never a secret.
    """

    event: str
    subject_kind: str
    subject_id: str
    customer_id: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def record(
    session: Session,
    event: str,
    *,
    subject_kind: str,
    subject_id: str,
    customer_id: int | None = None,
    details: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> None:
    """Note one state change; it is written, numbered and hashed when the session commits.

    Args:
        session: A writing session; when it rolls back, the note is forgotten with the change.
        event: Name like ``disputes.resolved``; one state change has exactly one row.
        subject_kind: Kind of the thing that changed.
        subject_id: Its public id.
        customer_id: Row number of the customer concerned, if one is.
        details: What changed; never a secret.
        actor: Who did it.
        now: When, aware.
    """
    draft = AuditDraft(event, subject_kind, subject_id, customer_id, details)
    record_many(session, [draft], actor=actor, now=now)


def record_many(session: Session, drafts: Sequence[AuditDraft], *, actor: Actor, now: datetime) -> None:
    """Note many state changes of one actor at one instant, in order; see ``record``."""
    pending: list[dict[str, Any]] = session.info.setdefault(_PENDING, [])
    who = {
        "actor_public_id": actor.public_id,
        "actor_side": actor.side,
        "method": actor.method,
        "address": actor.address,
        "request_id": actor.request_id,
    } | dict(actor.extra)
    for draft in drafts:
        personal: list[dict[str, str]] = []
        details = hide_personal(
            draft.details, subject_kind=draft.subject_kind, hide=partial(_hide, draft, personal)
        )
        facts = {
            "at": now,
            "event": draft.event,
            "actor_id": actor.person_id,
            # A person is named by number; pages look the name up, so that erasing somebody leaves the chain whole.
            "actor_name": "" if actor.person_id is not None else actor.name,
            "subject_kind": draft.subject_kind,
            "subject_id": draft.subject_id,
            "customer_id": draft.customer_id,
        }
        body = canonical_body(facts | {"who": who, "details": details})
        pending.append(facts | {"body": body, _PERSONAL: personal})
    session.connection()  # a change always has a transaction, so that the hook before commit always runs


def _hide(draft: AuditDraft, personal: list[dict[str, str]], value: str) -> dict[str, str]:
    """Put a text that names or reaches a person beside the row, and return what stands in the row for it."""
    token, salt = new_public_id(), new_public_id()
    personal.append(
        {
            "token": token, "subject_kind": draft.subject_kind, "subject_id": draft.subject_id, "salt": salt,
            "value": value,
        }
    )  # fmt: skip
    return {"personal": token, "sha256": personal_digest(salt, value)}


def locked_head(session: Session) -> tuple[int, str]:
    """Lock the head until commit and return its number and hash; the first use makes the row."""
    insert_head = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    query = select(AuditHead.number, AuditHead.hash).where(AuditHead.id == 1).with_for_update()
    found = session.execute(query).one_or_none()
    if found is None:
        session.execute(
            insert_head(AuditHead).values(id=1, number=0, hash=FIRST_PREVIOUS).on_conflict_do_nothing()
        )
        found = session.execute(query).one()
    return found[0], found[1]


@sql_event.listens_for(Session, "before_commit")
def _write_pending(session: Session) -> None:
    if not session.info.get(_PENDING) or session.in_nested_transaction():
        return
    session.flush()  # the business rows go first: the head is held as briefly as possible
    pending: list[dict[str, Any]] = session.info.pop(_PENDING)
    session.info.pop(_MARKS, None)
    number, previous = locked_head(session)
    rows, personal = [], [value for row in pending for value in row.pop(_PERSONAL)]
    for row in pending:
        number += 1
        this = chain_hash(version=CHAIN_VERSION, number=number, previous_hash=previous, body=row["body"])
        rows.append(
            row | {"number": number, "version": CHAIN_VERSION, "previous_hash": previous, "hash": this}
        )
        previous = this
    session.execute(insert(AuditRow), rows)
    if personal:
        session.execute(insert(PersonalValue), personal)
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(number=number, hash=previous))


@sql_event.listens_for(Session, "after_transaction_create")
def _mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks: dict[int, int] = session.info.setdefault(_MARKS, {})
        marks[id(transaction)] = len(session.info.get(_PENDING, ()))


@sql_event.listens_for(Session, "after_soft_rollback")
def _forget_pending(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        mark: int = session.info.get(_MARKS, {}).pop(id(transaction), 0)
    elif transaction.parent is None:
        mark = 0
    else:
        return  # part of a flush; what contains it is rolled back next
    if session.info.get(_PENDING):
        del session.info[_PENDING][mark:]
