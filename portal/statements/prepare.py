"""Prepare a month: drafts for every active customer, in batches that each hold the write lock only briefly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit import AuditDraft, record_many
from portal.clock import business_day
from portal.db import new_public_id
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import default_entity, entity_view
from portal.money import Money
from portal.numbering import reserve_ids
from portal.policies import current_policy
from portal.statements.active import CustomerFacts, Scope, count_customers, read_customers
from portal.statements.draft import Draft, build_drafts
from portal.statements.facts import BUCKETS, FIGURES
from portal.statements.gather import (
    Gathered,
    Known,
    gather,
)
from portal.statements.models import Statement, StatementLine, StatementRun

#: Customers a batch; the driver makes it smaller where customers have many lines.
BATCH = 100


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Where a run stands: customers done of all, lines written by the last batch."""

    run: str
    state: str
    done: int
    total: int
    lines: int = 0


class AlreadyPrepared(Conflict):
    """Every customer of the run is done."""

    default_message = N_("This run has been prepared already.")


def start_run(
    session: Session, *, month: date, actor: Actor, now: datetime, entity_id: int | None = None
) -> str:
    """Begin to prepare the statements of a month for one legal entity.

    Args:
        session: A writing session.
        month: Any day of the month.
        actor: Needs ``statements:prepare``.
        now: When.
        entity_id: Row number of the seller; None = the default one.

    Returns:
        Public id of the run; ``prepare_batch`` goes on with it.

    Raises:
        NotAllowed: The actor may not prepare statements.
        Invalid: The month has not begun.
    """
    actor.require(Permission.STATEMENTS_PREPARE)
    entity = entity_view(session, entity_id)
    today = business_day(now, entity.time_zone)
    first = month.replace(day=1)
    if first > today:
        raise Invalid(N_("This month has not begun yet."), field="period")
    run = StatementRun(
        public_id=new_public_id(), entity_id=entity.id, period_from=first, period_until=month_after(first),
        state="preparing", policy_version=current_policy(session, on=today).version, started_by_id=actor.person_id,
        started_at=now,
    )  # fmt: skip
    scope = _scope(session, run)
    run.result = {
        "cursor": 0, "done": 0, "total": count_customers(session, scope), "customers": 0, "statements": 0,
        "prepared": 0, "issued": 0, "unchanged": 0, "failed": [],
    }  # fmt: skip
    session.add(run)
    session.flush()
    return run.public_id


def month_after(first: date) -> date:
    """Return the first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def prepare_batch(
    session: Session, *, run: str, size: int = BATCH, actor: Actor, now: datetime
) -> RunProgress:
    """Prepare the next customers of a run: one short transaction, a constant number of SQL statements.

    A draft that says the same as the newest version is left alone; one that differs rewrites a draft or becomes the
    next version of what was issued. A customer whose sums fail is listed with the difference and stops alone.

    Args:
        session: A writing session; the caller commits.
        run: Public id of the run.
        size: Customers at most.
        actor: Needs ``statements:prepare``.
        now: When.

    Raises:
        NotAllowed: The actor may not prepare statements.
        NotFound: No such run.
        AlreadyPrepared: The run is not being prepared.
    """
    actor.require(Permission.STATEMENTS_PREPARE)
    row = locked_run(session, run)
    if row.state != "preparing":
        raise AlreadyPrepared
    result = dict(row.result or {})
    scope = _scope(session, row)
    customers = read_customers(session, scope, after=result["cursor"], size=size)
    lines = 0
    if customers:
        scope = _scope(session, row, span=(min(customers), max(customers)))
        lines = _prepare_span(session, row, scope, customers, result, actor=actor, now=now)
        result["cursor"] = scope.last_id
        result["done"] += len(customers)
    if len(customers) < size:
        row.state, row.finished_at = "prepared", now
    row.result = result
    session.flush()
    return RunProgress(run, row.state, result["done"], result["total"], lines)


def locked_run(session: Session, public_id: str) -> StatementRun:
    """Return a run, its row locked until the transaction ends.

    Raises:
        NotFound: There is no such run.
    """
    query = select(StatementRun).where(StatementRun.public_id == public_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def prepare_statements(
    session: Session, *, month: date, actor: Actor, now: datetime, entity_id: int | None = None
) -> str:
    """Prepare a whole month in one transaction: for few customers; see ``run_month`` for many.

    Returns:
        Public id of the run.

    Raises:
        NotAllowed: The actor may not prepare statements.
        Invalid: The month has not begun.
    """
    run = start_run(session, month=month, actor=actor, now=now, entity_id=entity_id)
    while prepare_batch(session, run=run, actor=actor, now=now).state == "preparing":
        pass
    return run


def _scope(session: Session, run: StatementRun, span: tuple[int, int] = (0, 0)) -> Scope:
    entity = entity_view(session, run.entity_id)
    is_default = default_entity(session).id == run.entity_id
    return Scope(run.entity_id, entity.code, is_default, run.period_from, run.period_until, *span)


def _prepare_span(
    session: Session,
    run: StatementRun,
    scope: Scope,
    customers: dict[int, CustomerFacts],
    result: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    gathered = gather(session, scope, customers)
    drafts, failed, count = build_drafts(scope, gathered)
    sorted_out = _sort_out(drafts, gathered)
    _keep(session, run, sorted_out.unchanged)
    _rewrite(session, run, sorted_out.rewritten, now=now)
    _insert(session, run, scope, sorted_out.new, now=now)
    written = [*sorted_out.rewritten, *sorted_out.new]
    record_many(session, [_audit(scope, draft, known) for draft, known in written], actor=actor, now=now)
    result["customers"] += count
    result["prepared"] += len(written)
    result["unchanged"] += len(sorted_out.unchanged)
    result["statements"] += len(written) + len(sorted_out.unchanged)
    result["failed"] = [*result["failed"], *failed]
    return sum(len(draft.lines) for draft, _ in written)


@dataclass(frozen=True, slots=True)
class _SortedOut:
    new: list[tuple[Draft, Known | None]]
    rewritten: list[tuple[Draft, Known | None]]
    unchanged: list[Known]


def _sort_out(drafts: Sequence[Draft], gathered: Gathered) -> _SortedOut:
    found = _SortedOut([], [], [])
    for draft in drafts:
        known = gathered.known.get(draft.pair)
        if known and known.content_hash == draft.content_hash:
            found.unchanged.append(known)
        elif known and not known.is_issued:
            found.rewritten.append((draft, known))
        else:
            found.new.append((draft, known))
    return found


def _keep(session: Session, run: StatementRun, unchanged: Sequence[Known]) -> None:
    """Let the newest run issue the drafts that earlier runs left."""
    drafts = [known.id for known in unchanged if not known.is_issued]
    if drafts:
        session.execute(update(Statement).where(Statement.id.in_(drafts)).values(run_id=run.id))


def _columns(run: StatementRun, draft: Draft, now: datetime) -> dict[str, Any]:
    minor = {f"{key}_minor": draft.minor[key] for key in (*FIGURES, *BUCKETS)}
    return minor | {
        "run_id": run.id, "line_count": len(draft.lines) - 1, "content_hash": draft.content_hash, "prepared_at": now,
    }  # fmt: skip


def _rewrite(
    session: Session, run: StatementRun, changed: Sequence[tuple[Draft, Known | None]], *, now: datetime
) -> None:
    rows = [(known.id, draft) for draft, known in changed if known]
    if not rows:
        return
    session.execute(delete(StatementLine).where(StatementLine.statement_id.in_([id_ for id_, _ in rows])))
    session.execute(update(Statement), [{"id": id_} | _columns(run, draft, now) for id_, draft in rows])
    _insert_lines(session, rows)


def _insert(
    session: Session,
    run: StatementRun,
    scope: Scope,
    new: Sequence[tuple[Draft, Known | None]],
    *,
    now: datetime,
) -> None:
    if not new:
        return
    ids = reserve_ids(session, _table("statements"), len(new))
    session.execute(
        insert(_table("statements")),
        [
            _columns(run, draft, now)
            | {
                "id": id_, "public_id": draft.public_id, "entity_id": scope.entity_id, "customer_id": draft.pair[0],
                "currency": draft.pair[1], "kind": "activity", "period_from": scope.period_from,
                "period_until": scope.period_until, "version": known.version + 1 if known else 1,
                "supersedes_id": known.id if known else None, "state": "draft",
            }
            for id_, (draft, known) in zip(ids, new, strict=True)
        ],
    )  # fmt: skip
    _insert_lines(session, [(id_, draft) for id_, (draft, _) in zip(ids, new, strict=True)])


def _table(name: str) -> Table:
    return Statement.metadata.tables[name]


def _insert_lines(session: Session, rows: Sequence[tuple[int, Draft]]) -> None:
    lines = [{"statement_id": id_} | line for id_, draft in rows for line in draft.lines]
    # As a plain table: the mapped class would send one statement for each set of columns that are not empty.
    session.execute(insert(_table("statement_lines")), lines)


def _audit(scope: Scope, draft: Draft, known: Known | None) -> AuditDraft:
    public_id = known.public_id if known and not known.is_issued else draft.public_id
    return AuditDraft(
        "statements.prepared", "statement", public_id, draft.pair[0],
        {"period": f"{scope.period_from:%Y-%m}", "customer_no": draft.customer_no, "content_hash": draft.content_hash,
         "closing": Money(draft.minor["closing"], draft.pair[1])},
    )  # fmt: skip
