"""Ask a second person to release a prepared run; their yes queues the job that issues it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.errors import N_, Conflict
from portal.jobs import enqueue
from portal.money import Money
from portal.statements.issue import mark_released
from portal.statements.models import Statement, StatementRun
from portal.statements.prepare import locked_run, start_run

KIND = "statements.issue"
#: Names of the jobs in admin/commands/worker.py.
PREPARE_JOB = "statements.prepare"
ISSUE_JOB = "statements.issue"


def queue_prepare(session: Session, *, month: date, actor: Actor, now: datetime) -> str:
    """Begin a run of a month and let the worker prepare it.

    Returns:
        Public id of the run; ``run_job_key`` names its job.

    Raises:
        NotAllowed: The actor may not prepare statements.
        Invalid: The month has not begun.
    """
    run = start_run(session, month=month, actor=actor, now=now)
    enqueue(
        session, PREPARE_JOB, key=run_job_key(PREPARE_JOB, run), payload={"run": run}, requested_by_id=actor.person_id,
        now=now,
    )  # fmt: skip
    return run


def run_job_key(job: str, run: str) -> str:
    """Return the key under which a job of a run is queued."""
    return f"{job}:{run}"


def request_issue(session: Session, *, run: str, note: str = "", actor: Actor, now: datetime) -> str:
    """Ask for the release of a prepared run.

    Args:
        session: A writing session.
        run: Public id of the run.
        note: Words for the second person.
        actor: Needs ``statements:prepare``.
        now: When.

    Returns:
        Public id of the approval.

    Raises:
        NotAllowed: The actor may not prepare statements, or is no person.
        NotFound: No such run.
        Conflict: The run is not prepared, holds nothing to issue, or already waits for a second person.
    """
    actor.require(Permission.STATEMENTS_PREPARE)
    row = locked_run(session, run)
    if row.state != "prepared":
        raise Conflict(N_("This run is not ready to be issued."))
    content = release_content(session, run)
    if not content["statements"]:
        raise Conflict(N_("Every statement of this month is issued already. There is nothing to release."))
    draft = RequestDraft(
        kind=KIND, subject_kind="statement-run", subject_id=run, title=f"{row.period_from:%Y-%m}", content=content,
        effect={"before": {}, "after": {"statements": content["statements"], "sums": content["sums"]}},
        note=note, policy_version=row.policy_version or 0,
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def release_content(session: Session, run: str) -> dict[str, Any]:
    """Return what a release releases: drafts by currency with their sums, and how many customers are set aside.

    A draft that is prepared again meanwhile changes it, so that nobody releases what they have not seen.
    """
    row = session.scalars(select(StatementRun).where(StatementRun.public_id == run)).one()
    sums = session.execute(
        select(
            Statement.currency,
            func.count(),
            func.sum(Statement.closing_minor),
            func.max(Statement.prepared_at),
        )
        .where(Statement.run_id == row.id, Statement.state == "draft")
        .group_by(Statement.currency)
        .order_by(Statement.currency)
    ).all()
    return {
        "run": run,
        "period": f"{row.period_from:%Y-%m}",
        "statements": sum(count for _, count, _, _ in sums),
        "sums": [
            {"currency": currency, "statements": count, "closing": Money(int(closing), currency).decimal_text}
            for currency, count, closing, _ in sums
        ],
        "prepared_at": max((at for *_, at in sums), default=row.started_at).isoformat(),
        "set_aside": len((row.result or {}).get("failed", [])),
    }


def _release(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    mark_released(session, run=request.subject_id, released_by=actor.name)
    enqueue(
        session, ISSUE_JOB, key=run_job_key(ISSUE_JOB, request.subject_id), payload={"run": request.subject_id},
        requested_by_id=actor.person_id, now=now,
    )  # fmt: skip


register_kind(
    ApprovalKind(kind=KIND, run=_release, content_of=release_content, permission=Permission.STATEMENTS_ISSUE)
)
