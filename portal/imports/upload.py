"""Take in an uploaded file: kept encrypted, checked by a job, loaded by another once someone has looked."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.attachments import FileDraft
from portal.attachments.vault import vault_of
from portal.connectors.einvoice_read import is_einvoice
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.imports.models import ImportBatch
from portal.imports.profiles import AUTO, find_profile
from portal.jobs import enqueue, find_job


def receive_file(
    session: Session,
    *,
    file: FileDraft | None,
    profile: str = AUTO,
    source: str = "page",
    feed_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> str:
    """Keep an uploaded file and queue its check; returns the public id of the batch.

    Args:
        session: A writing session.
        file: Name and bytes; None when nothing was chosen.
        profile: Its layout; ``auto`` = found out; an e-invoice is known by itself.
        source: ``page`` or ``folder``; what comes by folder is loaded without anybody looking.
        feed_id: The expected file it is, where one is meant.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: No file, an empty one, or no such profile; ``field`` says which.
    """
    actor.require(Permission.IMPORTS_RUN)
    record = "documents" if profile == AUTO else find_profile(session, profile).record
    if file is None:
        raise Invalid(N_("Choose a file."), field="file")
    if not file.content:
        raise Invalid(N_("This file is empty."), field="file")
    kind = "einvoices" if is_einvoice(file.content) else record
    batch = ImportBatch(
        kind=kind, source=source, feed_id=feed_id, file_name=file.name[:200],
        file_sha256=sha256(file.content).hexdigest(), profile="e-invoice" if kind == "einvoices" else profile,
        state="uploaded", stored_as=vault_of(session).write(file.content), started_by_id=actor.person_id,
        started_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    job = "imports.check" if source == "page" else "imports.take"
    batch.job_id = enqueue(
        session, job, key=f"{job}:{batch.public_id}", payload={"batch": batch.public_id}, now=now,
        requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "imports.received", subject_kind="import", subject_id=batch.public_id,
        details={
            "file": batch.file_name, "sha256": batch.file_sha256, "profile": batch.profile, "source": source,
        },
        actor=actor, now=now,
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


def check_again(session: Session, *, public_id: str, profile: str, actor: Actor, now: datetime) -> None:
    """Check an uploaded file anew with another layout; what was found before is forgotten.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is loaded, or being checked.
        Invalid: There is no such profile.
    """
    actor.require(Permission.IMPORTS_RUN)
    batch = session.scalars(
        select(ImportBatch).where(ImportBatch.public_id == public_id).with_for_update()
    ).one_or_none()
    if batch is None:
        raise NotFound
    if batch.state not in {"unmapped", "checked", "failed"} or batch.kind == "einvoices":
        raise Conflict(N_("This file is not waiting to be loaded."))
    found = find_profile(session, profile)
    batch.kind, batch.profile, batch.profile_version, batch.state = (
        found.record, profile, found.version, "uploaded",
    )  # fmt: skip
    batch.job_id = enqueue(
        session, "imports.check", key=f"imports.check:{public_id}:{now.isoformat()}", payload={"batch": public_id},
        now=now, requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()
