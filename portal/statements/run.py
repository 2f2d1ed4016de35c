"""Run a month from start to end in many short transactions; crashed or repeated, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.ledger import entities_by_code
from portal.statements.issue import issue_batch, release_run
from portal.statements.models import StatementRun
from portal.statements.prepare import BATCH, AlreadyPrepared, RunProgress, prepare_batch, start_run
from portal.statements.rules import FAILURES

#: Opens a writing session that commits at the end of its block: ``Database.writing``.
Writing = Callable[[], AbstractContextManager[Session]]
#: Is told where the run stands after every batch.
OnProgress = Callable[[RunProgress], None]

#: Lines a batch should write at most, so that the lock is held for about 0.2 s.
LINES_A_BATCH = 2000
COUNTED = ("customers", "statements", "prepared", "issued", "unchanged")


def _silent(progress: RunProgress) -> None:
    """Tell nobody."""


def prepare_run(
    writing: Writing, *, run: str, actor: Actor, now: datetime, on_progress: OnProgress = _silent
) -> None:
    """Prepare what is left of a run, batch by batch; goes on where a crash left it.

    Raises:
        NotAllowed: The actor may not prepare statements.
        NotFound: No such run.
    """
    size = BATCH
    while True:
        try:
            with writing() as session:
                progress = prepare_batch(session, run=run, size=size, actor=actor, now=now)
        except AlreadyPrepared:  # a worker died between its last batch and the end of its job
            return
        on_progress(progress)
        if progress.state != "preparing":
            return
        wanted = size * LINES_A_BATCH // max(progress.lines, 1)
        size = max(1, min(BATCH, wanted, size * 2))


def issue_run(writing: Writing, *, run: str, actor: Actor, now: datetime) -> int:
    """Issue what is left of a released run, batch by batch.

    Returns:
        How many statements this call issued.

    Raises:
        NotAllowed: The actor may not issue statements.
        NotFound: No such run.
        Conflict: The run was not released.
    """
    issued = 0
    while True:
        with writing() as session:
            progress = issue_batch(session, run=run, actor=actor, now=now)
        issued += progress.issued
        if progress.state == "issued":
            return issued


def run_month(
    writing: Writing,
    *,
    month: date,
    released_by: str = "",
    actor: Actor,
    now: datetime,
    on_progress: OnProgress = _silent,
) -> dict[str, Any]:
    """Prepare, and when ``released_by`` is given issue, a month for every legal entity.

    Returns:
        ``{"period", "customers", "statements", "prepared", "issued", "unchanged", "failed": […]}``; ``failed`` names
        each customer set aside with currency, code, difference (decimal text) and message.

    Raises:
        NotAllowed: The actor may not prepare, or the policy has no standing approval for issuing.
        Invalid: The month has not begun.
    """
    with writing() as session:
        entities = [entity.id for entity in entities_by_code(session).values()]
    total: dict[str, Any] = {"period": f"{month:%Y-%m}"} | dict.fromkeys(COUNTED, 0) | {"failed": []}
    for entity_id in entities:
        with writing() as session:
            run = start_run(session, month=month, actor=actor, now=now, entity_id=entity_id)
        prepare_run(writing, run=run, actor=actor, now=now, on_progress=on_progress)
        if released_by:
            with writing() as session:
                release_run(session, run=run, released_by=released_by, actor=actor, now=now)
            issue_run(writing, run=run, actor=actor, now=now)
        with writing() as session:
            result = (
                session.scalars(select(StatementRun.result).where(StatementRun.public_id == run)).one() or {}
            )
        for key in COUNTED:
            total[key] += result[key]
        total["failed"] += [row | {"message": FAILURES[row["code"]]} for row in result["failed"]]
    return total
