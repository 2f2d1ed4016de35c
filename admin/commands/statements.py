"""``statements``: prepare and issue a month, list it, render one as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.commands.context import answer, as_json, console_actor, open_database, say
from portal.clock import utc_now
from portal.errors import N_, NotFound
from portal.i18n import LANGUAGES
from portal.lists import ListQuery
from portal.statements import (
    FORMS,
    RunProgress,
    StatementRow,
    find_statement,
    list_statements,
    render_statement,
    run_month,
)

if TYPE_CHECKING:
    from portal.access import Actor
    from portal.db import Database


class Month(click.ParamType[date]):
    """A month written ``YYYY-MM``."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the first day of the month."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is not a month like 2026-10", param, ctx)


PERIOD = click.option("--period", type=Month(), required=True, help="The month, e.g. 2026-10.")


@click.group()
def statements() -> None:
    """Statements of account: one a customer, currency and month; frozen once issued."""


@statements.command()
@PERIOD
@click.option("--issue", is_flag=True, help="Release and issue under the standing approval of the policy.")
@as_json
@click.pass_context
def run(context: click.Context, *, period: date, issue: bool, as_json: bool) -> None:
    """Prepare a month for every active customer, nil statements too; a second run finds nothing new.

    Customers whose sums fail are listed with the difference and left out; the exit code is then 1.

    Example: ./concord statements run --period 2026-10 --issue --json
    """
    _settings, database = open_database()
    actor, now = console_actor(), utc_now()
    result = run_month(
        database.writing, month=period, released_by=actor.name if issue else "", actor=actor, now=now,
        on_progress=progress_teller(),
    )  # fmt: skip
    if issue:
        say(f"{tell_customers(database, actor=actor, now=now)} mails queued")
    answer(result, as_json=as_json)
    if result["failed"]:
        context.exit(1)


def tell_customers(database: Database, *, actor: Actor, now: datetime) -> int:
    """Queue the news of issued statements (stage 0 of the reminders), and what else is due; return how many mails."""
    from portal.reminders import run_reminders

    queued, after = 0, 0
    while True:
        with database.writing() as session:
            done = run_reminders(session, actor=actor, now=now, after_id=after, limit=200)
        queued, after = queued + done.queued, done.last_id
        if not after:
            return queued


def progress_teller() -> Callable[[RunProgress], None]:
    """Return what tells on standard error how many customers are done, every thousand or so."""
    told = 0

    def tell(progress: RunProgress) -> None:
        nonlocal told
        if progress.done - told >= 1000:
            told = progress.done
            say(f"{progress.done:,} of {progress.total:,} customers prepared")

    return tell


@statements.command("list")
@PERIOD
@as_json
def list_(*, period: date, as_json: bool) -> None:
    """List the statements of a month, drafts too, replaced versions left out.

    Example: ./concord statements list --period 2026-10 --json
    """
    _settings, database = open_database()
    found: dict[str, StatementRow] = {}
    with database.reading() as session:
        for tab in ("", "draft"):
            query = ListQuery(sort="customer", per_page=0, tab=tab)
            page = list_statements(session, query=query, actor=console_actor(), month=period)
            found |= {row.public_id: row for row in page.rows}
    rows = [
        {
            "public_id": row.public_id, "version": row.version, "customer_no": row.customer_no,
            "currency": row.currency, "state": row.state, "closing": row.closing.decimal_text,
            "hash": row.content_hash,
        }
        for row in found.values()
    ]  # fmt: skip
    lines = [
        "  ".join(
            str(row[key]) for key in ("public_id", "version", "customer_no", "closing", "currency", "state")
        )
        for row in rows
    ]
    facts = {"period": f"{period:%Y-%m}", "statements": rows}
    answer(facts, as_json=as_json, text="\n".join(lines) or "no statement of this month")


@statements.command()
@click.argument("public_id", metavar="ID")
@click.option("--format", "form", type=click.Choice(FORMS), required=True, help="Kind of file.")
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="Default: the customer's language.")
@click.option("-o", "output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def render(*, public_id: str, form: str, lang: str | None, output: Path) -> None:
    """Write one statement as PDF, XLSX, CSV or JSON.

    Example: ./concord statements render 8Jx0Qm4Tq2yZ1wVbN6aK3g --format pdf -o october.pdf
    """
    settings, database = open_database()
    try:
        with database.reading() as session:
            page = find_statement(session, public_id=public_id, actor=console_actor())
    except NotFound:
        raise NotFound(N_("There is no statement %(id)s."), id=public_id) from None
    address = f"{settings.base_url.rstrip('/')}/statements/{page.public_id}"
    made = render_statement(page, form=form, language=lang or page.customer.language, address=address)
    output.write_bytes(made.body)
    say(f"{output}: {len(made.body):,} bytes")
