"""Issue what was prepared: freeze it, replace older versions, carry answers that still hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit import AuditDraft, record_many
from portal.clock import business_day
from portal.errors import N_, Conflict, NotAllowed
from portal.ledger import entity_view
from portal.money import Money
from portal.policies import current_policy
from portal.receivables.models import MonthBalance
from portal.statements.carry import Issued, carried_answers, carried_openings
from portal.statements.models import LineAnswer, Statement, StatementRun
from portal.statements.prepare import locked_run

BATCH = 200


@dataclass(frozen=True, slots=True)
class IssueProgress:
    """Where issuing stands: statements issued by this call, and those still to come."""

    run: str
    state: str
    issued: int
    left: int


def release_run(session: Session, *, run: str, released_by: str, actor: Actor, now: datetime) -> None:
    """Let a prepared run be issued under the standing approval of the policy: what the console does.

    Args:
        session: A writing session.
        run: Public id of the run.
        released_by: Operating-system user, e.g. ``os:li``; the policy version is added.
        actor: The console or the worker; a person asks for a second one instead (``request_issue``).
        now: When.

    Raises:
        NotAllowed: The actor is a person, or the policy has no standing approval.
        NotFound: No such run.
        Conflict: The run is not prepared, was released before, or the books have moved since it was prepared.
    """
    actor.require(Permission.STATEMENTS_ISSUE)
    row = locked_run(session, run)
    today = business_day(now, entity_view(session, row.entity_id).time_zone)
    policy = current_policy(session, on=today)
    if actor.person_id is not None or not policy.standing_release:
        raise NotAllowed(N_("Issuing needs a second person. Ask for the release on the page of the run."))
    _mark_released(session, row, f"{released_by}, policy v{policy.version}", policy_version=policy.version)
    session.flush()


def mark_released(session: Session, *, run: str, released_by: str) -> None:
    """Note who released a run; called by the approval that a second person gave.

    Raises:
        NotFound: No such run.
        Conflict: The run is not prepared, was released before, or the books have moved since it was prepared.
    """
    row = locked_run(session, run)
    _mark_released(session, row, released_by, policy_version=row.policy_version)
    session.flush()


def _mark_released(
    session: Session, row: StatementRun, released_by: str, *, policy_version: int | None
) -> None:
    if row.state != "prepared":
        raise Conflict(N_("This run is not ready to be issued."))
    if _is_stale(session, row):
        raise Conflict(
            N_("Something was posted since this month was prepared. Prepare it again, then release it.")
        )
    row.state = "issuing"
    row.released_by = released_by[:120]
    row.policy_version = policy_version


def _is_stale(session: Session, run: StatementRun) -> bool:
    """Say whether a draft no longer closes as the books do at the end of its month."""
    posted = (
        select(func.coalesce(func.sum(MonthBalance.movement_minor), 0))
        .where(
            MonthBalance.entity_id == Statement.entity_id, MonthBalance.customer_id == Statement.customer_id,
            MonthBalance.currency == Statement.currency, MonthBalance.month_on < run.period_until,
        )
        .correlate(Statement)
        .scalar_subquery()
    )  # fmt: skip
    moved = select(Statement.id).where(
        Statement.run_id == run.id, Statement.state == "draft", Statement.closing_minor != posted
    )
    return session.scalar(moved.limit(1)) is not None


def issue_batch(
    session: Session, *, run: str, size: int = BATCH, actor: Actor, now: datetime
) -> IssueProgress:
    """Issue the next drafts of a released run: one short transaction, a constant number of SQL statements.

    Each statement is frozen, the version it replaces becomes superseded, answers to lines that did not change are
    carried over, and line 0 takes the answer with which last month was signed at that balance.

    Args:
        session: A writing session; the caller commits.
        run: Public id of the run.
        size: Statements at most.
        actor: Needs ``statements:issue``.
        now: Becomes the instant of issue.

    Raises:
        NotAllowed: The actor may not issue statements.
        NotFound: No such run.
        Conflict: The run was not released.
    """
    actor.require(Permission.STATEMENTS_ISSUE)
    row = locked_run(session, run)
    if row.state == "issued":
        return IssueProgress(run, row.state, 0, 0)
    if row.state != "issuing":
        raise Conflict(N_("This run has not been released."))
    batch = _next_drafts(session, row, size)
    if batch:
        _issue(session, row, batch, actor=actor, now=now)
    left = _drafts_left(session, row)
    if not left:
        row.state, row.finished_at = "issued", now
    row.result = (row.result or {}) | {"issued": (row.result or {}).get("issued", 0) + len(batch)}
    session.flush()
    return IssueProgress(run, row.state, len(batch), left)


def issue_statements(session: Session, *, run: str, released_by: str, actor: Actor, now: datetime) -> int:
    """Release and issue a whole run in one transaction: for few customers; see ``run_month`` for many.

    Returns:
        How many statements were issued.

    Raises:
        NotAllowed: The actor may not issue statements, or the policy has no standing approval.
        NotFound: No such run.
        Conflict: The run is not prepared, was released before, or the books have moved since it was prepared.
    """
    release_run(session, run=run, released_by=released_by, actor=actor, now=now)
    issued = 0
    while True:
        progress = issue_batch(session, run=run, actor=actor, now=now)
        issued += progress.issued
        if progress.state == "issued":
            return issued


def _next_drafts(session: Session, run: StatementRun, size: int) -> list[Issued]:
    rows = session.execute(
        select(
            Statement.id, Statement.public_id, Statement.customer_id, Statement.currency, Statement.version,
            Statement.supersedes_id, Statement.opening_minor, Statement.closing_minor, Statement.content_hash,
        )
        .where(Statement.run_id == run.id, Statement.state == "draft")
        .order_by(Statement.id)
        .limit(size)
        .with_for_update()
    )  # fmt: skip
    return [Issued(*row) for row in rows]


def _drafts_left(session: Session, run: StatementRun) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Statement)
            .where(Statement.run_id == run.id, Statement.state == "draft")
        )
        or 0
    )


def _issue(
    session: Session, run: StatementRun, batch: Sequence[Issued], *, actor: Actor, now: datetime
) -> None:
    zone = entity_view(session, run.entity_id).time_zone
    today = business_day(now, zone)
    answer_by = today + timedelta(days=current_policy(session, on=today).answer_by_days)
    carried = [*carried_answers(session, batch), *carried_openings(session, run, batch)]
    replaced = _replaced(session, batch)
    answered = {row["statement_id"] for row in carried if row["line_no"]}
    ids = [row.id for row in batch]
    state = {"issued_at": now, "answer_by_on": answer_by}
    session.execute(update(Statement).where(Statement.id.in_(ids)).values(state="issued", **state))
    if answered:
        session.execute(update(Statement).where(Statement.id.in_(answered)).values(state="part-answered"))
    if replaced:
        old = [row.supersedes_id for row in batch if row.supersedes_id]
        session.execute(update(Statement).where(Statement.id.in_(old)).values(state="superseded"))
    if carried:
        session.execute(insert(LineAnswer).execution_options(render_nulls=True), carried)
    record_many(session, _audit(run, batch, replaced), actor=actor, now=now)


def _replaced(session: Session, batch: Sequence[Issued]) -> dict[int, str]:
    """Return row number → public id of the versions that the batch replaces."""
    old = [row.supersedes_id for row in batch if row.supersedes_id]
    if not old:
        return {}
    query = select(Statement.id, Statement.public_id).where(Statement.id.in_(old)).with_for_update()
    return dict(session.execute(query).all())


def _audit(run: StatementRun, batch: Sequence[Issued], replaced: dict[int, str]) -> list[AuditDraft]:
    month = f"{run.period_from:%Y-%m}"
    rows = [
        AuditDraft(
            "statements.issued", "statement", row.public_id, row.customer_id,
            {"period": month, "version": row.version, "content_hash": row.content_hash,
             "closing": Money(row.closing_minor, row.currency), "released_by": run.released_by},
        )
        for row in batch
    ]  # fmt: skip
    rows.extend(
        AuditDraft(
            "statements.superseded",
            "statement",
            replaced[row.supersedes_id],
            row.customer_id,
            {"period": month, "by": row.public_id, "version": row.version},
        )
        for row in batch
        if row.supersedes_id in replaced
    )
    return rows
