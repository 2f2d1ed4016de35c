"""Take a customer's ledger in: kept encrypted, its layout guessed, corrected by people, then compared by a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.attachments import FileDraft, FileRefused
from portal.attachments.rules import clean_name
from portal.attachments.vault import vault_of
from portal.compare.books import basis_of, begin_of
from portal.compare.layout import Guess, Layout, ReadLedger, guess_layout, read_ledger
from portal.compare.models import LedgerComparison, LedgerLayout
from portal.compare.rules import BASES, TRANSITIONS
from portal.connectors.limits import MAX_FILE_BYTES
from portal.connectors.tables import Table, read_tables
from portal.customers.models import Customer
from portal.errors import N_, Conflict, Invalid, NotFound, Refusal
from portal.jobs import enqueue
from portal.money import currency_digits
from portal.statements.models import Statement

JOB = "compare.run"
MAX_UPLOAD = 20 * 1024 * 1024
#: Left-out rows that are kept to be shown.
SHOWN_LEFT_OUT = 200


@dataclass(frozen=True, slots=True)
class ReadingChange:
    """What a person corrects before the comparison.

    Attributes:
        roles: Role of each column by its place.
        sign: Key of ``SIGNS``.
        as_of: Cut-off day.
        basis: Key of ``BASES``.
        currency: ISO 4217 code.
        opening_minor: Balance brought forward, where the file has none; in our signs.
    """

    roles: tuple[str, ...]
    sign: str
    as_of: date
    basis: str
    currency: str
    opening_minor: int | None = None


def receive_ledger(
    session: Session, *, file: FileDraft | None, customer_id: int, actor: Actor, now: datetime
) -> str:
    """Keep an uploaded ledger and guess how it is read; nothing is compared yet.

    Args:
        session: A writing session.
        file: Name and bytes; None when nothing was chosen.
        customer_id: Whose ledger it is.
        actor: Somebody of the customer.
        now: When.

    Returns:
        Public id of the comparison.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: The customer is out of scope.
        Invalid: No file, or not readable as a ledger; ``field`` is ``file``.
        FileRefused: Larger than 20 MB.
    """
    actor.require(Permission.ITEMS_READ)
    actor.require_scope(customer_id)
    if file is None or not file.content:
        raise Invalid(N_("Choose a file, or paste a table."), field="file")
    if len(file.content) > MAX_UPLOAD:
        raise FileRefused(N_("“%(name)s” is larger than 20 MB."), field="file", name=clean_name(file.name))
    tables = _opened(file.content)
    guess = _guessed(tables, remembered_layouts(session, customer_id))
    customer = session.get_one(Customer, customer_id)
    row = LedgerComparison(
        customer_id=customer_id, file_name=clean_name(file.name) or "ledger", size_bytes=len(file.content),
        stored_as=vault_of(session).write(file.content), file_sha256=sha256(file.content).hexdigest(),
        state="reading", basis="movements", currency=customer.currency, as_of_on=now.date(),
        layout=guess.layout.as_json(), guess=_kept_guess(guess), left_out=[], error_params={},
        started_by_id=actor.person_id, started_at=now,
    )  # fmt: skip
    session.add(row)
    _propose(session, row, tables, guess.layout)
    session.flush()
    audit.record(
        session, "comparisons.received", subject_kind="comparison", subject_id=row.public_id, customer_id=customer_id,
        details={"file": row.file_name, "sha256": row.file_sha256, "remembered": guess.is_remembered}, actor=actor,
        now=now,
    )  # fmt: skip
    return row.public_id


def _opened(content: bytes) -> tuple[Table, ...]:
    if len(content) > MAX_FILE_BYTES:
        raise Invalid(field="file")
    try:
        return read_tables(content)
    except Refusal as refusal:
        raise Invalid(refusal.message, field="file", **refusal.params) from refusal


def _guessed(tables: Sequence[Table], remembered: Sequence[Layout]) -> Guess:
    try:
        return guess_layout(tables, remembered=remembered)
    except Refusal as refusal:
        raise Invalid(refusal.message, field="file", **refusal.params) from refusal


def _kept_guess(guess: Guess) -> dict[str, Any]:
    return {
        "doubts": [column.doubt for column in guess.columns],
        "sample": [[no, list(cells)] for no, cells in guess.sample],
        "remembered": guess.is_remembered,
    }


def remembered_layouts(session: Session, customer_id: int) -> tuple[Layout, ...]:
    """Return the layouts a customer's files were read by, newest first."""
    query = (
        select(LedgerLayout.layout)
        .where(LedgerLayout.customer_id == customer_id)
        .order_by(LedgerLayout.used_at.desc())
        .limit(20)
    )
    return tuple(Layout.from_json(kept) for kept in session.scalars(query))


def _propose(session: Session, row: LedgerComparison, tables: Sequence[Table], layout: Layout) -> None:
    """Fill in currency, cut-off day and basis as the file and the last statement suggest, and the control sums."""
    try:
        ledger = read_ledger(tables, layout, default_currency=row.currency)
    except Refusal:  # several currencies: the customer's own one is proposed
        ledger = None
    if ledger is None:
        try:
            ledger = read_ledger(tables, layout, currency=row.currency)
        except Refusal as refusal:
            _note_problem(row, refusal)
            return
    row.currency, row.basis, row.begin_on = ledger.currency, basis_of(ledger), begin_of(ledger)
    row.as_of_on = _cut_off(session, row, ledger)
    note_sums(row, ledger)


def _note_problem(row: LedgerComparison, refusal: Refusal) -> None:
    row.error, row.error_params = refusal.message, {key: str(value) for key, value in refusal.params.items()}


def note_sums(row: LedgerComparison, ledger: ReadLedger) -> None:
    """Keep the control sums of a file as it is read."""
    row.row_count = len([one for one in ledger.rows if not one.is_opening])
    row.debit_minor, row.credit_minor = ledger.debit_minor, ledger.credit_minor
    row.theirs_minor, row.stated_minor = ledger.closing_minor, ledger.stated_minor
    row.left_out = [[ledger.label(one.no), one.why, one.text] for one in ledger.left_out[:SHOWN_LEFT_OUT]]
    row.error, row.error_params = "", {}


def _cut_off(session: Session, row: LedgerComparison, ledger: ReadLedger) -> date:
    """Return the newest statement's last day that the file reaches, else the file's own last day."""
    days = [one.day for one in ledger.rows if one.day]
    ends = session.scalars(
        select(Statement.period_until)
        .where(Statement.customer_id == row.customer_id, Statement.currency == row.currency)
        .where(Statement.issued_at.is_not(None), Statement.state != "superseded")
        .order_by(Statement.period_until.desc())
        .limit(24)
    ).all()
    last = max(days, default=None)
    for end in ends:
        if last is None or last >= end.replace(day=1) - timedelta(days=31):
            return end - timedelta(days=1)
    return last or row.as_of_on


def lock_comparison(session: Session, *, public_id: str, actor: Actor) -> LedgerComparison:
    """Return a comparison in scope, its row locked until the transaction ends.

    Raises:
        NotFound: Unknown or out of scope.
    """
    query = select(LedgerComparison).where(LedgerComparison.public_id == public_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or not actor.sees(row.customer_id):
        raise NotFound
    return row


def move(row: LedgerComparison, verb: str) -> None:
    """Take a comparison to the state that follows from a verb.

    Raises:
        Conflict: Its state does not know the verb.
    """
    following = TRANSITIONS.get((row.state, verb))
    if following is None:
        raise Conflict
    row.state = following
    row.row_version += 1


def correct_reading(
    session: Session, *, public_id: str, change: ReadingChange, actor: Actor, now: datetime
) -> None:
    """Read a file again by what a person says of its columns; the layout is remembered when it is compared.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown or out of scope.
        Conflict: It is being compared, or was discarded.
        Invalid: The layout cannot hold a ledger; nothing was changed.
    """
    actor.require(Permission.ITEMS_READ)
    row = lock_comparison(session, public_id=public_id, actor=actor)
    move(row, "correct")
    kept = Layout.from_json(row.layout)
    if len(change.roles) != len(kept.roles) or change.basis not in BASES:
        raise Invalid(field="roles")
    currency_digits(change.currency)
    layout = Layout(change.roles, kept.names, kept.header_line, kept.sheets, change.sign)
    tables = _opened(vault_of(session).read(row.stored_as, sha256_hex=row.file_sha256))
    ledger = read_ledger(tables, layout, currency=change.currency)
    row.layout, row.currency, row.basis = layout.as_json(), change.currency, change.basis
    row.as_of_on, row.begin_on, row.given_opening_minor = change.as_of, begin_of(ledger), change.opening_minor
    note_sums(row, ledger)
    audit.record(
        session, "comparisons.corrected", subject_kind="comparison", subject_id=public_id, customer_id=row.customer_id,
        details={"roles": list(change.roles), "sign": change.sign, "as_of": change.as_of, "basis": change.basis,
                 "currency": change.currency}, actor=actor, now=now,
    )  # fmt: skip


def start_comparison(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Let a read ledger be compared by a job; leaving the page is safe, a mail says when it is ready.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown or out of scope.
        Conflict: It is being compared already, or was discarded.
        Invalid: Its layout cannot hold a ledger.
    """
    actor.require(Permission.ITEMS_READ)
    row = lock_comparison(session, public_id=public_id, actor=actor)
    Layout.from_json(row.layout).require_usable()
    if not row.row_count:
        raise Invalid(N_("No row of this file holds an amount in this currency."), field="roles")
    move(row, "start")
    row.started_by_id = actor.person_id
    row.job_id = enqueue(
        session, JOB, key=f"{JOB}:{public_id}:{row.row_version}", payload={"comparison": public_id}, now=now,
        requested_by_id=actor.person_id,
    )  # fmt: skip
    audit.record(
        session, "comparisons.started", subject_kind="comparison", subject_id=public_id, customer_id=row.customer_id,
        details={"file": row.file_name, "as_of": row.as_of_on}, actor=actor, now=now,
    )  # fmt: skip


def discard_comparison(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Put an upload aside that is not wanted; the file is kept, the list no longer shows it.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown or out of scope.
        Conflict: It is being compared or done.
    """
    actor.require(Permission.ITEMS_READ)
    row = lock_comparison(session, public_id=public_id, actor=actor)
    move(row, "discard")
    audit.record(
        session, "comparisons.discarded", subject_kind="comparison", subject_id=public_id, customer_id=row.customer_id,
        details={"file": row.file_name}, actor=actor, now=now,
    )  # fmt: skip
