"""What letters about sign-ins hold: the worker opens their sealed links, tests do it here."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import SEND_RESET, send_reset
from portal.clock import utc_now
from portal.db import Database
from portal.jobs import lease_job, run_job
from portal.outbox.models import OutboxMessage
from portal.sealing import open_sealed


def letters_of(database: Database, event: str) -> list[OutboxMessage]:
    """Return the queued letters of an event, oldest first."""
    with database.reading() as session:
        query = select(OutboxMessage).where(OutboxMessage.event == event).order_by(OutboxMessage.id)
        return list(session.scalars(query))


def link_of(database: Database, event: str) -> str:
    """Return the link of the newest letter of an event."""
    return open_sealed(database, str(letters_of(database, event)[-1].payload["sealed_link"]))


def run_resets(database: Database) -> None:
    """Do what the worker does with resets that were asked for."""
    while job := lease_job(database, worker="test", now=utc_now()):
        run_job(database, job, {SEND_RESET: send_reset}, clock=utc_now)
