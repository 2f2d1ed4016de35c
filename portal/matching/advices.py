"""Remittance advices (汇款通知): a customer says what a payment is for; the matcher takes it as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.attachments import FileDraft, store_files
from portal.clock import business_day
from portal.connectors.amounts import NO_AMOUNT, decimal_mark, read_amount, to_minor
from portal.connectors.dates import is_date
from portal.connectors.tables import is_total_row, read_tables
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import entity_view
from portal.matching.models import RemittanceAdvice, RemittanceLine
from portal.matching.rules import folded
from portal.money import Money, currency_digits, sum_money
from portal.numbering import next_number
from portal.receivables.models import Document

ADVICE_PREFIX = "RA"
MOST_LINES = 2000
SOURCES = ("typed", "pasted", "file")


@dataclass(frozen=True, slots=True)
class AdvicePart:
    """One document as the customer names it, and how much of the payment is for it."""

    named: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AdviceDraft:
    """A remittance advice to send.

    Attributes:
        paid_on: Day of the payment.
        parts: What it pays; credits that were taken off are negative. They sum to the payment.
        reference: The customer's own reference of the payment.
        source: One of ``SOURCES``.
        files: The advice as it came, kept with it.
    """

    currency: str
    paid_on: date
    parts: tuple[AdvicePart, ...]
    reference: str = ""
    source: str = "typed"
    files: tuple[FileDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class AdviceLineView:
    """One line of an advice; without a document where the number is not one of ours."""

    no: int
    named: str
    document_public_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class AdviceView:
    """A remittance advice as its sender and staff see it."""

    public_id: str
    number: str
    state: str
    source: str
    paid_on: date
    reference: str
    total: Money
    made_at: datetime
    lines: tuple[AdviceLineView, ...]

    @property
    def unknown(self) -> int:
        """How many numbers are not ours."""
        return sum(not line.document_public_id for line in self.lines)


def read_advice(content: bytes, *, currency: str) -> tuple[AdvicePart, ...]:
    """Read a table (pasted text, CSV, XLSX) as lines of an advice: the column of numbers, the column of amounts.

    Args:
        content: The bytes as they came.
        currency: Of the payment.

    Raises:
        UnreadableFile: No table can be read.
        Invalid: No row holds a document number and an amount, or there are too many.
    """
    digits = currency_digits(currency)
    rows = [row.cells for table in read_tables(content) for row in table.head if not is_total_row(row.cells)]
    width = max((len(row) for row in rows), default=0)
    amounts = [
        _amounts([row[at] if at < len(row) else "" for row in rows], currency, digits) for at in range(width)
    ]
    read = [sum(value is not None for value in column) for column in amounts]
    best = max(range(width), key=lambda at: (read[at], at), default=None)
    parts: list[AdvicePart] = []
    if best is not None:
        names = max(
            (at for at in range(width) if at != best), key=lambda at: (_looks(rows, at), -at), default=None
        )
        for row, value in zip(rows, amounts[best], strict=True):
            named = row[names].strip() if names is not None and names < len(row) else ""
            if value and named and any(char.isdigit() for char in named):
                parts.append(AdvicePart(named[:80], value))
    if not parts or len(parts) > MOST_LINES:
        raise Invalid(N_("No line with a document number and an amount could be read."), field="table")
    return tuple(parts)


def _looks(rows: Sequence[tuple[str, ...]], at: int) -> int:
    """Say how much the cells of a column look like document numbers: letters with digits, else digits; no days."""
    cells = [row[at].strip() for row in rows if at < len(row)]
    named = [cell for cell in cells if sum(char.isdigit() for char in cell) >= 1 and not is_date(cell)]
    return sum(2 if any(char.isalpha() for char in cell) else int(cell.isdigit()) for cell in named)


def _amounts(cells: Sequence[str], currency: str, digits: int) -> list[int | None]:
    mark = decimal_mark(cells)
    found: list[int | None] = []
    for cell in cells:
        try:
            has_figure = cell.strip() not in NO_AMOUNT and ("." in cell or "," in cell or not digits)
            found.append(to_minor(read_amount(cell, decimal=mark).value, currency) if has_figure else None)
        except Invalid:
            found.append(None)
    return found


def send_advice(
    session: Session, *, customer_id: int, draft: AdviceDraft, actor: Actor, now: datetime
) -> str:
    """Send a remittance advice; the next matching run takes it as evidence. Returns its public id.

    Args:
        session: A writing session.
        customer_id: The company acted for.
        draft: What is paid.
        actor: Needs ``allocations:propose``, within scope.
        now: When.

    Raises:
        NotAllowed: The actor may not.
        NotFound: Out of scope.
        Invalid: No line, an amount of zero, a line twice, or a sum that is not above zero.
    """
    actor.require(Permission.ALLOCATIONS_PROPOSE)
    actor.require_scope(customer_id)
    _require_usable(draft)
    today = business_day(now, entity_view(session).time_zone)
    row = RemittanceAdvice(
        number=next_number(session, ADVICE_PREFIX, year=today.year), customer_id=customer_id, currency=draft.currency,
        total_minor=sum(part.amount_minor for part in draft.parts), paid_on=draft.paid_on,
        reference=draft.reference.strip()[:100], source=draft.source, made_by_id=actor.person_id, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    known = _documents(session, customer_id, draft)
    session.execute(
        insert(RemittanceLine),
        [
            {
                "advice_id": row.id, "no": no, "named": part.named.strip()[:80],
                "document_id": known.get(folded(part.named)), "amount_minor": part.amount_minor,
            }
            for no, part in enumerate(draft.parts, start=1)
        ],
    )  # fmt: skip
    if draft.files:
        store_files(
            session, list(draft.files), subject_kind="remittance", subject_id=row.public_id, customer_id=customer_id,
            actor=actor, now=now,
        )  # fmt: skip
    audit.record(
        session, "remittances.sent", subject_kind="remittance", subject_id=row.public_id, customer_id=customer_id,
        details={"number": row.number, "money": Money(row.total_minor, row.currency), "lines": len(draft.parts)},
        actor=actor, now=now,
    )  # fmt: skip
    return row.public_id


def _require_usable(draft: AdviceDraft) -> None:
    currency_digits(draft.currency)
    if not draft.parts or len(draft.parts) > MOST_LINES:
        raise Invalid(N_("Name at least one document that the payment is for."), field="lines")
    if draft.source not in SOURCES or any(
        not part.amount_minor or not part.named.strip() for part in draft.parts
    ):
        raise Invalid(N_("Each line needs a document number and an amount."), field="lines")
    named = [folded(part.named) for part in draft.parts]
    if len(set(named)) != len(named):
        raise Invalid(N_("A document is named twice."), field="lines")
    if sum(part.amount_minor for part in draft.parts) <= 0:
        raise Invalid(N_("The amount must be above zero."), field="lines")


def _documents(session: Session, customer_id: int, draft: AdviceDraft) -> dict[str, int]:
    """Return the customer's documents by the number or tax invoice number the advice names."""
    rows = session.execute(
        select(Document.id, Document.document_no, Document.tax_invoice_no).where(
            Document.customer_id == customer_id, Document.currency == draft.currency,
            Document.kind.not_in(("receipt", "refund")),
        )
    )  # fmt: skip
    found: dict[str, int] = {}
    for id_, number, tax_no in rows:
        if tax_no:
            found.setdefault(folded(tax_no), id_)
        found[folded(number)] = id_
    return found


def withdraw_advice(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Take an advice back before it was used.

    Raises:
        NotAllowed: The actor may not.
        NotFound: Unknown, or out of scope.
        Conflict: It was used or withdrawn.
    """
    actor.require(Permission.ALLOCATIONS_PROPOSE)
    row = session.scalars(
        select(RemittanceAdvice).where(RemittanceAdvice.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    actor.require_scope(row.customer_id)
    if row.state != "new":
        raise Conflict(N_("This advice was used or withdrawn before."))
    row.state = "withdrawn"
    session.flush()
    audit.record(
        session, "remittances.withdrawn", subject_kind="remittance", subject_id=row.public_id,
        customer_id=row.customer_id, details={"number": row.number}, actor=actor, now=now,
    )  # fmt: skip


def list_advices(session: Session, *, customer_id: int | None = None, actor: Actor) -> tuple[AdviceView, ...]:
    """Return advices in scope, newest first, at most two hundred.

    Raises:
        NotAllowed: The actor reads no items.
    """
    actor.require(Permission.ITEMS_READ)
    query = select(RemittanceAdvice).order_by(RemittanceAdvice.id.desc()).limit(200)
    if customer_id is not None:
        query = query.where(RemittanceAdvice.customer_id == customer_id)
    if actor.customer_ids is not None:
        query = query.where(RemittanceAdvice.customer_id.in_(actor.customer_ids))
    rows = session.scalars(query).all()
    lines: dict[int, list[AdviceLineView]] = {}
    found = session.execute(
        select(RemittanceLine, Document.public_id)
        .outerjoin(Document, Document.id == RemittanceLine.document_id)
        .where(RemittanceLine.advice_id.in_([row.id for row in rows]))
        .order_by(RemittanceLine.advice_id, RemittanceLine.no)
    )
    currencies = {row.id: row.currency for row in rows}
    for line, document in found:
        money = Money(line.amount_minor, currencies[line.advice_id])
        lines.setdefault(line.advice_id, []).append(
            AdviceLineView(line.no, line.named, document or "", money)
        )
    return tuple(
        AdviceView(
            row.public_id, row.number, row.state, row.source, row.paid_on, row.reference,
            Money(row.total_minor, row.currency), row.made_at, tuple(lines.get(row.id, ())),
        )
        for row in rows
    )  # fmt: skip


def advice_total(parts: Sequence[AdvicePart], currency: str) -> Money:
    """Return the sum of lines."""
    return sum_money((Money(part.amount_minor, currency) for part in parts), currency)


def count_new_advices(session: Session) -> int:
    """Return how many advices no payment was found for yet."""
    return session.scalar(select(func.count(RemittanceAdvice.id)).where(RemittanceAdvice.state == "new")) or 0
