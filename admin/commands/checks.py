"""``check``: every invariant of the books and of the installation."""

from __future__ import annotations

import click

from admin.commands.context import answer, as_json, open_database, say
from portal.checks import run_checks
from portal.clock import utc_now


@click.command()
@as_json
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Check every invariant in the database; exit 1 when one is violated, by one cent or one row.

    Example: ./concord check --json
    """
    settings, database = open_database()
    with database.reading() as session:
        report = run_checks(session, home=settings.home, now=utc_now())
    lines = []
    for item in report.invariants:
        verdict = "ok" if not item.violations else f"{item.violations} violated"
        lines.append(f"{item.id:6} {verdict:>12}  {item.title} ({item.checked} checked)")
        lines.extend(f"{'':22}{text}" for text in item.first)
    answer(report.as_json(), as_json=as_json, text="\n".join(lines))
    if not report.ok:
        say(f"{report.violations} violations")
        context.exit(1)
