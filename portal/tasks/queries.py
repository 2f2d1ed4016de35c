"""Read tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.tasks.models import Task


@dataclass(frozen=True, slots=True)
class TaskView:
    """One open task, ready to be shown; ``facts`` as given by the verb that opened it."""

    public_id: str
    kind: str
    subject_kind: str
    subject_id: str
    customer_id: int | None
    owner_id: int | None
    facts: Mapping[str, Any]
    due_on: date
    opened_at: datetime


def list_open_tasks(session: Session, *, actor: Actor, limit: int = 500) -> tuple[TaskView, ...]:
    """Return open tasks, the one due first at the top.

    Raises:
        NotAllowed: The actor does not work on the queue.
    """
    actor.require(Permission.WORKLIST_READ)
    rows = session.scalars(
        select(Task).where(Task.state == "open").order_by(Task.due_on, Task.id).limit(limit)
    )
    return tuple(
        TaskView(
            row.public_id, row.kind, row.subject_kind, row.subject_id, row.customer_id, row.owner_id, row.facts,
            row.due_on, row.opened_at,
        )
        for row in rows
    )  # fmt: skip


def count_open_tasks(session: Session, *, actor: Actor) -> int:
    """Return how many tasks are open.

    Raises:
        NotAllowed: The actor does not work on the queue.
    """
    actor.require(Permission.WORKLIST_READ)
    return session.scalar(select(func.count()).select_from(Task).where(Task.state == "open")) or 0
