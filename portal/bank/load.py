"""Take in bank files: look through the whole file, then keep its lines chunk by chunk, each line once.

One chunk is one short transaction. kill -9 loses nothing that was committed: the same file again finds what is there
and goes on. A file that cannot be read to its end, or whose control sums do not fit, leaves no line at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from portal.access import Actor, Permission
from portal.bank.accounts import UnknownBankAccount
from portal.bank.keep import Keeper
from portal.bank.learned import learned_layout
from portal.bank.places import PlacedStatement, place_statements, read_options
from portal.bank.results import FileResult
from portal.bank.survey import Survey, preview_json, statement_json, survey_file
from portal.connectors.bank_facts import Entry, Opened, Problem, ReadOptions, refused
from portal.connectors.bank_files import READERS, detect_format, read_bank_file
from portal.connectors.limits import read_whole
from portal.connectors.rules import UnreadableFile
from portal.db import Database
from portal.errors import N_, Invalid

#: Lines a transaction.
CHUNK = 1000

#: Called with the lines done and how many there are (0 while that is not known).
BankProgress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class BankRequest:
    """What to take in, and how.

    Attributes:
        content: The file; None = ``path``.
        path: Where it lies.
        name: Name people know it by; empty = the path's.
        format: One of ``READERS``, or ``auto`` to tell it by the content.
        account: Public id, number or name of the account; empty = as the file says.
        is_dry_run: Only say what would happen; nothing is written.
        book_currency: Where nothing else names one.
        file_id: Public id of a file that was uploaded; empty = a new one.
        layout: Corrected columns to try; None = what was learned for such tables, else a guess.
    """

    path: Path | None = None
    content: bytes | None = None
    name: str = ""
    format: str = "auto"
    account: str = ""
    is_dry_run: bool = False
    book_currency: str = ""
    file_id: str = ""
    layout: Mapping[str, Any] | None = None

    @property
    def shown_name(self) -> str:
        """Name people know the file by."""
        return self.name or (self.path.name if self.path else "")


def import_bank_files(
    database: Database,
    requests: Sequence[BankRequest],
    *,
    actor: Actor,
    now: datetime,
    on_progress: BankProgress | None = None,
) -> list[FileResult]:
    """Take in several files, one after the other; one that cannot be read does not stop the next."""
    return [
        import_bank_file(database, one, actor=actor, now=now, on_progress=on_progress) for one in requests
    ]


def import_bank_file(
    database: Database,
    request: BankRequest,
    *,
    actor: Actor,
    now: datetime,
    on_progress: BankProgress | None = None,
) -> FileResult:
    """Take in one bank file.

    Args:
        database: Short transactions are opened on it.
        request: What and how.
        actor: Needs ``imports:run``.
        now: When.
        on_progress: Told after every chunk.

    Returns:
        What became of every row. A file that cannot be read is an answer too, with one error that has no row.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: There is no such format.
    """
    actor.require(Permission.IMPORTS_RUN)
    if request.format != "auto" and request.format not in READERS:
        raise Invalid(N_("There is no format “%(format)s”."), field="format", format=request.format[:40])
    result = FileResult(request.shown_name, request.format if request.format != "auto" else "")
    content = b""
    try:
        content = request.content if request.content is not None else read_whole(request.path or Path())
        result.format = detect_format(content) if request.format == "auto" else request.format
        with database.reading() as session:
            layout = request.layout or learned_layout(session, content, result.format)
            options = read_options(session, request.account, request.book_currency, layout)
        survey = survey_file(content, result.format, options)
        return _take_in(
            database, request, content, options, survey, actor=actor, now=now, on_progress=on_progress
        )
    except (UnreadableFile, UnknownBankAccount) as refusal:
        return _unreadable(database, request, result, content, refusal, actor=actor, now=now)


def _take_in(
    database: Database,
    request: BankRequest,
    content: bytes,
    options: ReadOptions,
    survey: Survey,
    *,
    actor: Actor,
    now: datetime,
    on_progress: BankProgress | None,
) -> FileResult:
    keeper = Keeper(survey, file_sha256=sha256(content).hexdigest(), is_dry_run=request.is_dry_run)
    open_session = database.reading if request.is_dry_run else database.writing
    with open_session() as session:
        placed = place_statements(
            session, survey, named=request.account, is_dry_run=request.is_dry_run, actor=actor, now=now
        )
        keeper.begin(session, request=request, placed=placed, size=len(content), actor=actor, now=now)
    items = _numbered(content, survey.format, options)
    while chunk := list(islice(items, CHUNK)):
        with open_session() as session:
            keeper.take(session, chunk)
        if on_progress:
            on_progress(keeper.done, survey.entries)
    with open_session() as session:
        keeper.finish(session, actor=actor, now=now)
    return _answer(request, survey, placed, keeper)


def _numbered(content: bytes, file_format: str, options: ReadOptions) -> Iterator[tuple[int, Entry]]:
    """Yield the entries with the place of their statement in the file."""
    place = -1
    for event in read_bank_file(content, file_format, options):
        if isinstance(event, Opened):
            place += 1
        elif isinstance(event, Entry):
            yield place, event


def _answer(
    request: BankRequest, survey: Survey, placed: Sequence[PlacedStatement], keeper: Keeper
) -> FileResult:
    statements = [statement_json(one.opened, one.closed, one.currency) for one in placed]
    return FileResult(
        request.shown_name, survey.format, keeper.file_public_id, lines=survey.lines, imported=keeper.imported,
        duplicates=keeper.duplicates, rejected=survey.rejected, skipped=survey.skipped, errors=survey.problems,
        notes=survey.notes, statements=statements, preview=preview_json(survey),
    )  # fmt: skip


def _unreadable(
    database: Database,
    request: BankRequest,
    result: FileResult,
    content: bytes,
    refusal: Invalid,
    *,
    actor: Actor,
    now: datetime,
) -> FileResult:
    problem: Problem = refused(None, refusal.field or "", refusal)
    result.errors, result.is_unreadable = (problem,), True
    if not request.is_dry_run:
        with database.writing() as session:
            result.public_id = Keeper.note_failure(
                session,
                request=request,
                problem=problem,
                file_format=result.format,
                content=content,
                actor=actor,
                now=now,
            )
    return result
