"""The watched folder: whole files are taken from it, loaded, and put aside with a report; half-written ones wait.

``INBOX/name.csv`` or ``INBOX/<expected file>/name.csv`` → ``taken/`` while it is loaded → ``done/`` or ``failed/``,
each with ``<file>.report.json``. A file counts as whole when size and time stand still between two looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments import FileDraft
from portal.db import Database
from portal.errors import Invalid
from portal.imports.feeds import RESERVED
from portal.imports.models import ImportBatch, ImportFeed, ImportProblem
from portal.imports.profiles import AUTO
from portal.imports.upload import receive_file

#: Files of a name like these are still being written by the program that sends them.
_UNFINISHED = (".part", ".tmp", ".partial", ".crdownload", ".filepart", ".swp")
MOST_BYTES = 100 * 1024 * 1024
REPORTED_ROWS = 500


@dataclass
class Inbox:
    """A watched folder and what was seen in it at the last look.

    Attributes:
        folder: Where programs put their files.
        seen: File → size and time at the last look.
    """

    folder: Path
    seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def whole_files(self) -> list[Path]:
        """Return the files that have not changed since the last look, oldest first."""
        now_seen: dict[Path, tuple[int, int]] = {}
        whole = []
        for path in self._candidates():
            try:
                stat = path.stat()
            except OSError:
                continue  # taken by another worker
            mark = (stat.st_size, stat.st_mtime_ns)
            now_seen[path] = mark
            if stat.st_size and self.seen.get(path) == mark:
                whole.append((stat.st_mtime_ns, path))
        self.seen = now_seen
        return [path for _, path in sorted(whole)]

    def _candidates(self) -> Iterator[Path]:
        folders = [self.folder]
        if self.folder.is_dir():
            folders += sorted(
                one for one in self.folder.iterdir() if one.is_dir() and one.name not in RESERVED
            )
        for folder in folders:
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                name = path.name.lower()
                is_ready = not name.startswith((".", "~$")) and not name.endswith(_UNFINISHED)
                if is_ready and path.is_file() and not path.is_symlink():
                    yield path


def take_files(database: Database, inbox: Inbox, *, actor: Actor, now: datetime) -> list[str]:
    """Keep the whole files of the inbox and queue their loading; returns the public ids of their batches.

    Killed at any moment it loses nothing: a file that is kept already is only moved.

    Args:
        database: A short transaction is opened for each file.
        inbox: The folder, as it was seen before.
        actor: Who takes them, usually the system.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
    """
    found = []
    for path in inbox.whole_files():
        try:
            if path.stat().st_size > MOST_BYTES:
                _put_aside(path, inbox.folder / "failed", {"error": "larger than 100 MB", "file": path.name})
                continue
            content = path.read_bytes()
        except OSError:
            continue  # taken by another worker, or not readable for us
        with database.writing() as session:
            public_id = _receive(session, inbox, path, content, actor=actor, now=now)
        target = inbox.folder / "taken" / f"{public_id} {path.name}"
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        found.append(public_id)
    return found


def _receive(
    session: Session, inbox: Inbox, path: Path, content: bytes, *, actor: Actor, now: datetime
) -> str:
    unfinished = session.scalars(
        select(ImportBatch.public_id).where(
            ImportBatch.source == "folder",
            ImportBatch.file_sha256 == sha256(content).hexdigest(),
            ImportBatch.file_name == path.name[:200],
            ImportBatch.state.in_(("uploaded", "checked", "loading")),
        )
    ).first()
    if unfinished is not None:
        return unfinished
    feed = None
    if path.parent != inbox.folder:
        feed = session.scalars(select(ImportFeed).where(ImportFeed.name == path.parent.name)).one_or_none()
    file = FileDraft(path.name, content)
    wanted = feed.profile if feed else AUTO
    try:
        return receive_file(
            session, file=file, profile=wanted, source="folder", feed_id=feed.id if feed else None, actor=actor, now=now
        )  # fmt: skip
    except Invalid:  # the layout of the feed is gone
        return receive_file(session, file=file, profile=AUTO, source="folder", actor=actor, now=now)


def put_aside(session: Session, inbox: Path, *, public_id: str) -> Path | None:
    """Move the file of a loaded batch to ``done`` or ``failed`` with its report; None when it is not there.

    Args:
        session: A reading session.
        inbox: The watched folder.
        public_id: The batch.
    """
    batch = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one()
    path = next(iter((inbox / "taken").glob(f"{public_id} *")), None)
    if path is None:
        return None
    good = batch.imported_count + batch.updated_count + batch.duplicate_count
    has_failed = batch.state != "loaded" or (not good and batch.row_count > 0)
    return _put_aside(path, inbox / ("failed" if has_failed else "done"), _report(session, batch))


def _report(session: Session, batch: ImportBatch) -> dict[str, object]:
    rows = session.scalars(
        select(ImportProblem)
        .where(ImportProblem.batch_id == batch.id)
        .order_by(ImportProblem.id)
        .limit(REPORTED_ROWS)
    )
    return {
        "file": batch.file_name, "sha256": batch.file_sha256, "import": batch.public_id, "state": batch.state,
        "profile": batch.profile, "rows": batch.row_count, "imported": batch.imported_count,
        "updated": batch.updated_count, "duplicates": batch.duplicate_count, "conflicts": batch.conflict_count,
        "rejected": batch.rejected_count, "totals": batch.totals or {},
        "errors": [
            {
                "row": one.row_no, "column": one.column or None, "code": one.code,
                "message": one.message % one.params if one.params else one.message,
            }
            for one in rows
        ],
    }  # fmt: skip


def _put_aside(path: Path, folder: Path, report: dict[str, object]) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    path.rename(target)
    text = json.dumps(report, ensure_ascii=False, indent=2)
    target.with_name(f"{target.name}.report.json").write_text(text, encoding="utf-8")
    return target
