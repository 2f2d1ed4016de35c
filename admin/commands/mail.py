"""``mail``: drain the outbox."""

from __future__ import annotations

from dataclasses import asdict

import click

from admin.commands.context import answer, as_json, console_actor, open_database
from portal.clock import utc_now


@click.group()
def mail() -> None:
    """Messages waiting to leave."""


@mail.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many messages.")
@as_json
def deliver(*, limit: int | None, as_json: bool) -> None:
    """Send what is due; running it again, or several at once, sends nothing twice.

    Example: ./concord mail deliver --limit 100 --json
    """
    from portal.http.mail import deliver_mail
    from portal.statements import mark_delivered

    settings, database = open_database()
    done = deliver_mail(database, settings, limit=limit, clock=utc_now)
    if done.sent:
        with database.writing() as session:
            mark_delivered(session, actor=console_actor(), now=utc_now())
    answer(asdict(done), as_json=as_json, text=f"{done.sent} sent, {done.failed} failed, {done.left} left")
