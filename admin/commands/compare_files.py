"""``compare-files``: two ledgers of one account compared on files, without a database."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import click

from admin.commands.context import answer, as_json, say
from portal.compare import CAUSES, STATUS_LABELS, compare_files

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _day(_context: click.Context, _option: click.Parameter, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("write the day as YYYY-MM-DD") from error


@click.command("compare-files")
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the answers."
)
@click.option(
    "--as-of", callback=_day, metavar="YYYY-MM-DD", help="Cut-off day; later rows are outside both balances."
)
@click.option("--currency", default="", help="Compare this one, where a file holds several.")
@as_json
def compare(*, ours: Path, theirs: Path, out: Path, as_of: date | None, currency: str, as_json: bool) -> None:
    """Compare our ledger with theirs and bridge the two balances.

    Each side is CSV, XLS or XLSX in whatever layout a bookkeeping program exports. Writes pairs.csv, bridge.csv and
    bridge.xlsx (with formulas) into the folder.

    Example: ./concord compare-files ours.csv theirs.xlsx --out result --as-of 2026-10-31 --json
    """
    begun = time.perf_counter()
    facts = compare_files(ours, theirs, out=out, as_of=as_of, currency=currency.upper(), say=say)
    facts["seconds"] = round(time.perf_counter() - begun, 3)
    counts = "\n".join(f"  {STATUS_LABELS[key]}: {count:,}" for key, count in facts["by_status"].items())
    causes = "\n".join(f"  {CAUSES[key]}: {count:,}" for key, count in facts["by_cause"].items())
    text = (
        f"ours {facts['balances']['ours']}  theirs {facts['balances']['theirs']}  {facts['currency']}, "
        f"unexplained {facts['unexplained']}\n{counts}\n{causes}\nin {out}"
    )
    answer(facts, as_json=as_json, text=text)
