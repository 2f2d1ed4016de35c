"""Undo a whole batch: every document of it is reversed in the open period, after a second person has agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from portal import audit
from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.clock import business_day
from portal.db import Database
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.imports.models import EInvoice, ImportBatch
from portal.imports.rules import Problem
from portal.jobs import enqueue
from portal.ledger import closed_months, entity_view
from portal.money import Money
from portal.receivables import reverse_document
from portal.receivables.models import Allocation, Document

UNDO_KIND = "imports.undo"
UNDO_JOB = "imports.undo"
AT_ONCE = 25
MOST_REASONS = 20

#: Names what of a higher feature stands on documents (row numbers): a reason for each, at most a few.
Dependents = Callable[[Session, Sequence[int]], Sequence[Problem]]
_DEPENDENTS: list[Dependents] = []


def register_dependents(check: Dependents) -> None:
    """Let a higher feature say what stands on documents of a batch; called once, when it is imported."""
    if check not in _DEPENDENTS:
        _DEPENDENTS.append(check)


def why_not_undone(session: Session, *, public_id: str, now: datetime) -> tuple[Problem, ...]:
    """Return why a batch cannot be undone: what later stands on its documents; empty when it can.

    Args:
        session: Any.
        public_id: The batch.
        now: The reversals would be posted on this business day.

    Raises:
        NotFound: There is no such batch.
    """
    batch = _batch(session, public_id)
    if batch.kind not in {"documents", "einvoices"} or batch.state != "loaded":
        return (_problem(N_("Only a loaded file of documents can be undone.")),)
    ids = _living(session, batch.id)
    if not ids:
        return (_problem(N_("This file has posted no document.")),)
    found = [*_closed(session, ids, now), *_allocated(session, batch.id, ids)]
    for check in _DEPENDENTS:
        found += check(session, ids)
    return tuple(found[:MOST_REASONS])


def _problem(message: str, **params: object) -> Problem:
    return Problem(None, "", "conflict", message, params)


def _batch(session: Session, public_id: str, *, lock: bool = False) -> ImportBatch:
    wanted = select(ImportBatch).where(ImportBatch.public_id == public_id)
    batch = session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if batch is None:
        raise NotFound
    return batch


def _living(session: Session, batch_id: int, limit: int | None = None) -> list[int]:
    """Return the documents of a batch that are not reversed; what pays before what is paid."""
    reversal = aliased(Document)
    return list(
        session.scalars(
            select(Document.id)
            .where(
                Document.batch_id == batch_id,
                Document.reverses_id.is_(None),
                ~select(reversal.id).where(reversal.reverses_id == Document.id).exists(),
            )
            .order_by(Document.balance_minor > 0, Document.id)
            .limit(limit)
        )
    )


def _closed(session: Session, ids: Sequence[int], now: datetime) -> list[Problem]:
    entities = set(session.scalars(select(Document.entity_id).where(Document.id.in_(ids[:5000])).distinct()))
    found = []
    for entity_id, start, until in closed_months(session, entities):
        day = business_day(now, entity_view(session, entity_id).time_zone)
        if start <= day < until:
            found.append(_problem(N_("The period of today, %(day)s, is closed."), day=day.isoformat()))
    return found


def _allocated(session: Session, batch_id: int, ids: Sequence[int]) -> list[Problem]:
    """Name allocations between a document of the batch and one from elsewhere."""
    own, other, undoing = aliased(Document), aliased(Document), aliased(Allocation)
    found = []
    for mine, theirs in (
        (Allocation.credit_id, Allocation.debit_id),
        (Allocation.debit_id, Allocation.credit_id),
    ):
        rows = session.execute(
            select(own.document_no, other.document_no, Allocation.amount_minor, Allocation.currency)
            .select_from(Allocation)
            .join(own, own.id == mine)
            .join(other, other.id == theirs)
            .where(
                own.batch_id == batch_id,
                func.coalesce(other.batch_id, 0) != batch_id,
                Allocation.reverses_id.is_(None),
                ~select(undoing.id).where(undoing.reverses_id == Allocation.id).exists(),
            )
            .order_by(Allocation.id)
            .limit(MOST_REASONS)
        )
        for number, against, minor, currency in rows:
            message = N_("%(amount)s of %(number)s is applied to %(other)s, which came from elsewhere.")
            amount = Money(int(minor), currency).decimal_text
            found.append(_problem(message, amount=f"{currency} {amount}", number=number, other=against))
    return found if ids else []


def request_undo(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> str:
    """Ask a second person to undo a batch; returns the public id of the approval.

    Args:
        session: A writing session.
        public_id: The batch.
        reason: Why; stands on every reversal.
        actor: Needs ``imports:run`` and is a person.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports, or is no person.
        NotFound: There is no such batch.
        Invalid: No reason.
        Conflict: Something later stands on its documents, or it waits for a second person already.
    """
    actor.require(Permission.IMPORTS_RUN)
    if not reason.strip():
        raise Invalid(N_("Say why this file is undone."), field="reason")
    batch = _batch(session, public_id, lock=True)
    _require_undoable(session, public_id, now)
    batch.undo_reason = reason.strip()[:500]
    session.flush()
    content = undo_content(session, public_id)
    draft = RequestDraft(
        kind=UNDO_KIND, subject_kind="import", subject_id=public_id, title=batch.file_name, content=content,
        effect={"file": batch.file_name, "documents": content["documents"]}, note=batch.undo_reason,
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def _require_undoable(session: Session, public_id: str, now: datetime) -> None:
    reasons = why_not_undone(session, public_id=public_id, now=now)
    if reasons:
        raise Conflict(reasons[0].message, **reasons[0].params)


def undo_content(session: Session, public_id: str) -> Mapping[str, Any]:
    """Return what undoing a batch reverses: how many documents, and their sums."""
    batch = _batch(session, public_id)
    rows = session.execute(
        select(Document.currency, Document.kind, func.count(), func.sum(Document.balance_minor))
        .where(Document.batch_id == batch.id, Document.reverses_id.is_(None))
        .group_by(Document.currency, Document.kind)
        .order_by(Document.currency, Document.kind)
    ).all()
    return {
        "import": public_id, "file": batch.file_name, "sha256": batch.file_sha256, "reason": batch.undo_reason,
        "documents": sum(int(count) for _, _, count, _ in rows),
        "by_kind": [
            {
                "currency": currency, "kind": kind, "documents": int(count),
                "balance": Money(int(minor), currency).decimal_text,
            }
            for currency, kind, count, minor in rows
        ],
    }  # fmt: skip


def _start(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    batch = _batch(session, request.subject_id, lock=True)
    _require_undoable(session, request.subject_id, now)
    batch.state = "undoing"
    batch.job_id = enqueue(
        session, UNDO_JOB, key=f"{UNDO_JOB}:{request.public_id}",
        payload={"batch": batch.public_id, "person": actor.person_id}, now=now, requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()


def undo_batch(
    database: Database,
    *,
    public_id: str,
    actor: Actor,
    now: datetime,
    on_progress: Callable[[int, int], object] | None = None,
) -> int:
    """Reverse the documents of a batch whose undoing was approved; returns how many; safe to run again.

    Args:
        database: Many short transactions are opened on it.
        public_id: The batch.
        actor: The second person, in whose name the reversals are posted.
        now: They are posted on its business day.
        on_progress: Told how many are done of how many.

    Raises:
        NotFound: There is no such batch.
        NotAllowed: The second person may not decide any more.
    """
    done = total = 0
    while True:
        with database.writing() as session:
            batch = _batch(session, public_id)
            if batch.state != "undoing":
                return done
            total = total or len(_living(session, batch.id))
            ids = _living(session, batch.id, AT_ONCE)
            for document_id in ids:
                _reverse(session, document_id, reason=batch.undo_reason, actor=actor, now=now)
            if not ids:
                _finish(session, batch, actor=actor, now=now)
                return done
        done += len(ids)
        if on_progress is not None:
            on_progress(done, max(total, done))


def _reverse(session: Session, document_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    document = session.get_one(Document, document_id)
    today: date = business_day(now, entity_view(session, document.entity_id).time_zone)
    reverse_document(
        session, public_id=document.public_id, posting_on=max(today, document.posting_on), reason=reason,
        actor=actor, now=now,
    )  # fmt: skip


def _finish(session: Session, batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    session.execute(update(EInvoice).where(EInvoice.batch_id == batch.id).values(is_void=True))
    batch.state, batch.undone_at = "undone", now
    session.flush()
    audit.record(
        session, "imports.undone", subject_kind="import", subject_id=batch.public_id,
        details={"file": batch.file_name, "reason": batch.undo_reason}, actor=actor, now=now,
    )  # fmt: skip


register_kind(ApprovalKind(kind=UNDO_KIND, run=_start, content_of=undo_content))
