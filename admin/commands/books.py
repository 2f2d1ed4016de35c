"""``export journal``: the books as plain-text accounting."""

from __future__ import annotations

from pathlib import Path

import click

from admin.commands.context import answer, as_json, console_actor, open_database
from portal.receivables import JournalWish, export_journal


@click.command()
@click.option(
    "--format", "style", type=click.Choice(["hledger", "beancount"]), default="hledger", show_default=True
)
@click.option("--customer", "customer_no", default="", help="Only entries of this customer number.")
@click.option(
    "--book", "is_book", is_flag=True, help="Amounts in book currency instead of document currency."
)
@click.option("-o", "--output", "file", required=True, type=click.Path(dir_okay=False, path_type=Path))
@as_json
def journal(*, style: str, customer_no: str, is_book: bool, file: Path, as_json: bool) -> None:
    """Write the journal for hledger or beancount: debit positive, one transaction per entry.

    Example: ./concord export journal --format hledger -o journal.hledger
    """
    _, database = open_database()
    wish = JournalWish(style, customer_no, is_book)
    written = 0
    with database.reading() as session, file.open("w", encoding="utf-8", newline="\n") as out:
        for line in export_journal(session, wish=wish, actor=console_actor()):
            written += out.write(line)
    answer(
        {"file": str(file), "format": style, "characters": written}, as_json=as_json, text=f"{file}: written"
    )
