"""``import``: documents, customers, e-invoices and exchange rates from files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.commands.context import answer, as_json, console_actor, open_database, say
from admin.commands.import_bank import bank
from portal.attachments import FileDraft
from portal.clock import utc_now
from portal.imports import (
    AUTO,
    CustomerRequest,
    EInvoiceOutcome,
    ImportRequest,
    ImportResult,
    Progress,
    import_customers,
    import_documents,
    import_einvoices,
    import_rates,
    problem_json,
    recognise_file,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from portal.access import Actor

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WORDS = {"reading": "read", "planning": "checked", "posting": "loaded"}


@click.group("import")
def imports() -> None:
    """Take in files: good rows are kept, bad rows are named with row, column and reason."""


imports.add_command(bank)


@imports.command()
@click.argument("file", type=_FILE)
@click.option(
    "--profile", default="standard", show_default=True, help="Layout of the file; auto = found out."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; nothing is written.")
@as_json
def documents(*, file: Path, profile: str, dry_run: bool, as_json: bool) -> None:
    """Import documents from CSV, XLSX or XLS; the same file again has no effect.

    Example: ./concord import documents ledger.csv --dry-run --json
    """
    settings, database = open_database()
    actor, now = console_actor(), utc_now()
    if profile == AUTO:
        with database.reading() as session:
            profile = recognise_file(session, file) or "standard"
        say(f"layout: {profile}")
    result = import_documents(
        database,
        ImportRequest(file, profile, is_dry_run=dry_run, book_currency=settings.book_currency),
        actor=actor,
        now=now,
        on_progress=progress_bar(),
        open_disputes=disputes_opener(actor=actor, now=now),
    )
    _finish(file, result, as_json=as_json, done="would be taken in" if dry_run else "taken in")


@imports.command()
@click.argument("file", type=_FILE)
@click.option("--profile", default="standard-customers", show_default=True, help="Layout of the file.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; nothing is written.")
@as_json
def customers(*, file: Path, profile: str, dry_run: bool, as_json: bool) -> None:
    """Import the customer master with contacts: number, name, currency and more, see the documents.

    Example: ./concord import customers accounts.csv --profile zoho-crm --json
    """
    _settings, database = open_database()
    request = CustomerRequest(file, profile, is_dry_run=dry_run)
    result = import_customers(
        database, request, actor=console_actor(), now=utc_now(), on_progress=progress_bar()
    )
    _finish(file, result, as_json=as_json, done="would be taken in" if dry_run else "taken in")


@imports.command()
@click.argument("files", type=_FILE, nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would happen; nothing is written.")
@as_json
def einvoice(*, files: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Import electronic invoices: UBL, CII, Factur-X or ZUGFeRD PDF, 数电票 XML, OFD.

    Each is attached to the document of its number, or posted; the same number and code is refused.

    Example: ./concord import einvoice invoice.xml invoice.pdf --dry-run --json
    """
    _settings, database = open_database()
    drafts = [FileDraft(file.name, file.read_bytes()) for file in files]
    found = import_einvoices(database, drafts, is_dry_run=dry_run, actor=console_actor(), now=utc_now())
    for outcome in found:
        for problem in map(problem_json, (*outcome.problems, *outcome.notes)):
            say(f"{outcome.file_name}: {problem['message']} [{problem['code']}]")
    text = "\n".join(_einvoice_text(outcome) for outcome in found)
    answer({"files": [outcome.as_json() for outcome in found]}, as_json=as_json, text=text)
    if not all(outcome.is_clean for outcome in found):
        click.get_current_context().exit(1)


def _einvoice_text(outcome: EInvoiceOutcome) -> str:
    if outcome.invoice is None:
        return f"{outcome.file_name}: {outcome.action}"
    found = outcome.invoice
    return f"{outcome.file_name}: {outcome.action}  {found.kind} {found.number}  {found.currency} {found.total:f}"


@imports.command()
@click.argument("file", type=_FILE)
@as_json
def rates(*, file: Path, as_json: bool) -> None:
    """Import exchange rates: date, currency, rate and optionally book_currency.

    Example: ./concord import rates rates.csv --json
    """
    settings, database = open_database()
    result = import_rates(
        database, file, book_currency=settings.book_currency, actor=console_actor(), now=utc_now()
    )
    _finish(file, result, as_json=as_json, done="taken in")


def disputes_opener(*, actor: Actor, now: datetime) -> Callable[[Session, Sequence[int]], object]:
    """Return what opens disputes on documents that a file newly calls disputed."""
    from portal.disputes import open_imported_disputes

    return lambda session, ids: open_imported_disputes(session, document_ids=ids, actor=actor, now=now)


def progress_bar() -> Progress:
    """Return what tells progress on standard error: one moving line on a terminal, else a line now and then."""
    is_terminal = sys.stderr.isatty()
    told = 0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal told
        text = f"{done:,} of {total:,} documents {_WORDS[what]}" if total else f"{done:,} rows {_WORDS[what]}"
        if is_terminal:
            click.echo(f"\r{text}\033[K", err=True, nl=done == total)
        elif done - told >= 10_000 or done < told:
            say(text)
            told = done

    return tell


def _finish(file: Path, result: ImportResult, *, as_json: bool, done: str) -> None:
    if not as_json:
        for problem in map(problem_json, result.problems[:50]):
            where = f"row {problem['row']}" if problem["row"] else "the file"
            column = f", column “{problem['column']}”" if problem["column"] else ""
            say(f"{file.name}: {where}{column}: {problem['message']} [{problem['code']}]")
        if len(result.problems) > 50:
            say(f"… and {len(result.problems) - 50:,} more; --json names all")
    answer(result.as_json(), as_json=as_json, text=_text(result, done))
    if not result.is_clean:
        click.get_current_context().exit(1)


def _text(result: ImportResult, done: str) -> str:
    summary = (
        f"{result.rows:,} rows: {result.imported:,} {done}, {result.updated:,} updated, {result.duplicates:,} known, "
        f"{result.conflicts:,} in conflict, {result.rejected:,} refused"
    )
    lines = [summary]
    if result.new_customers:
        lines.append(f"{result.new_customer_count:,} customers are new: {_some(result.new_customers)}")
    for currency, sums in result.control.get("sums", {}).items():
        lines.append("control " + "  ".join([currency, *(f"{name} {text}" for name, text in sums.items())]))
    for currency, kinds in result.totals_by_currency.items():
        lines += [f"{currency}  {kind}  {amount}" for kind, amount in kinds.items()]
    return "\n".join(lines)


def _some(customers: Sequence[tuple[str, str]]) -> str:
    shown = ", ".join(f"{number} {name}" for number, name in customers[:5])
    return f"{shown} …" if len(customers) > 5 else shown
