"""``audit``: check the trail."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from admin.commands.context import answer, as_json, open_database
from portal.audit import read_anchors, verify_chain
from portal.errors import Invalid


@click.group()
def audit() -> None:
    """The append-only, hash-chained audit trail."""


@audit.command()
@click.option(
    "--anchor", "anchor_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Anchors kept elsewhere, one JSON object a line; those of the home folder are always checked.",
)  # fmt: skip
@as_json
@click.pass_context
def verify(context: click.Context, *, anchor_file: Path | None, as_json: bool) -> None:
    """Check every row, the head and the anchors; exit 1 when something does not hold.

    Example: ./concord audit verify --anchor /media/auditor/anchors.jsonl --json
    """
    settings, database = open_database()
    from portal.http.start import anchors_of

    try:
        anchors = read_anchors(anchors_of(settings)) + (read_anchors(anchor_file) if anchor_file else ())
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("An anchor file cannot be read: %(error)s", error=str(error)) from error
    with database.reading() as session:
        report = verify_chain(session, anchors=anchors)
    facts = asdict(report)
    facts["head"] = {"number": report.head.number, "hash": report.head.hash}
    where = "" if report.ok else f"; the first bad row is number {report.first_bad}"
    answer(
        facts, as_json=as_json, text=f"{'holds' if report.ok else 'does NOT hold'}: {report.rows} rows{where}"
    )
    context.exit(0 if report.ok else 1)
