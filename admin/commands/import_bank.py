"""``./concord import bank``: bank statements of any kind, several files at once."""

from __future__ import annotations

from pathlib import Path

import click

from admin.commands.context import answer, as_json, console_actor, open_database, say
from portal.bank import (
    BANK_FORMATS,
    BankProgress,
    BankRequest,
    FileResult,
    bank_problem_json,
    import_bank_file,
)
from portal.clock import utc_now

_FILES = click.Path(path_type=Path)


@click.command("bank")
@click.argument("files", type=_FILES, nargs=-1, required=True)
@click.option(
    "--format",
    "file_format",
    default="auto",
    type=click.Choice(["auto", *BANK_FORMATS]),
    help="Told by the content when auto.",
)
@click.option("--account", default="", help="Account the files are of: its id, number or name.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@as_json
def bank(*, files: tuple[Path, ...], file_format: str, account: str, dry_run: bool, as_json: bool) -> None:
    """Import bank statements: camt.052/.053/.054, MT940, OFX, QIF, BAI2, CSV, XLSX, XLS, 支付宝, 微信.

    Each line is kept once, however many files bring it. A line that cannot be read is refused with its place; the
    others are taken in. A file that is cut off or whose control sums do not fit leaves nothing behind.

    Example: ./concord import bank 2026-10.sta alipay.csv --json
    """
    settings, database = open_database()
    results = []
    for path in files:
        request = BankRequest(
            path=path, format=file_format, account=account, is_dry_run=dry_run,
            book_currency=settings.book_currency,
        )  # fmt: skip
        result = import_bank_file(
            database, request, actor=console_actor(), now=utc_now(), on_progress=_progress(path)
        )
        results.append(result)
    if not as_json:
        for result in results:
            _tell(result)
    answer(
        {"files": [one.as_json() for one in results]}, as_json=as_json, text=_text(results, dry_run=dry_run)
    )
    if not all(one.is_clean for one in results):
        click.get_current_context().exit(1)


def _progress(path: Path) -> BankProgress:
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done - told >= 10_000:
            told = done
            say(f"{path.name}: {done:,} of {total:,} lines")

    return tell


def _tell(result: FileResult) -> None:
    for problem in map(bank_problem_json, result.errors[:50]):
        where = f"row {problem['row']}" if problem["row"] else "the file"
        column = f", column “{problem['column']}”" if problem["column"] else ""
        say(f"{result.name}: {where}{column}: {problem['message']} [{problem['code']}]")
    if len(result.errors) > 50:
        say(f"… and {result.rejected - 50:,} more; --json names the first thousand")


def _text(results: list[FileResult], *, dry_run: bool) -> str:
    done = "would be new" if dry_run else "new"
    lines = []
    for one in results:
        lines.append(
            f"{one.name} ({one.format or 'unknown'}): {one.lines:,} lines, {one.imported:,} {done}, "
            f"{one.duplicates:,} known, {one.rejected:,} refused, {one.skipped:,} left out"
        )
        for statement in one.statements[:20]:
            balance = {True: "balanced", False: "NOT balanced", None: "no balances to compare"}[
                statement["balanced"]
            ]
            lines.append(
                f"  {statement['account'] or 'account not named'} {statement['currency'] or ''} "
                f"{statement['opening'] or '–'} → {statement['closing'] or '–'} {balance}"
            )
    return "\n".join(lines)
