"""Take in an uploaded file: kept encrypted, checked by a job, loaded by another once someone has looked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission, permissions_of
from portal.access.models import Grant, Person
from portal.attachments import FileDraft
from portal.attachments.vault import vault_of
from portal.db import Database
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.imports.load import ImportRequest, Progress, import_documents
from portal.imports.models import ImportBatch
from portal.imports.post import OpenDisputes
from portal.imports.profiles import find_profile
from portal.imports.results import ImportResult
from portal.jobs import enqueue, find_job

#: Makes the callback that opens disputes for who loads; a higher feature hands it in.
DisputesFor = Callable[[Actor, datetime], OpenDisputes]


def receive_file(
    session: Session, *, file: FileDraft | None, profile: str, actor: Actor, now: datetime
) -> str:
    """Keep an uploaded file of documents and queue its check; returns the public id of the batch.

    Args:
        session: A writing session.
        file: Name and bytes; None when nothing was chosen.
        profile: Its layout.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: No file, an empty one, or no such profile; ``field`` says which.
    """
    actor.require(Permission.IMPORTS_RUN)
    find_profile(session, profile)
    if file is None:
        raise Invalid(N_("Choose a file."), field="file")
    if not file.content:
        raise Invalid(N_("This file is empty."), field="file")
    batch = ImportBatch(
        kind="documents", file_name=file.name[:200], file_sha256=sha256(file.content).hexdigest(), profile=profile,
        state="uploaded", stored_as=vault_of(session).write(file.content), started_by_id=actor.person_id,
        started_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    batch.job_id = enqueue(
        session, "imports.check", key=f"imports.check:{batch.public_id}", payload={"batch": batch.public_id}, now=now,
        requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "imports.received", subject_kind="import", subject_id=batch.public_id,
        details={"file": batch.file_name, "sha256": batch.file_sha256, "profile": profile}, actor=actor, now=now,
    )  # fmt: skip
    return batch.public_id


def start_load(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Let a checked batch be loaded by a job, or one go on whose job has failed.

    Args:
        session: A writing session.
        public_id: The batch.
        actor: Needs ``imports:run``; the documents are posted in this person's name.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is not checked, or is being loaded already.
    """
    actor.require(Permission.IMPORTS_RUN)
    batch = session.scalars(
        select(ImportBatch).where(ImportBatch.public_id == public_id).with_for_update()
    ).one_or_none()
    if batch is None:
        raise NotFound
    has_stopped = batch.state == "loading" and find_job(session, public_id=batch.job_id).state == "failed"
    if batch.state != "checked" and not has_stopped:
        raise Conflict(N_("This file is not waiting to be loaded."))
    batch.state, batch.started_by_id = "loading", actor.person_id
    batch.job_id = enqueue(
        session, "imports.load", key=f"imports.load:{public_id}:{now.isoformat()}", payload={"batch": public_id},
        now=now, requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "imports.started", subject_kind="import", subject_id=public_id,
        details={"file": batch.file_name, "sha256": batch.file_sha256}, actor=actor, now=now,
    )  # fmt: skip


def check_batch(
    database: Database, *, public_id: str, now: datetime, on_progress: Progress | None = None
) -> ImportResult | None:
    """Check an uploaded batch in a dry run and keep what it would do; None when that was done before.

    Raises:
        NotFound: There is no such batch.
    """
    with _batch_file(database, public_id, states=("uploaded",)) as found:
        if found is None:
            return None
        path, batch, actor = found
        request = ImportRequest(path, batch.profile, True, batch.file_name, public_id)
        return import_documents(database, request, actor=actor, now=now, on_progress=on_progress)


def load_batch(
    database: Database,
    *,
    public_id: str,
    now: datetime,
    book_currency: str = "",
    on_progress: Progress | None = None,
    disputes_for: DisputesFor | None = None,
) -> ImportResult | None:
    """Load a checked batch in the name of who asked for it; None when that was done before.

    Safe to run again from its start: what an interrupted run posted is found and counted once.

    Args:
        database: Short transactions are opened on it.
        public_id: The batch.
        now: When.
        book_currency: ISO 4217; empty = that of the first document.
        on_progress: Told after every chunk.
        disputes_for: Makes what opens disputes on newly disputed open documents.

    Raises:
        NotFound: There is no such batch.
        NotAllowed: Who asked for it may not run imports any more.
    """
    with _batch_file(database, public_id, states=("loading",)) as found:
        if found is None:
            return None
        path, batch, actor = found
        request = ImportRequest(path, batch.profile, False, batch.file_name, public_id, book_currency)
        return import_documents(
            database, request, actor=actor, now=now, on_progress=on_progress,
            open_disputes=disputes_for(actor, now) if disputes_for else None,
        )  # fmt: skip


@contextmanager
def _batch_file(
    database: Database, public_id: str, *, states: tuple[str, ...]
) -> Iterator[tuple[Path, ImportBatch, Actor] | None]:
    """Lend the file of a batch, in clear, for as long as the block lasts."""
    with database.reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one_or_none()
        if batch is None:
            raise NotFound
        if batch.state not in states:
            yield None
            return
        actor = _actor_of(session, batch)
        content = vault_of(session).read(batch.stored_as, sha256_hex=batch.file_sha256)
        session.expunge_all()
    with tempfile.TemporaryDirectory(prefix="concord-import-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        del content
        yield path, batch, actor


def _actor_of(session: Session, batch: ImportBatch) -> Actor:
    person = session.get_one(Person, batch.started_by_id)
    roles = frozenset(
        session.scalars(select(Grant.role).where(Grant.person_id == person.id, Grant.ended_at.is_(None)))
    )
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email, side="staff",
        roles=roles, permissions=permissions_of(roles) if person.is_active else frozenset(), method="job",
    )  # fmt: skip
