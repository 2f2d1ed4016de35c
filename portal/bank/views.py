"""What the pages of bank accounts, files and lines show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement

from portal.access import Actor, Permission
from portal.bank.models import BankAccount, BankLine, BankStatement
from portal.bank.rules import ChainStep
from portal.errors import NotAllowed
from portal.money import Money


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A bank account with its newest balance and what is still to do.

    Attributes:
        closing: Newest stated closing balance; None where no statement states one.
        until_on: Last day that any line or statement covers.
        is_late: Its feed is older than its days.
        late_days: Calendar days since that last day.
        open_count: Lines not matched, held or left aside.
    """

    public_id: str
    name: str
    identifier: str
    bank_name: str
    currency: str
    closing: Money | None
    until_on: date | None
    is_late: bool
    late_days: int
    line_count: int
    open_count: int
    feed_days: int
    is_active: bool

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.identifier


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement with how it joins the one before it."""

    public_id: str
    number: str
    from_on: date | None
    until_on: date | None
    opening: Money | None
    closing: Money | None
    total: Money
    line_count: int
    is_balanced: bool | None
    file_public_id: str
    file_name: str
    step: ChainStep
    difference: Money | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file taken in, or about to be."""

    public_id: str
    file_name: str
    format: str
    state: str
    lines: int
    imported: int
    duplicates: int
    rejected: int
    skipped: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    job_id: str
    account_public_id: str
    preview: Mapping[str, Any]
    sha256: str
    size_bytes: int
    has_copy: bool
    undo_reason: str
    undone_at: datetime | None
    layout_state: str

    @property
    def needs_account(self) -> bool:
        """Whether its statements do not all say which account they are of."""
        statements = self.preview.get("statements", [])
        return any(not one["account"] for one in statements if one["lines"])


@dataclass(frozen=True, slots=True)
class LineRow:
    """A bank line as lists show it."""

    id: int
    public_id: str
    account_public_id: str
    account_title: str
    booked_on: date
    value_on: date
    amount: Money
    kind: str
    payer_name: str
    payer_account: str
    narrative: str
    reference: str
    bank_ref: str
    is_reversal: bool
    is_notice: bool
    parts: int
    state: str
    state_note: str
    file_public_id: str
    line_no: int


@dataclass(frozen=True, slots=True)
class BankProblemRow:
    """A row that is no line, with the reason."""

    row_no: int | None
    column: str
    code: str
    message: str
    params: Mapping[str, Any]
    text: str
    is_refused: bool


def require_bank(actor: Actor) -> None:
    """Let staff with the permission in; an auditor with a sample of customers sees no bank lines.

    Raises:
        NotAllowed: The actor may not look at bank lines.
    """
    actor.require(Permission.BANK_READ)
    if actor.customer_ids is not None and "auditor" in actor.roles:
        raise NotAllowed


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an account belongs to a seller the actor may see."""
    if actor.entity_ids is None:
        return BankAccount.id > 0
    return BankAccount.entity_id.in_(actor.entity_ids)


def plain_account(row: BankAccount) -> AccountRow:
    """Return an account without its figures."""
    return AccountRow(
        row.public_id, row.name, row.identifier, row.bank_name, row.currency, None, None, False, 0, 0, 0,
        row.feed_days, row.is_active,
    )  # fmt: skip


def statement_row(row: BankStatement, file_id: str, file_name: str, step: ChainStep) -> StatementRow:
    """Return a statement as pages show it."""

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return StatementRow(
        row.public_id, row.number, row.from_on, row.until_on, money(row.opening_minor), money(row.closing_minor),
        Money(row.sum_minor, row.currency), row.line_count, row.is_balanced, file_id, file_name, step,
        money(step.difference_minor) if step.difference_minor else None,
    )  # fmt: skip


def line_row(row: BankLine, account: BankAccount, file_id: str) -> LineRow:
    """Return a line as lists show it."""
    return LineRow(
        row.id, row.public_id, account.public_id, account.name or account.identifier, row.booked_on, row.value_on,
        Money(row.amount_minor, row.currency), row.kind, row.payer_name, row.payer_account, row.narrative,
        row.reference, row.bank_ref, row.is_reversal, row.is_notice, len(row.parts or ()), row.state,
        row.state_note, file_id, row.line_no,
    )  # fmt: skip
