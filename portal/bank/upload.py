"""Bank files that come by a page: kept encrypted, looked through by a job, taken in by another once someone agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission, permissions_of
from portal.access.models import Grant, Person
from portal.attachments import FileDraft
from portal.attachments.vault import vault_of
from portal.bank.accounts import name_account
from portal.bank.keep import keep_problems
from portal.bank.load import BankProgress, BankRequest, import_bank_file
from portal.bank.models import BankAccount, BankFile, BankLayout, BankProblem
from portal.bank.results import FileResult
from portal.connectors.bank_files import READERS
from portal.db import Database
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.jobs import enqueue

MAX_FILES = 30


def receive_bank_files(
    session: Session, *, files: Sequence[FileDraft], account: str = "", actor: Actor, now: datetime
) -> list[str]:
    """Keep uploaded bank files and queue their check; returns their public ids.

    Args:
        session: A writing session.
        files: Names and bytes.
        account: Public id of the account all of them are of; empty = as each says.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: No file, an empty one, or more than thirty.
    """
    actor.require(Permission.IMPORTS_RUN)
    if not files:
        raise Invalid(N_("Choose a file."), field="files")
    if len(files) > MAX_FILES:
        raise Invalid(N_("At most %(count)s files at once."), field="files", count=MAX_FILES)
    account_id = name_account(session, account).id if account else None
    kept = []
    for file in files:
        if not file.content:
            raise Invalid(N_("“%(name)s” is empty."), field="files", name=file.name[:100])
        row = BankFile(
            file_name=file.name[:200], file_sha256=sha256(file.content).hexdigest(), size_bytes=len(file.content),
            state="uploaded", stored_as=vault_of(session).write(file.content), account_id=account_id,
            started_by_id=actor.person_id, started_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        queue_check(session, row, actor=actor, now=now)
        audit.record(
            session, "bank.file-received", subject_kind="bank-file", subject_id=row.public_id,
            details={"file": row.file_name, "sha256": row.file_sha256}, actor=actor, now=now,
        )  # fmt: skip
        kept.append(row.public_id)
    return kept


def check_bank_file_again(
    session: Session, *, public_id: str, account: str, file_format: str, actor: Actor, now: datetime
) -> None:
    """Look through an uploaded file once more, as another format or for another account.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such file.
        Conflict: It was taken in already, or did not come by a page.
        Invalid: There is no such format or account.
    """
    row = _locked(session, public_id, actor)
    if row.state not in {"checked", "failed"} or not row.stored_as:
        raise Conflict(N_("This file is not waiting to be taken in."))
    if file_format not in {"auto", *READERS}:
        raise Invalid(N_("There is no such format."), field="format")
    row.account_id = name_account(session, account).id if account else None
    row.layout_id = None
    row.format = "" if file_format == "auto" else file_format
    row.state = "uploaded"
    queue_check(session, row, actor=actor, now=now)
    audit.record(
        session, "bank.file-rechecked", subject_kind="bank-file", subject_id=public_id,
        details={"format": file_format, "account": account}, actor=actor, now=now,
    )  # fmt: skip


def start_bank_load(
    session: Session, *, public_id: str, account: str = "", actor: Actor, now: datetime
) -> None:
    """Let a checked file be taken in by a job.

    Args:
        session: A writing session.
        public_id: The file.
        account: Public id of the account it is of; empty = as chosen before, or as the file says.
        actor: Needs ``imports:run``; the lines are kept in this person's name.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such file.
        Conflict: It is not checked, or its layout waits for a second person.
        Invalid: The file does not say which account it is of, and none is chosen.
    """
    row = _locked(session, public_id, actor)
    if row.state != "checked":
        raise Conflict(N_("This file is not waiting to be taken in."))
    if row.layout_id and session.get_one(BankLayout, row.layout_id).state not in {"active", "retired"}:
        raise Conflict(N_("The corrected columns wait for a second person. Take the file in after that."))
    if account:
        row.account_id = name_account(session, account).id
    statements = (row.preview or {}).get("statements", [])
    if row.account_id is None and any(not one["account"] for one in statements if one["lines"]):
        raise Invalid(
            N_("This file does not say which account it is of. Choose the account."), field="account"
        )
    row.state, row.started_by_id = "loading", actor.person_id
    row.job_id = enqueue(
        session, "bank.load", key=f"bank.load:{public_id}:{now.isoformat()}", payload={"file": public_id}, now=now,
        requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "bank.file-started", subject_kind="bank-file", subject_id=public_id,
        details={"file": row.file_name, "sha256": row.file_sha256}, actor=actor, now=now,
    )  # fmt: skip


def check_bank_file(
    database: Database, *, public_id: str, now: datetime, on_progress: BankProgress | None = None
) -> FileResult | None:
    """Look through an uploaded file and keep what taking it in would do; None when that was done before.

    Raises:
        NotFound: There is no such file.
    """
    found = _request(database, public_id, states=("uploaded",), is_dry_run=True)
    if found is None:
        return None
    request, actor = found
    result = import_bank_file(database, request, actor=actor, now=now, on_progress=on_progress)
    with database.writing() as session:
        row = session.scalars(select(BankFile).where(BankFile.public_id == public_id).with_for_update()).one()
        row.state, row.format = ("failed" if result.is_unreadable else "checked"), result.format
        row.line_count, row.imported_count, row.duplicate_count = (
            result.lines,
            result.imported,
            result.duplicates,
        )
        row.rejected_count, row.skipped_count = result.rejected, result.skipped
        row.preview = result.preview
        session.execute(delete(BankProblem).where(BankProblem.file_id == row.id))
        for problems in (result.errors, result.notes):
            keep_problems(session, row.id, problems)
    return result


def load_bank_file(
    database: Database,
    *,
    public_id: str,
    now: datetime,
    book_currency: str = "",
    on_progress: BankProgress | None = None,
) -> FileResult | None:
    """Take in a checked file in the name of who asked for it; None when that was done before.

    Raises:
        NotFound: There is no such file.
        NotAllowed: Who asked for it may not run imports any more.
    """
    found = _request(database, public_id, states=("loading",), is_dry_run=False, book_currency=book_currency)
    if found is None:
        return None
    request, actor = found
    return import_bank_file(database, request, actor=actor, now=now, on_progress=on_progress)


def _request(
    database: Database, public_id: str, *, states: tuple[str, ...], is_dry_run: bool, book_currency: str = ""
) -> tuple[BankRequest, Actor] | None:
    with database.reading() as session:
        row = session.scalars(select(BankFile).where(BankFile.public_id == public_id)).one_or_none()
        if row is None:
            raise NotFound
        if row.state not in states:
            return None
        content = vault_of(session).read(row.stored_as, sha256_hex=row.file_sha256)
        account = session.get_one(BankAccount, row.account_id).public_id if row.account_id else ""
        layout = session.get_one(BankLayout, row.layout_id).body if row.layout_id else None
        request = BankRequest(
            content=content, name=row.file_name, format=_format(row.format), account=account,
            is_dry_run=is_dry_run, book_currency=book_currency, file_id=public_id, layout=layout,
        )  # fmt: skip
        return request, _actor_of(session, row)


def _format(stored: str) -> str:
    return stored if stored in READERS else "auto"


def queue_check(session: Session, row: BankFile, *, actor: Actor, now: datetime) -> None:
    """Let the worker look through an uploaded file."""
    row.job_id = enqueue(
        session, "bank.check", key=f"bank.check:{row.public_id}:{now.isoformat()}",
        payload={"file": row.public_id}, now=now, requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()


def _locked(session: Session, public_id: str, actor: Actor) -> BankFile:
    actor.require(Permission.IMPORTS_RUN)
    row = session.scalars(
        select(BankFile).where(BankFile.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _actor_of(session: Session, row: BankFile) -> Actor:
    person = session.get_one(Person, row.started_by_id)
    roles = frozenset(
        session.scalars(select(Grant.role).where(Grant.person_id == person.id, Grant.ended_at.is_(None)))
    )
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email, side="staff",
        roles=roles, permissions=permissions_of(roles) if person.is_active else frozenset(), method="job",
    )  # fmt: skip
