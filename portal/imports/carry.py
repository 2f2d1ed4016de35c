"""Check, load and try again what was uploaded: the jobs of the worker, each safe to run again from its start."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, permissions_of, system_actor
from portal.access.models import Grant, Person
from portal.attachments import FileDraft
from portal.attachments.vault import vault_of
from portal.db import Database
from portal.errors import NotFound
from portal.imports.customers import CustomerRequest, import_customers
from portal.imports.einvoices import check_einvoice, take_einvoice, write_outcome
from portal.imports.load import ImportRequest, Progress, import_documents
from portal.imports.models import ImportBatch, QuarantinedRow
from portal.imports.post import OpenDisputes
from portal.imports.profiles import AUTO, find_profile
from portal.imports.recognise import recognise_file
from portal.imports.results import ImportResult

#: Makes the callback that opens disputes for who loads; a higher feature hands it in.
DisputesFor = Callable[[Actor, datetime], OpenDisputes]


FOLDER_ACTOR = "inbox"


@dataclass(frozen=True, slots=True)
class Loading:
    """What a loading job brings.

    Attributes:
        book_currency: ISO 4217; empty = that of the first document.
        on_progress: Told after every chunk.
        disputes_for: Makes what opens disputes on newly disputed open documents.
    """

    book_currency: str = ""
    on_progress: Progress | None = None
    disputes_for: DisputesFor | None = None


def check_batch(
    database: Database, *, public_id: str, now: datetime, on_progress: Progress | None = None
) -> ImportResult | None:
    """Check an uploaded batch in a dry run and keep what it would do; None when that was done before.

    A file whose layout is to be found out, and fits none that is known, becomes ``unmapped``.

    Raises:
        NotFound: There is no such batch.
    """
    with batch_file(database, public_id, states=("uploaded",)) as found:
        if found is None:
            return None
        path, batch, actor = found
        if batch.kind == "einvoices":
            _check_einvoice(database, batch, path)
            return None
        if batch.profile == AUTO and not _recognised(database, batch, path):
            return None
        return _run(
            database, path, batch, actor, now, is_dry_run=True, loading=Loading(on_progress=on_progress)
        )


def load_batch(
    database: Database, *, public_id: str, now: datetime, loading: Loading | None = None
) -> ImportResult | None:
    """Load a checked batch in the name of who asked for it; None when that was done before.

    Safe to run again from its start: what an interrupted run posted is found and counted once.

    Args:
        database: Short transactions are opened on it.
        public_id: The batch.
        now: When.
        loading: Book currency, progress, disputes.

    Raises:
        NotFound: There is no such batch.
        NotAllowed: Who asked for it may not run imports any more.
    """
    with batch_file(database, public_id, states=("loading",)) as found:
        if found is None:
            return None
        path, batch, actor = found
        if batch.kind == "einvoices":
            _take_einvoice(database, batch, path, actor, now)
            return None
        return _run(database, path, batch, actor, now, is_dry_run=False, loading=loading or Loading())


def take_batch(
    database: Database, *, public_id: str, now: datetime, loading: Loading | None = None
) -> ImportBatch:
    """Check and load a file from the watched folder; good rows come in, the others wait in quarantine.

    Safe to run again from its start. Only layouts that are shipped or approved by a second person are used.

    Raises:
        NotFound: There is no such batch.
    """
    check_batch(database, public_id=public_id, now=now)
    with database.writing() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one()
        if batch.state == "checked":
            batch.state = "loading"
    load_batch(database, public_id=public_id, now=now, loading=loading)
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one()
        session.expunge(batch)
        return batch


def retry_batch(
    database: Database,
    *,
    public_id: str,
    person_id: int | None,
    now: datetime,
    loading: Loading | None = None,
) -> ImportResult | None:
    """Try the mended rows of a batch again, in the name of who asked; None when that was done before.

    Raises:
        NotFound: There is no such batch.
        NotAllowed: Who asked for it may not run imports any more.
    """
    loading = loading or Loading()
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one_or_none()
        if batch is None:
            raise NotFound
        waiting = session.scalars(
            select(QuarantinedRow)
            .where(QuarantinedRow.batch_id == batch.id, QuarantinedRow.state == "retrying")
            .order_by(QuarantinedRow.row_no)
        ).all()
        rows = [(row.row_no, dict(row.cells), list(row.raw)) for row in waiting]
        actor = actor_of(session, person_id)
        session.expunge_all()
    if not rows:
        return None
    if batch.kind == "customers":
        wanted = CustomerRequest(Path(), batch.profile, False, public_id, rows)
        return import_customers(database, wanted, actor=actor, now=now, on_progress=loading.on_progress)
    request = ImportRequest(
        Path(), batch.profile, False, batch.file_name, public_id, loading.book_currency, rows
    )
    return import_documents(
        database, request, actor=actor, now=now, on_progress=loading.on_progress,
        open_disputes=loading.disputes_for(actor, now) if loading.disputes_for else None,
    )  # fmt: skip


def _run(
    database: Database,
    path: Path,
    batch: ImportBatch,
    actor: Actor,
    now: datetime,
    *,
    is_dry_run: bool,
    loading: Loading,
) -> ImportResult:
    if batch.kind == "customers":
        wanted = CustomerRequest(path, batch.profile, is_dry_run, batch.public_id)
        return import_customers(database, wanted, actor=actor, now=now, on_progress=loading.on_progress)
    request = ImportRequest(
        path, batch.profile, is_dry_run, batch.file_name, batch.public_id, loading.book_currency,
        profile_version=batch.profile_version,
    )  # fmt: skip
    opener = loading.disputes_for(actor, now) if loading.disputes_for and not is_dry_run else None
    return import_documents(
        database, request, actor=actor, now=now, on_progress=loading.on_progress, open_disputes=opener
    )


def _recognised(database: Database, batch: ImportBatch, path: Path) -> bool:
    """Write the layout that fits on a batch, or that none does; says whether one does."""
    with database.writing() as session:
        kept = session.get_one(ImportBatch, batch.id)
        name = recognise_file(session, path, approved_only=batch.source == "folder")
        if not name:
            kept.state = "unmapped"
            return False
        profile = find_profile(session, name, approved_only=batch.source == "folder")
        kept.profile, kept.profile_version, kept.kind = name, profile.version, profile.record
        batch.profile, batch.profile_version, batch.kind = name, profile.version, profile.record
    return True


def _check_einvoice(database: Database, batch: ImportBatch, path: Path) -> None:
    with database.writing() as session:
        kept = session.get_one(ImportBatch, batch.id)
        outcome = check_einvoice(session, FileDraft(batch.file_name, path.read_bytes()))
        write_outcome(session, kept, outcome)
        kept.state = "checked" if outcome.is_clean else "failed"


def _take_einvoice(database: Database, batch: ImportBatch, path: Path, actor: Actor, now: datetime) -> None:
    file = FileDraft(batch.file_name, path.read_bytes())
    take_einvoice(
        database, file, lambda session: session.get_one(ImportBatch, batch.id), actor=actor, now=now
    )


@contextmanager
def batch_file(
    database: Database, public_id: str, *, states: tuple[str, ...]
) -> Iterator[tuple[Path, ImportBatch, Actor] | None]:
    """Lend the file of a batch, in clear, for as long as the block lasts; None in another state.

    Raises:
        NotFound: There is no such batch.
    """
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one_or_none()
        if batch is None:
            raise NotFound
        if batch.state not in states:
            yield None
            return
        actor = actor_of(session, batch.started_by_id)
        content = vault_of(session).read(batch.stored_as, sha256_hex=batch.file_sha256)
        session.expunge_all()
    with tempfile.TemporaryDirectory(prefix="concord-import-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        del content
        yield path, batch, actor


def actor_of(session: Session, person_id: int | None) -> Actor:
    """Return the colleague in whose name a job runs, with what they may do now; None = the watched folder."""
    if person_id is None:
        return system_actor(FOLDER_ACTOR)
    person = session.get_one(Person, person_id)
    roles = frozenset(
        session.scalars(select(Grant.role).where(Grant.person_id == person.id, Grant.ended_at.is_(None)))
    )
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email, side="staff",
        roles=roles, permissions=permissions_of(roles) if person.is_active else frozenset(), method="job",
    )  # fmt: skip
