"""``export``: the books as files for others to read."""

from __future__ import annotations

from pathlib import Path

import click

from admin.commands.books import journal
from admin.commands.context import answer, as_json, console_actor, open_database
from portal.imports import export_documents


@click.group("export")
def export() -> None:
    """Write the books as files that other programs read."""


@export.command()
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file.",
)
@as_json
def documents(*, output: Path, as_json: bool) -> None:
    """Write every document as CSV in the standard format; empty books that import it hold the same documents.

    Example: ./concord export documents -o documents.csv
    """
    _settings, database = open_database()
    with database.reading() as session, output.open("w", encoding="utf-8", newline="") as file:
        count = export_documents(session, file, actor=console_actor())
    answer(
        {"documents": count, "file": str(output)}, as_json=as_json, text=f"{count:,} documents in {output}"
    )


export.add_command(journal)
