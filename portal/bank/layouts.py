"""Layouts of banks' tables that a person corrected: kept, activated by a second person, used for the next file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.attachments.vault import vault_of
from portal.bank.learned import TABLES
from portal.bank.models import BankFile, BankLayout
from portal.bank.upload import queue_check
from portal.connectors.bank_columns import ROLES, is_known, roles_of
from portal.connectors.bank_layouts import find_layout, layout_json
from portal.connectors.rules import UnreadableFile
from portal.connectors.tables import find_header, read_tables
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.money import currency_digits

LAYOUT_KIND = "bank.layout"
ROLE_LABELS = {
    "booked": N_("Booked on"), "value": N_("Value date"), "amount": N_("Amount, signed"),
    "paid_in": N_("Money in"), "paid_out": N_("Money out"), "side": N_("In or out (借贷, 收/支)"),
    "balance": N_("Balance after it"), "currency": N_("Currency"), "payer_name": N_("Other side: name"),
    "payer_account": N_("Other side: account"), "narrative": N_("Text"), "reference": N_("Payer's reference"),
    "bank_ref": N_("Bank's id of the entry"), "status": N_("State of the order"), "account": N_("Our account"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """The columns of an uploaded table as they are read now.

    Attributes:
        names: The header.
        roles: Column place → its part, where it plays one.
        rows: The first rows below the header, as text.
    """

    file_public_id: str
    file_name: str
    names: tuple[str, ...]
    roles: Mapping[int, str]
    rows: tuple[tuple[str, ...], ...]
    decimal: str
    order: str
    is_inverted: bool
    currency: str


@dataclass(frozen=True, slots=True)
class LayoutDraft:
    """What a person says about the columns.

    Attributes:
        roles: Part → names of the columns, several only for the text.
        decimal: ``.``, ``,`` or empty for a guess by the cells.
        order: ``dmy``, ``mdy``, ``ymd`` or empty for the same.
        is_inverted: Positive amounts are money out.
        currency: ISO 4217; empty = as the rows say.
    """

    name: str
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    decimal: str = ""
    order: str = ""
    is_inverted: bool = False
    currency: str = ""


def columns_of(session: Session, *, public_id: str, actor: Actor) -> ColumnsView:
    """Return the columns of an uploaded file, as guessed or learned.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such file, or it is no table.
        UnreadableFile: It cannot be opened any more.
    """
    actor.require(Permission.IMPORTS_RUN)
    row = _table_file(session, public_id)
    table = read_tables(vault_of(session).read(row.stored_as, sha256_hex=row.file_sha256))[0]
    header = find_header(table.head, known=is_known)
    body = tuple(line.cells for line in table.head if line.no > header.line)[:8]
    names = header.names or tuple(f"#{place + 1}" for place in range(max(map(len, body), default=0)))
    learned = session.get_one(BankLayout, row.layout_id).body if row.layout_id else None
    try:
        layout = find_layout(table, learned)
    except UnreadableFile:
        roles = {place: role for role, places in roles_of(names).items() for place in places}
        return ColumnsView(
            public_id, row.file_name, names, roles, body, "", "", is_inverted=False, currency=""
        )
    roles = {place: role for role, places in layout.roles.items() for place in places}
    facts = layout_json(layout)
    return ColumnsView(
        public_id, row.file_name, names, roles, body, facts["decimal"], facts["order"],
        is_inverted=facts["is_inverted"], currency=facts["currency"],
    )  # fmt: skip


def correct_columns(
    session: Session, *, public_id: str, draft: LayoutDraft, actor: Actor, now: datetime
) -> str:
    """Keep corrected columns, try them on the file they come from, and ask a second person to activate them.

    Args:
        session: A writing session.
        public_id: The uploaded file.
        draft: The columns.
        actor: Needs ``imports:run``.
        now: When.

    Returns:
        Public id of the approval. The file can be taken in once it is given.

    Raises:
        NotAllowed: The actor may not run imports, or is no person.
        NotFound: There is no such file, or it is no table.
        Conflict: It was taken in already.
        Invalid: No column of dates or amounts is named, or a currency or mark is unknown.
    """
    actor.require(Permission.IMPORTS_RUN)
    row = _table_file(session, public_id)
    if row.state not in {"checked", "failed"}:
        raise Conflict(N_("This file is not waiting to be taken in."))
    body = _body(draft)
    table = read_tables(vault_of(session).read(row.stored_as, sha256_hex=row.file_sha256))[0]
    layout = find_layout(table, body)
    kept = BankLayout(
        name=(draft.name.strip() or row.file_name)[:80], signature=layout.signature, body=body, state="pending",
        made_by_id=actor.person_id, made_at=now,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    row.layout_id, row.state = kept.id, "uploaded"
    queue_check(session, row, actor=actor, now=now)
    request = RequestDraft(
        kind=LAYOUT_KIND, subject_kind="bank-layout", subject_id=kept.public_id, title=kept.name,
        content=_content(session, kept.public_id), effect={"before": {}, "after": {"columns": body["roles"]}},
    )  # fmt: skip
    approval = request_approval(session, request, actor=actor, now=now)
    audit.record(
        session, "bank.layout-corrected", subject_kind="bank-layout", subject_id=kept.public_id,
        details={"name": kept.name, "file": row.file_name, "body": body}, actor=actor, now=now,
    )  # fmt: skip
    return approval


def _body(draft: LayoutDraft) -> dict[str, Any]:
    roles = {role: list(names) for role, names in draft.roles.items() if role in ROLES and names}
    if "booked" not in roles:
        raise Invalid(N_("Say which column holds the day of booking."), field="columns")
    if not ({"amount"} & roles.keys() or {"paid_in", "paid_out"} <= roles.keys()):
        raise Invalid(
            N_("Say which column holds the amount, or which two hold money in and out."), field="columns"
        )
    if any(len(names) > 1 for role, names in roles.items() if role != "narrative"):
        raise Invalid(N_("Only the text may stand in several columns."), field="columns")
    if draft.currency:
        currency_digits(draft.currency)
    if draft.decimal not in {"", ".", ","} or draft.order not in {"", "dmy", "mdy", "ymd"}:
        raise Invalid(field="columns")
    return {
        "roles": roles, "decimal": draft.decimal, "order": draft.order, "is_inverted": draft.is_inverted,
        "currency": draft.currency,
    }  # fmt: skip


def _table_file(session: Session, public_id: str) -> BankFile:
    row = session.scalars(
        select(BankFile).where(BankFile.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None or not row.stored_as or row.format not in TABLES:
        raise NotFound
    return row


def _content(session: Session, public_id: str) -> dict[str, Any]:
    row = _layout(session, public_id)
    return {"name": row.name, "body": row.body}


def _layout(session: Session, public_id: str) -> BankLayout:
    row = session.scalars(
        select(BankLayout).where(BankLayout.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _activate(session: Session, request: Request, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - as registered
    """Use the layout from now on; the one before it for the same columns is retired."""
    row = _layout(session, request.subject_id)
    before = select(BankLayout).where(BankLayout.signature == row.signature, BankLayout.state == "active")
    for old in session.scalars(before):
        old.state = "retired"
    row.state = "active"
    session.flush()


def _dismiss(session: Session, request: Request, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - the same
    """Forget the layout; the file is looked through again without it."""
    row = _layout(session, request.subject_id)
    row.state = "tried"
    session.flush()


register_kind(ApprovalKind(kind=LAYOUT_KIND, run=_activate, content_of=_content, on_rejected=_dismiss))
