"""Say which column of an unknown file is which: a guess, a look at the rows as read, a saved layout in versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.attachments.vault import vault_of
from portal.connectors import SourceRow
from portal.connectors.tables import Header, Table, find_header, read_tables
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.imports.guess import ColumnGuess, guess_body, guess_columns
from portal.imports.guess_words import CUSTOMER_WORDS, WORDS
from portal.imports.layouts import CUSTOMER_COLUMNS, Profile, plain, profile_of
from portal.imports.mapping_draft import MappingDraft, body_of, missing_in
from portal.imports.models import ImportBatch, ImportProfile
from portal.imports.normalise import LayoutReader
from portal.imports.profiles import AUTO
from portal.imports.queries import ControlSum, control_sums
from portal.imports.row import read_row
from portal.imports.rules import COLUMNS, Problem
from portal.imports.shipped import SHIPPED
from portal.imports.upload import check_again
from portal.ledger import default_entity

SHOWN_ROWS = 8
LOOKED_AT = 120
MOST_ROWS = 50_000
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,58}")
_KNOWN = frozenset(plain(word) for words in (*WORDS.values(), *CUSTOMER_WORDS.values()) for word in words)


@dataclass(frozen=True, slots=True)
class Mapping:
    """An unknown file with a guess: its header, a guess per column, and how it writes days and amounts."""

    batch: str
    file_name: str
    header_line: int
    guesses: tuple[ColumnGuess, ...]
    draft: MappingDraft


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be read."""

    row_no: int
    cells: AnyMapping[str, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping makes of a file.

    Attributes:
        rows: The first ones.
        columns: Columns of the standard format that any of them fills, in order.
        missing: Columns that no column of the file gives.
        sums: Control sums by currency, to be compared with one's own screen.
        wrong: Totals in the file that are not the sum of its rows.
    """

    rows: tuple[PreviewRow, ...] = ()
    columns: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    read: int = 0
    good: int = 0
    skipped: int = 0
    totals_checked: int = 0
    sums: tuple[ControlSum, ...] = ()
    wrong: tuple[Problem, ...] = field(default=())

    @property
    def refused(self) -> int:
        """Rows that could not be read."""
        return self.read - self.good


# --- guess -------------------------------------------------------------------------------------------------------


def propose_mapping(session: Session, *, public_id: str, actor: Actor, record: str = "") -> Mapping:
    """Return a guess for an uploaded file.

    Args:
        session: Any, of a database that has its vault.
        public_id: The batch.
        actor: Needs ``imports:run``.
        record: ``documents`` or ``customers``; empty = guessed.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is loaded.
        Invalid: The file cannot be read at all.
    """
    batch, table, header = _opened(session, public_id, actor)
    rows = [row for row in table.head if row.no > header.line][:LOOKED_AT]
    record = record or _guess_record(header)
    guesses = guess_columns(header.names, rows, record=record)
    body = guess_body(guesses, rows, record=record)
    has_currency = any(one.column == "currency" for one in guesses) or record == "customers"
    draft = MappingDraft(
        {one.place: one.column for one in guesses if one.column}, record, body["kind"],
        "" if has_currency else default_entity(session).book_currency, body["date_order"], body["decimal"],
        "" if batch.profile in {*SHIPPED, AUTO} else batch.profile,
    )  # fmt: skip
    return Mapping(public_id, batch.file_name, header.line, guesses, draft)


def _guess_record(header: Header) -> str:
    """Say whether a file is a customer master: it has contacts or tax numbers, and no amounts."""
    names = [plain(name) for name in header.names]

    def has(words: AnyMapping[str, tuple[str, ...]], *columns: str) -> bool:
        known = {plain(word) for column in columns for word in words[column]}
        return any(name in known for name in names)

    is_master = has(CUSTOMER_WORDS, "tax_no", "contact_email", "contact_phone", "street_address")
    return "customers" if is_master and not has(WORDS, "amount", "debit", "credit") else "documents"


def _opened(session: Session, public_id: str, actor: Actor) -> tuple[ImportBatch, Table, Header]:
    actor.require(Permission.IMPORTS_RUN)
    batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one_or_none()
    if batch is None:
        raise NotFound
    if batch.state not in {"unmapped", "checked", "failed"} or batch.kind == "einvoices":
        raise Conflict(N_("This file is not waiting to be loaded."))
    content = vault_of(session).read(batch.stored_as, sha256_hex=batch.file_sha256)
    found = [(table, find_header(table.head, known=_is_known)) for table in read_tables(content)]
    table, header = max(found, key=lambda one: sum(plain(name) in _KNOWN for name in one[1].names))
    if not header.line:
        header = Header(table.first_line, tuple(table.head[0].cells) if table.head else ())
    return batch, table, header


def _is_known(name: str) -> bool:
    return plain(name) in _KNOWN


# --- look --------------------------------------------------------------------------------------------------------


def preview_mapping(session: Session, *, public_id: str, draft: MappingDraft, actor: Actor) -> Preview:
    """Read a file as a mapping says; nothing is written.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is loaded.
        Invalid: The mapping, or the file, cannot be used; ``field`` says which part.
    """
    _, table, header = _opened(session, public_id, actor)
    body = body_of(draft, header)
    missing = missing_in(body, draft)
    if missing:
        return Preview(missing=missing)
    return _read(table, header, profile_of("preview", body))


def _read(table: Table, header: Header, profile: Profile) -> Preview:
    reader = LayoutReader(profile)
    rows = reader.find_header(header.names, _below(table, header))
    shown: list[PreviewRow] = []
    read = good = 0
    for reading in islice(reader.read(rows), MOST_ROWS):
        if reading.skipped:
            continue
        read += 1
        checked = read_row(reading.row.no, reading.cells) if profile.record == "documents" else []
        problems = tuple(checked) if isinstance(checked, list) else ()
        good += not problems
        if len(shown) < SHOWN_ROWS:
            shown.append(PreviewRow(reading.row.no, reading.cells, problems))
    filled = {name for row in shown for name, text in row.cells.items() if text}
    order = CUSTOMER_COLUMNS if profile.record == "customers" else COLUMNS
    control = reader.control.as_json()
    return Preview(
        tuple(shown), tuple(name for name in order if name in filled), (), read, good,
        sum(reader.control.skipped.values()), reader.control.checked, control_sums(control),
        tuple(reader.control.wrong),
    )  # fmt: skip


def _below(table: Table, header: Header) -> Iterator[SourceRow]:
    return (row for row in table if row.no > header.line)


# --- save --------------------------------------------------------------------------------------------------------


def save_mapping(
    session: Session, *, public_id: str, draft: MappingDraft, actor: Actor, now: datetime
) -> str:
    """Save a mapping as the next version of a layout and check the file with it; returns its public id.

    The person who saved it may load this file by it; files that nobody looks at need a version that a second person
    approved (``request_profile``).

    Args:
        session: A writing session.
        public_id: The batch.
        draft: The mapping; its name is the layout's.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is loaded.
        Invalid: The name or the mapping cannot be used; ``field`` says which part.
    """
    _, _, header = _opened(session, public_id, actor)
    name = draft.name.strip().lower()
    if not _SLUG.fullmatch(name) or name in SHIPPED or name in {"auto", "e-invoice", "preview"}:
        raise Invalid(
            N_("Enter a name of small letters, digits and hyphens that no shipped layout has."), field="name"
        )
    body = body_of(draft, header)
    missing = missing_in(body, draft)
    if missing:
        raise Invalid(N_("Say which column holds “%(column)s”."), field="columns", column=missing[0])
    profile_of(name, body)
    newest = session.scalar(select(func.max(ImportProfile.version)).where(ImportProfile.name == name)) or 0
    row = ImportProfile(name=name, version=newest + 1, body=body, made_by_id=actor.person_id, made_at=now)
    session.add(row)
    session.flush()
    audit.record(
        session, "imports.profile-saved", subject_kind="profile", subject_id=row.public_id,
        details={"name": name, "version": row.version, "columns": body["columns"]}, actor=actor, now=now,
    )  # fmt: skip
    check_again(session, public_id=public_id, profile=name, actor=actor, now=now)
    return row.public_id
