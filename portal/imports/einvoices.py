"""Take in electronic invoices: attached to the document they are of, or posted; the same one never counts twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.attachments import FileDraft
from portal.connectors import UnreadableFile
from portal.connectors.einvoice import EInvoiceFile
from portal.connectors.einvoice_read import read_einvoice
from portal.db import Database
from portal.errors import N_, NotAllowed, Refusal
from portal.imports.einvoice_match import Match, match_einvoice
from portal.imports.einvoice_posting import EInvoiceOutcome, post_or_attach
from portal.imports.models import ImportBatch, ImportProblem
from portal.imports.rules import Problem

MOST_BYTES = 20 * 1024 * 1024


#: Returns the batch of a file, new or taken up, within the transaction that takes it in.
Begin = Callable[[Session], ImportBatch]


def import_einvoices(
    database: Database,
    files: Sequence[FileDraft],
    *,
    is_dry_run: bool = False,
    actor: Actor,
    now: datetime,
) -> list[EInvoiceOutcome]:
    """Take in e-invoices, each in a transaction and a batch of its own.

    Args:
        database: Short transactions are opened on it.
        files: UBL, CII, Factur-X or ZUGFeRD PDF, 数电票 XML, OFD.
        is_dry_run: Only say what would happen.
        actor: Needs ``imports:run``.
        now: When.

    Returns:
        What became of each, in order.

    Raises:
        NotAllowed: The actor may not run imports.

    Source: docs/reference/e-invoices.md.
    """
    actor.require(Permission.IMPORTS_RUN)
    outcomes = []
    for file in files:
        if is_dry_run:
            with database.reading() as session:
                outcomes.append(check_einvoice(session, file, is_dry_run=True))
        else:
            begin = partial(_begin, file=file, actor=actor, now=now)
            outcomes.append(take_einvoice(database, file, begin, actor=actor, now=now))
    return outcomes


def _begin(session: Session, *, file: FileDraft, actor: Actor, now: datetime) -> ImportBatch:
    batch = ImportBatch(
        kind="einvoices", source="console", file_name=file.name[:200], profile="e-invoice", state="loading",
        file_sha256=sha256(file.content).hexdigest(), started_by_id=actor.person_id, started_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    return batch


def take_einvoice(
    database: Database, file: FileDraft, begin: Begin, *, actor: Actor, now: datetime
) -> EInvoiceOutcome:
    """Take in one e-invoice in a transaction, and write on its batch what became of it.

    Args:
        database: One short transaction is opened on it; a second one where the books refuse the posting.
        file: The e-invoice.
        begin: Returns its batch, new or taken up.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
    """
    actor.require(Permission.IMPORTS_RUN)
    try:
        with database.writing() as session:
            outcome = check_einvoice(session, file)
            batch = begin(session)
            if outcome.is_clean:
                outcome = post_or_attach(session, outcome, batch=batch, file=file, actor=actor, now=now)
            _finish(session, batch, outcome, actor=actor, now=now)
    except NotAllowed:
        raise
    except Refusal as refusal:  # a closed period, a number that another writer took
        problem = Problem(None, "", refusal.code, refusal.message, _plain(refusal.params))
        with database.writing() as session:
            outcome = replace(check_einvoice(session, file), action="refused", problems=(problem,))
            _finish(session, begin(session), outcome, actor=actor, now=now)
    return outcome


def _finish(
    session: Session, batch: ImportBatch, outcome: EInvoiceOutcome, *, actor: Actor, now: datetime
) -> None:
    write_outcome(session, batch, outcome)
    batch.state, batch.finished_at = "loaded", now
    session.flush()
    audit.record(
        session, "imports.loaded", subject_kind="import", subject_id=batch.public_id,
        details={
            "file": batch.file_name, "sha256": batch.file_sha256, "action": outcome.action,
            "document": outcome.document_no,
        },
        actor=actor, now=now,
    )  # fmt: skip


def check_einvoice(session: Session, file: FileDraft, *, is_dry_run: bool = False) -> EInvoiceOutcome:
    """Say what taking in an e-invoice would do; nothing is written."""
    if len(file.content) > MOST_BYTES:
        message = N_("This file is larger than %(megabytes)s MB. Split it.")
        problem = Problem(None, "", "encoding", message, {"megabytes": MOST_BYTES >> 20})
        return EInvoiceOutcome(file.name, "refused", problems=(problem,))
    try:
        found = read_einvoice(file.content)
    except UnreadableFile as refusal:
        problem = Problem(refusal.row_no, "", refusal.code, refusal.message, refusal.params)
        return EInvoiceOutcome(file.name, "refused", problems=(problem,))
    return _outcome(file, found, match_einvoice(session, found, is_dry_run=is_dry_run))


def _outcome(file: FileDraft, found: EInvoiceFile, match: Match) -> EInvoiceOutcome:
    customer_no = match.customer.number if match.customer else match.new_customer_no
    if match.problems:
        is_known = match.problems[0].code == "duplicate"
        return EInvoiceOutcome(
            file.name, "duplicate" if is_known else "refused", found, match.document_no, "", customer_no,
            problems=match.problems,
        )  # fmt: skip
    action = "attached" if match.document_id else "created"
    return EInvoiceOutcome(file.name, action, found, match.document_no, "", customer_no, notes=match.notes)


def _plain(params: Any) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}


def write_outcome(session: Session, batch: ImportBatch, outcome: EInvoiceOutcome) -> None:
    """Write on a batch what became (a check: would become) of its e-invoice."""
    batch.row_count = 1
    batch.imported_count = int(outcome.action == "created")
    batch.updated_count = int(outcome.action == "attached")
    batch.duplicate_count = int(outcome.action == "duplicate")
    batch.rejected_count = int(outcome.action == "refused")
    batch.control = {
        "einvoice": outcome.as_json(),
        "notes": [{"message": n.message, "params": dict(n.params)} for n in outcome.notes],
    }
    found = outcome.invoice
    if outcome.is_clean and found is not None and outcome.action == "created":
        batch.totals = {found.currency: {found.kind: f"{found.total:f}"}}
    session.execute(delete(ImportProblem).where(ImportProblem.batch_id == batch.id))
    session.add_all(
        ImportProblem(
            batch_id=batch.id, row_no=one.row_no, column=one.column, code=one.code, message=one.message,
            params=dict(one.params),
        )
        for one in outcome.problems
    )  # fmt: skip
    session.flush()


# --- posting and attaching --------------------------------------------------------------------------------------------
