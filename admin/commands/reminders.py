"""``reminders``: tell customers what waits for their answer."""

from __future__ import annotations

from collections import Counter

import click

from admin.commands.context import answer, as_json, console_actor, open_database
from portal.clock import utc_now

#: Statements looked at in one transaction, so that nobody waits long for the lock.
PIECE = 500


@click.group()
def reminders() -> None:
    """News and reminders of issued statements."""


@reminders.command()
@as_json
def run(*, as_json: bool) -> None:
    """Put due reminders into the outbox; running it again, or several at once, queues nothing twice.

    Example: ./concord reminders run --json && ./concord mail deliver
    """
    from portal.reminders import run_reminders
    from portal.statements import mark_no_response

    _settings, database = open_database()
    now, actor = utc_now(), console_actor()
    queued, skipped, after = 0, Counter[str](), 0
    expired = 0
    while True:
        with database.writing() as session:
            moved = mark_no_response(session, actor=actor, now=now)
        expired += moved
        if not moved:
            break
    while True:
        with database.writing() as session:
            done = run_reminders(session, actor=actor, now=now, after_id=after, limit=PIECE)
        queued, after = queued + done.queued, done.last_id
        skipped.update(done.skipped)
        if not after:
            break
    facts = {"queued": queued, "skipped": dict(sorted(skipped.items())), "expired": expired}
    answer(
        facts, as_json=as_json, text=f"{queued} queued, {skipped.total()} skipped, {expired} past their date"
    )
