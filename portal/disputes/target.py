"""What is to be disputed: a line, a document, or a statement that lacks something; for the verb and for the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.disputes.limits import disputable_minor, open_dispute_of
from portal.errors import NotAllowed, NotFound
from portal.money import Money
from portal.receivables.models import Document, OpenItem
from portal.statements import locate_line
from portal.statements.models import Statement, StatementLine
from portal.statements.rules import ANSWERABLE

#: Something is missing: the customer's own document sets the amount, up to what money can hold.
NO_LIMIT = 10**17


@dataclass(frozen=True, slots=True)
class Target:
    """What is disputed, resolved to rows.

    Attributes:
        kind: Kind of the document or line; ``statement`` when something is missing from it.
        sign: 1 raises what is owed, -1 lowers it.
        whole_minor: Amount of the line or document, positive; zero when something is missing.
        line_no: Line that will be answered; may be found for a document too.
    """

    entity_id: int
    customer_id: int
    currency: str
    kind: str
    sign: int
    whole_minor: int = 0
    statement_id: int | None = None
    line_no: int | None = None
    document_id: int | None = None
    content_hash: str = ""

    @property
    def line(self) -> tuple[int | None, int | None, int | None]:
        """Statement, line and document: of which only one dispute may be open."""
        return self.statement_id, self.line_no, self.document_id


@dataclass(frozen=True, slots=True)
class TargetView:
    """What the form shows of it.

    Attributes:
        document_no: Number of the document; empty for the opening balance or a missing document.
        whole: The line or document as issued.
        suggested: Filled in as amount: what is open, else what can be disputed; None = nothing.
        room: The largest amount; None = without bound.
        month: Month of the statement, where one is named.
        is_answerable: Whether the statement can still be answered.
        disputed_by: Public id of the open dispute, where there is one.
    """

    kind: str
    document_public_id: str
    document_no: str
    document_on: date | None
    due_on: date | None
    text: str
    order_no: str
    whole: Money | None
    suggested: Money | None
    room: Money | None
    currency: str
    statement_public_id: str
    month: date | None
    line_no: int | None
    content_hash: str
    is_answerable: bool
    disputed_by: str


def resolve_target(
    session: Session, *, statement: str = "", line_no: int | None = None, document: str = "", actor: Actor
) -> Target:
    """Return what is disputed; of a statement that is signed or replaced, the line's document.

    Raises:
        NotFound: Unknown, out of scope, or nothing was named.
    """
    if statement and line_no is not None:
        found = locate_line(session, public_id=statement, line_no=line_no, actor=actor)
        if found.state not in ANSWERABLE and found.document_id is not None:
            return _document_target(session, found.line.document_public_id or "", actor)
        return Target(
            found.entity_id, found.customer_id, found.currency, found.line.kind,
            1 if found.line.amount_minor >= 0 else -1, abs(found.line.amount_minor), found.statement_id, line_no,
            found.document_id, found.content_hash,
        )  # fmt: skip
    if statement:
        row = session.scalars(select(Statement).where(Statement.public_id == statement)).one_or_none()
        if row is None or row.issued_at is None or not actor.sees(row.customer_id):
            raise NotFound
        return Target(row.entity_id, row.customer_id, row.currency, "statement", 1, statement_id=row.id)
    return _document_target(session, document, actor)


def _document_target(session: Session, public_id: str, actor: Actor) -> Target:
    row = session.scalars(select(Document).where(Document.public_id == public_id)).one_or_none()
    if row is None or not actor.sees(row.customer_id):
        raise NotFound
    statement_id, line_no, content_hash = _answerable_line(session, row.id) or (None, None, "")
    return Target(
        row.entity_id, row.customer_id, row.currency, row.kind, 1 if row.balance_minor > 0 else -1,
        abs(row.amount_minor), statement_id, line_no, row.id, content_hash,
    )  # fmt: skip


def _answerable_line(session: Session, document_id: int) -> tuple[int, int, str] | None:
    """Return the newest statement line of a document that can still be answered, if there is one."""
    found = session.execute(
        select(StatementLine.statement_id, StatementLine.no, Statement.content_hash)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(StatementLine.document_id == document_id, Statement.state.in_(ANSWERABLE))
        .order_by(Statement.period_from.desc(), Statement.version.desc())
        .limit(1)
    ).one_or_none()
    return (found[0], found[1], found[2]) if found else None


def room_minor(session: Session, target: Target) -> int:
    """Return the largest amount that may be disputed now, in minor units."""
    if target.document_id is not None:
        return min(disputable_minor(session, target.document_id), target.whole_minor)
    return NO_LIMIT if target.kind == "statement" else target.whole_minor


def find_target(
    session: Session, *, statement: str = "", line_no: int | None = None, document: str = "", actor: Actor
) -> TargetView:
    """Return what the form for a new dispute shows.

    Raises:
        NotAllowed: The actor does not read disputes.
        NotFound: Unknown, out of scope, or nothing was named.
    """
    actor.require(Permission.DISPUTES_READ)
    if actor.departments is not None:  # a department sees its disputes, not the ledger behind them
        raise NotAllowed
    target = resolve_target(session, statement=statement, line_no=line_no, document=document, actor=actor)
    row = session.get(Document, target.document_id) if target.document_id else None
    head = session.get(Statement, target.statement_id) if target.statement_id else None
    existing = open_dispute_of(session, *target.line)
    room, open_minor = room_minor(session, target), _open_minor(session, target)
    is_bounded = room < NO_LIMIT
    suggested = min(open_minor or room, room) if is_bounded else 0
    money = target.currency
    return TargetView(
        kind=target.kind, document_public_id=row.public_id if row else "", document_no=row.document_no if row else "",
        document_on=row.document_on if row else None, due_on=row.due_on if row else None,
        text=row.description if row else "", order_no=row.order_no if row else "",
        whole=Money(target.whole_minor, money) if target.whole_minor else None,
        suggested=Money(suggested, money) if suggested > 0 else None,
        room=Money(max(room, 0), money) if is_bounded else None, currency=money,
        statement_public_id=head.public_id if head else "", month=head.period_from if head else None,
        line_no=target.line_no, content_hash=target.content_hash,
        is_answerable=head is None or head.state in ANSWERABLE, disputed_by=existing.public_id if existing else "",
    )  # fmt: skip


def _open_minor(session: Session, target: Target) -> int:
    if target.document_id is None:
        return 0
    return session.scalar(select(OpenItem.open_minor).where(OpenItem.document_id == target.document_id)) or 0
