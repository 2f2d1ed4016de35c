"""Open and close tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit import record
from portal.db import insert_missing, new_public_id
from portal.errors import N_, Conflict, NotFound
from portal.tasks.models import Task


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """Something a person must do.

    Attributes:
        key: The same cause never opens it twice, e.g. ``question:<statement>:<line>:<n>``.
        kind: E.g. ``question``, ``mail-failed``.
        subject_kind: What it is about, e.g. ``statement``.
        subject_id: Public id of that.
        due_on: Business day by which it should be done.
        facts: Plain JSON shown with it.
        owner_id: Row number of the person it waits for; None = any clerk.
    """

    key: str
    kind: str
    subject_kind: str
    subject_id: str
    due_on: date
    customer_id: int | None = None
    owner_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def open_task(session: Session, draft: TaskDraft, *, actor: Actor, now: datetime) -> str:
    """Open a task unless its key was used before; verbs of other features call it, so it asks for no permission.

    Returns:
        The task's public id (the one of the earlier task where the key was known).
    """
    row = {
        "public_id": new_public_id(), "key": draft.key, "kind": draft.kind, "subject_kind": draft.subject_kind,
        "subject_id": draft.subject_id, "customer_id": draft.customer_id, "owner_id": draft.owner_id,
        "facts": dict(draft.facts), "due_on": draft.due_on, "state": "open", "opened_at": now,
    }  # fmt: skip
    if not insert_missing(session, Task, [row]):
        return session.scalars(select(Task.public_id).where(Task.key == draft.key)).one()
    details = {
        "kind": draft.kind,
        "about": f"{draft.subject_kind} {draft.subject_id}",
        "due_on": draft.due_on,
    }
    record(
        session, "tasks.opened", subject_kind="task", subject_id=str(row["public_id"]),
        customer_id=draft.customer_id, details=details, actor=actor, now=now,
    )  # fmt: skip
    return str(row["public_id"])


def close_task(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Mark a task as done.

    Raises:
        NotAllowed: The actor only looks at the queue.
        NotFound: Unknown or out of scope.
        Conflict: It is done already.
    """
    actor.require(Permission.DISPUTES_NOTE)
    task = session.scalars(select(Task).where(Task.public_id == public_id).with_for_update()).one_or_none()
    if task is None or (task.customer_id is not None and not actor.sees(task.customer_id)):
        raise NotFound
    if task.state != "open":
        raise Conflict(N_("This task is done already."))
    _close(session, task, actor=actor, now=now)


def close_tasks_about(
    session: Session,
    *,
    subject_kind: str,
    subject_id: str,
    kind: str | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Close the open tasks about a thing that has been settled; called by the verb that settled it.

    Returns:
        How many were closed.
    """
    query = select(Task).where(
        Task.subject_kind == subject_kind, Task.subject_id == subject_id, Task.state == "open"
    )
    if kind is not None:
        query = query.where(Task.kind == kind)
    tasks = session.scalars(query.order_by(Task.id).with_for_update()).all()
    for task in tasks:
        _close(session, task, actor=actor, now=now)
    return len(tasks)


def _close(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    task.state, task.closed_at, task.closed_by_id = "done", now, actor.person_id
    session.flush()
    record(
        session, "tasks.closed", subject_kind="task", subject_id=task.public_id, customer_id=task.customer_id,
        details={"kind": task.kind}, actor=actor, now=now,
    )  # fmt: skip
