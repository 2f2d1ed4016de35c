"""What must be there before requests can be served: database, schema, worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from portal.db import Database
from portal.jobs import last_heartbeat
from portal.migrate import is_current


def readiness(database: Database, *, now: datetime) -> dict[str, object]:
    """Return ``{"ok", "database", "migrations", "worker"}``; the worker counts as there when seen within a minute.

    ``ok`` does not ask for the worker: pages can be served without it, mail and jobs wait.
    """
    try:
        has_schema = is_current(database)
    except SQLAlchemyError:
        return {"ok": False, "database": False, "migrations": False, "worker": False}
    worker = False
    if has_schema:
        with database.reading() as session:
            seen = last_heartbeat(session)
        worker = seen is not None and abs((now - seen).total_seconds()) < 60
    return {"ok": has_schema, "database": True, "migrations": has_schema, "worker": worker}
