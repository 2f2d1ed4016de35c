"""``match``: match what waits in the books, post what is sure."""

from __future__ import annotations

import click

from admin.commands.context import answer, as_json, console_actor, open_database
from portal.clock import utc_now


@click.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Only say what would happen; nothing is written.")
@as_json
def match(*, is_dry: bool, as_json: bool) -> None:
    """Match bank receipts with open items: sure ones are posted, the others proposed or left.

    Running it again changes nothing. Example: ./concord match --dry-run --json
    """
    from portal.matching import run_matching

    _settings, database = open_database()
    done = run_matching(database, is_dry=is_dry, actor=console_actor(), now=utc_now())
    would = "would post" if is_dry else "posted"
    answer(
        done.as_json(), as_json=as_json,
        text=f"{done.receipts} receipts: {would} {done.posted}, proposed {done.proposed}, left {done.left}",
    )  # fmt: skip
