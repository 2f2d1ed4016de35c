"""Take files in; the calling verb names them in its own audit row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments.models import Attachment
from portal.attachments.rules import clean_name, media_type_of
from portal.attachments.vault import vault_of
from portal.errors import N_, Invalid

MAX_FILES = 10


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A file as it came in: its name as given and its bytes."""

    name: str
    content: bytes


def store_files(
    session: Session,
    files: Sequence[FileDraft],
    *,
    subject_kind: str,
    subject_id: str,
    customer_id: int | None,
    is_internal: bool = False,
    media_type: str = "",
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Check, encrypt and keep files that belong to a thing; all of them or none.

    Args:
        session: The writing session of the verb they belong to.
        files: At most ten, each at most 20 MB.
        subject_kind: Kind of the thing, e.g. ``dispute``.
        subject_id: Its public id.
        customer_id: The customer who may see them; None = staff only.
        is_internal: Whether customers never see them.
        media_type: Set by a verb that has read the files itself (e-invoices); empty = decided by name and content.
        actor: Who brings them.
        now: When.

    Returns:
        Their public ids, in order.

    Raises:
        FileRefused: One of them is not a kind we take.
        Invalid: More than ten.
    """
    if len(files) > MAX_FILES:
        raise Invalid(N_("At most %(count)s files at once."), field="files", count=MAX_FILES)
    kinds = [media_type or media_type_of(file.name, file.content) for file in files]
    vault = vault_of(session) if files else None
    rows = [
        Attachment(
            subject_kind=subject_kind, subject_id=subject_id, customer_id=customer_id, is_internal=is_internal,
            file_name=clean_name(file.name), media_type=kind, size_bytes=len(file.content),
            sha256=sha256(file.content).hexdigest(), stored_as=vault.write(file.content),
            added_by_id=actor.person_id, added_at=now,
        )
        for file, kind in zip(files, kinds, strict=True)
        if vault is not None
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return [row.public_id for row in rows]
