"""What waits for the customer, and how far they are; two SQL statements for any number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.money import Money
from portal.statements.lists import in_scope
from portal.statements.models import Statement, StatementLine
from portal.statements.queries import read_answers
from portal.statements.rules import ANSWERABLE, Progress, measure_progress


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement that waits for its customer; ``days_left`` counts calendar days, negative when late."""

    public_id: str
    period_from: date
    currency: str
    closing: Money
    state: str
    answer_by_on: date | None
    days_left: int | None
    progress: Progress


def waiting_statements(
    session: Session, *, actor: Actor, today: date, limit: int = 24
) -> tuple[Waiting, ...]:
    """Return issued, unsigned statements of the customers in scope, the nearest deadline first.

    Args:
        session: Any session.
        actor: Who reads; decides the scope.
        today: Business day of the seller.
        limit: At most so many.

    Raises:
        NotAllowed: The actor may not read statements.
    """
    actor.require(Permission.STATEMENTS_READ)
    rows = session.scalars(
        select(Statement)
        .where(*in_scope(actor), Statement.state.in_(sorted(ANSWERABLE)))
        .order_by(Statement.answer_by_on, Statement.id)
        .limit(limit)
    ).all()
    progress = statement_progress(session, [row.id for row in rows])
    return tuple(
        Waiting(
            row.public_id, row.period_from, row.currency, Money(row.closing_minor, row.currency), row.state,
            row.answer_by_on, (row.answer_by_on - today).days if row.answer_by_on else None, progress[row.id],
        )
        for row in rows
    )  # fmt: skip


def count_waiting(session: Session, *, actor: Actor) -> int:
    """Return how many statements wait for an answer of the customers in scope; for the frame of pages.

    Raises:
        NotAllowed: The actor may not read statements.
    """
    actor.require(Permission.STATEMENTS_READ)
    query = select(func.count()).select_from(Statement)
    return session.scalar(query.where(*in_scope(actor), Statement.state.in_(sorted(ANSWERABLE)))) or 0


@dataclass(frozen=True, slots=True)
class _Line:
    no: int
    amount_minor: int
    answer: str
    disputed_minor: int


def statement_progress(session: Session, statement_ids: Iterable[int]) -> dict[int, Progress]:
    """Return statement → how far its customer is; two SQL statements for any number."""
    ids = list(statement_ids)
    rows = session.execute(
        select(StatementLine.statement_id, Statement.currency, StatementLine.no, StatementLine.amount_minor)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(StatementLine.statement_id.in_(ids))
        .order_by(StatementLine.statement_id, StatementLine.no)
    )
    answers = read_answers(session, ids)
    lines: dict[int, list[_Line]] = defaultdict(list)
    currencies: dict[int, str] = {}
    for statement_id, currency, no, amount in rows:
        said = answers.get(statement_id, {}).get(no)
        answer, disputed = (said.answer, said.disputed_minor) if said else ("none", 0)
        lines[statement_id].append(_Line(no, amount, answer, disputed))
        currencies[statement_id] = currency
    return {key: measure_progress(found, currency=currencies[key]) for key, found in lines.items()}
