"""Read attachments, within the actor's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.attachments.models import Attachment
from portal.attachments.vault import vault_of
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class FileView:
    """What a page shows of a file; ``size_bytes`` is that of the file itself."""

    public_id: str
    subject_id: str
    name: str
    media_type: str
    size_bytes: int
    is_internal: bool
    added_at: datetime

    @property
    def size(self) -> str:
        """Size for people: ``12 KB``, ``3.4 MB``."""
        if self.size_bytes < 1024 * 1024:
            return f"{max(1, round(self.size_bytes / 1024))} KB"
        return f"{self.size_bytes / 1024 / 1024:.1f} MB"


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file to be handed out as a download."""

    name: str
    media_type: str
    content: bytes


def _is_visible(row: Attachment, actor: Actor) -> bool:
    if actor.side != "customer":
        return True
    return not row.is_internal and row.customer_id is not None and actor.sees(row.customer_id)


def files_of(
    session: Session, *, subject_kind: str, subject_ids: Sequence[str], actor: Actor
) -> dict[str, tuple[FileView, ...]]:
    """Return the files of things, by public id of the thing, oldest first; customers never get internal ones."""
    query = (
        select(Attachment)
        .where(Attachment.subject_kind == subject_kind, Attachment.subject_id.in_(subject_ids))
        .order_by(Attachment.id)
    )
    found: dict[str, tuple[FileView, ...]] = {}
    for row in session.scalars(query):
        if _is_visible(row, actor):
            view = FileView(
                row.public_id, row.subject_id, row.file_name, row.media_type, row.size_bytes, row.is_internal,
                row.added_at,
            )  # fmt: skip
            found[row.subject_id] = (*found.get(row.subject_id, ()), view)
    return found


def open_attachment(session: Session, *, public_id: str, actor: Actor) -> FileContent:
    """Return a file's bytes.

    Raises:
        NotAllowed: The actor reads neither statements nor disputes.
        NotFound: Unknown, internal or out of scope.
    """
    actor.require(Permission.STATEMENTS_READ, Permission.DISPUTES_READ)
    row = session.scalars(select(Attachment).where(Attachment.public_id == public_id)).one_or_none()
    if row is None or not _is_visible(row, actor):
        raise NotFound
    content = vault_of(session).read(row.stored_as, sha256_hex=row.sha256)
    return FileContent(row.file_name, row.media_type, content)
