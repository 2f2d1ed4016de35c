"""Where a document stands: the statement lines that show it, with what was said to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.statements import current_answers
from portal.statements.models import Statement, StatementLine
from portal.statements.rules import ANSWERABLE


@dataclass(frozen=True, slots=True)
class StatementPlace:
    """One line of one issued statement version; ``answer`` is the newest, ``none`` where there is none."""

    public_id: str
    month_on: date
    version: int
    line_no: int
    state: str
    answer: str

    @property
    def is_answerable(self) -> bool:
        """Whether the line can still be answered."""
        return self.state in ANSWERABLE


def statements_of_document(session: Session, *, document_id: int, actor: Actor) -> tuple[StatementPlace, ...]:
    """Return the issued statement lines that show a document, newest version first.

    Args:
        session: A reading session is enough.
        document_id: Row number.
        actor: Only lines of customers in scope are returned.

    Raises:
        NotAllowed: The actor may not read statements.
    """
    actor.require(Permission.STATEMENTS_READ)
    rows = session.execute(
        select(Statement, StatementLine.no)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .where(StatementLine.document_id == document_id, Statement.issued_at.is_not(None))
        .order_by(Statement.period_from.desc(), Statement.version.desc())
    )
    places = []
    for statement, line_no in rows:
        if not actor.sees(statement.customer_id):
            continue
        answer = current_answers(session, statement.id).get(line_no)
        places.append(
            StatementPlace(
                statement.public_id,
                statement.period_from,
                statement.version,
                line_no,
                statement.state,
                answer.answer if answer else "none",
            )
        )
    return tuple(places)
