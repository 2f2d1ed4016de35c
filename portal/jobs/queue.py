"""Queue long work as a durable row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import insert_missing, new_public_id
from portal.jobs.models import Job


def enqueue(
    session: Session,
    name: str,
    *,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    requested_by_id: int | None = None,
    due_at: datetime | None = None,
) -> str:
    """Queue a job unless its key was queued before.

    Args:
        session: The writing session of the change that asks for the work.
        name: Name of the work, e.g. ``imports.load``; admin/commands/worker.py maps it to a verb.
        key: Unique for ever, e.g. ``imports.load:<batch>`` or ``reminders.run:2026-03-02``.
        payload: Plain JSON handed to the verb.
        now: When it was asked, aware.
        requested_by_id: Row number of the person who asked, if one did.
        due_at: Not before; None = at once.

    Returns:
        The job's public id (the one of the earlier job where the key was known).
    """
    row = {
        "public_id": new_public_id(), "name": name, "key": key, "payload": dict(payload), "state": "queued",
        "attempts": 0, "done_count": 0, "total_count": 0, "error": "", "requested_by_id": requested_by_id,
        "due_at": due_at or now, "lease_owner": "", "created_at": now,
    }  # fmt: skip
    if insert_missing(session, Job, [row]):
        return str(row["public_id"])
    return session.scalars(select(Job.public_id).where(Job.key == key)).one()
