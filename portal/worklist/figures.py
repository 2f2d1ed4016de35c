"""The five numbers above the worklist: what is due, disputed, answered, to be approved, asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.approvals.kinds import kinds_read_with
from portal.approvals.models import Approval
from portal.disputes import OPEN_STATES
from portal.disputes.models import Dispute
from portal.ledger import entity_view
from portal.money import Money
from portal.statements import ANSWERABLE, ELECTRONIC, SIGNED
from portal.statements.models import Statement
from portal.worklist.queries import newest_month


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """Figures of all customers, whoever looks after them.

    Attributes:
        disputed: Sum of open disputes by currency, the book currency first; None = the role does not read them.
        disputes: How many those are.
        month: Newest month with issued statements, with how many of them are signed; None = none, or not read.
        pending: Requests waiting for a second person; None = not read.
        oldest_on: When the oldest of them was made.
    """

    disputed: tuple[Money, ...] | None
    disputes: int
    month: date | None
    signed: int
    issued: int
    pending: int | None
    oldest_at: datetime | None

    @property
    def percent(self) -> int:
        """Share of the month's statements that are signed, rounded down so that 100 means all."""
        return self.signed * 100 // self.issued if self.issued else 0


def work_figures(session: Session, *, actor: Actor) -> WorkFigures:
    """Return the figures, each only where the actor's role reads what it counts.

    Raises:
        NotAllowed: The actor does not work on the queue.
    """
    actor.require(Permission.WORKLIST_READ)
    disputed, disputes = _disputed(session) if actor.may(Permission.DISPUTES_READ) else (None, 0)
    month = newest_month(session) if actor.may(Permission.STATEMENTS_READ) else None
    signed, issued = _answered(session, month) if month else (0, 0)
    pending, oldest = _pending(session) if actor.may(Permission.APPROVALS_READ) else (None, None)
    return WorkFigures(disputed, disputes, month, signed, issued, pending, oldest)


def _disputed(session: Session) -> tuple[tuple[Money, ...], int]:
    rows = session.execute(
        select(Dispute.currency, func.sum(Dispute.disputed_minor), func.count())
        .where(Dispute.state.in_(sorted(OPEN_STATES)))
        .group_by(Dispute.currency)
    ).all()
    book = entity_view(session).book_currency
    sums = sorted(
        (Money(int(minor), code) for code, minor, _ in rows), key=lambda m: (m.currency != book, m.currency)
    )
    return tuple(sums), sum(count for _, _, count in rows)


def _answered(session: Session, month: date) -> tuple[int, int]:
    rows = dict(
        session.execute(
            select(Statement.state, func.count())
            .where(Statement.state.in_(sorted(ANSWERABLE | SIGNED)), Statement.period_from == month)
            .group_by(Statement.state)
        ).all()
    )
    return sum(count for state, count in rows.items() if state in ELECTRONIC), sum(rows.values())


def _pending(session: Session) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(Approval.requested_at)).where(
        Approval.state == "pending", Approval.kind.in_(kinds_read_with(Permission.APPROVALS_READ))
    )
    count, oldest = session.execute(query).one()
    return count, oldest
