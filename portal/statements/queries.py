"""Read one statement: six SQL statements whatever its length; answers folded so that the newest of a line counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.customers.models import Customer
from portal.errors import NotFound
from portal.ledger import entity_view
from portal.money import Money
from portal.receivables import Ageing, AgeingTable
from portal.receivables.models import Document
from portal.statements.above import disputes
from portal.statements.facts import BUCKETS, FIGURES
from portal.statements.history import history_of, previous_of, read_siblings, versions_of
from portal.statements.models import LineAnswer, Statement, StatementLine
from portal.statements.page import (
    CustomerHead,
    Figures,
    LineView,
    StatementPage,
)
from portal.statements.rules import measure_progress


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest answer to one line; ``disputed_minor`` signed like the line."""

    answer: str
    disputed_minor: int
    dispute_id: int | None
    act: str
    person_id: int | None
    at: datetime
    note: str
    person_name: str = ""
    dispute_public_id: str | None = None
    dispute_number: str = ""
    dispute_reason: str = ""
    dispute_state: str = ""

    def as_row(self, *, statement_id: int, line_no: int, content_hash: str, act: str) -> dict[str, Any]:
        """Return the row that says the same about a line of another version, with its first date and person."""
        return {
            "statement_id": statement_id, "line_no": line_no, "answer": self.answer,
            "disputed_minor": self.disputed_minor, "dispute_id": self.dispute_id, "content_hash": content_hash,
            "act": act, "person_id": self.person_id, "at": self.at, "note": self.note,
        }  # fmt: skip


def fold_answers(rows: Iterable[tuple[int, Answer]]) -> dict[int, Answer]:
    """Return the answer that counts for each line.

    Args:
        rows: (line number, answer) in the order they were given; the newest of a line wins.
    """
    return dict(rows)


_ANSWERS = (
    select(
        LineAnswer.statement_id, LineAnswer.line_no, LineAnswer.answer, LineAnswer.disputed_minor,
        LineAnswer.dispute_id, LineAnswer.act, LineAnswer.person_id, LineAnswer.at, LineAnswer.note,
        Person.name, disputes.c.public_id, disputes.c.number, disputes.c.reason, disputes.c.state,
    )
    .outerjoin(Person, Person.id == LineAnswer.person_id)
    .outerjoin(disputes, disputes.c.id == LineAnswer.dispute_id)
    .where(LineAnswer.statement_id.in_(bindparam("statement_ids", expanding=True)))
    .order_by(LineAnswer.id)
)  # fmt: skip


def read_answers(session: Session, statement_ids: Sequence[int]) -> dict[int, dict[int, Answer]]:
    """Return statement → line → the answer that counts, ``none`` included where one was taken back."""
    rows = session.execute(_ANSWERS, {"statement_ids": list(statement_ids)})
    given: dict[int, list[tuple[int, Answer]]] = defaultdict(list)
    for row in rows:
        statement_id, line_no, answer, disputed, dispute_id, act, person_id, at, note, name, *dispute = row
        public_id, number, reason, state = dispute
        said = Answer(
            answer, disputed, dispute_id, act, person_id, at, note, name or "", public_id, number or "", reason or "",
            state or "",
        )  # fmt: skip
        given[statement_id].append((line_no, said))
    return {statement_id: fold_answers(answers) for statement_id, answers in given.items()}


def current_answers(session: Session, statement_id: int) -> dict[int, Answer]:
    """Return line → the answer that counts, of one statement."""
    return read_answers(session, [statement_id]).get(statement_id, {})


def find_statement(session: Session, *, public_id: str, actor: Actor) -> StatementPage:
    """Return one version of a statement with lines, answers, versions and history.

    Args:
        session: Any session.
        public_id: Of the version.
        actor: Customers see issued statements of their own company; staff see drafts too.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown, out of scope, or a draft shown to a customer.
    """
    actor.require(Permission.STATEMENTS_READ)
    head = _head(session, public_id, actor)
    statement: Statement = head[0]
    lines = read_lines(session, statement)
    siblings = read_siblings(session, statement, with_drafts=actor.side != "customer")
    return StatementPage(
        id=statement.id, public_id=statement.public_id, version=statement.version, kind=statement.kind,
        state=statement.state, currency=statement.currency, entity=entity_view(session, statement.entity_id),
        customer=CustomerHead(*head[1:]), period_from=statement.period_from, period_until=statement.period_until,
        figures=_figures(statement), ageing=_ageing(statement), opening=lines[0], lines=tuple(lines[1:]),
        content_hash=statement.content_hash, answer_by_on=statement.answer_by_on, prepared_at=statement.prepared_at,
        issued_at=statement.issued_at, first_viewed_at=statement.first_viewed_at,
        progress=measure_progress(lines, currency=statement.currency), versions=versions_of(statement, siblings),
        previous=previous_of(statement, siblings), history=history_of(session, statement, siblings),
        confirmation_public_id=next((row.confirmation for row in siblings if row.id == statement.id), None),
    )  # fmt: skip


_HEAD = (
    select(
        Statement, Customer.id, Customer.public_id, Customer.number, Customer.name, Customer.name_en,
        Customer.tax_no, Customer.street_address, Customer.language,
    )
    .join(Customer, Customer.id == Statement.customer_id)
    .where(Statement.public_id == bindparam("public_id"))
)  # fmt: skip


def _head(session: Session, public_id: str, actor: Actor) -> Row[*tuple[Any, ...]]:
    row = session.execute(_HEAD, {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound
    actor.require_scope(row[0].customer_id)
    if actor.side == "customer" and row[0].issued_at is None:
        raise NotFound
    return row


def _figures(statement: Statement) -> Figures:
    return Figures(*(Money(getattr(statement, f"{key}_minor"), statement.currency) for key in FIGURES))


def _ageing(statement: Statement) -> Ageing:
    minor = {f"{bucket}_minor": getattr(statement, f"{bucket}_minor") for bucket in BUCKETS}
    due_today = statement.due_now_minor - statement.overdue_minor
    return Ageing(AgeingTable(**minor, due_today_minor=due_today), statement.currency)


_line, _document = StatementLine.metadata.tables["statement_lines"].c, Document.metadata.tables["documents"].c
#: Built once and on plain tables, because a statement may have thousands of lines and a page is read at each answer.
_LINES = (
    select(
        _line.no, _document.public_id, _line.document_no, _line.kind, _line.document_on, _line.due_on, _line.text,
        _line.order_no, _line.amount_minor, _line.open_minor,
    )
    .select_from(_line.no.table.outerjoin(_document.id.table, _document.id == _line.document_id))
    .where(_line.statement_id == bindparam("statement_id"))
    .order_by(_line.no)
)  # fmt: skip
_UNANSWERED = ("none", 0, None, "", "", "", "", None, "", "", False)


def read_lines(session: Session, statement: Statement) -> list[LineView]:
    """Return lines 0..n of a statement with the answers that count."""
    rows = session.connection().execute(_LINES, {"statement_id": statement.id})
    answers = current_answers(session, statement.id)
    currency, issued_at = statement.currency, statement.issued_at
    as_of = statement.period_until - timedelta(days=1)
    said = {no: _said(answer, issued_at) for no, answer in answers.items() if answer.answer != "none"}
    lines, make = [], LineView._make
    for no, document, number, kind, document_on, due_on, text, order_no, amount, open_minor in rows:
        late = open_minor > 0 and due_on is not None and due_on < as_of
        lines.append(
            make((
                no, document, number, kind, document_on, due_on, text, order_no, currency, amount, open_minor, late,
                *said.get(no, _UNANSWERED),
            ))
        )  # fmt: skip
    return lines


def _said(answer: Answer, issued_at: datetime | None) -> tuple[Any, ...]:
    """Return the fields of ``LineView`` that an answer fills, from ``answer`` on."""
    return (
        answer.answer, answer.disputed_minor, answer.dispute_public_id, answer.dispute_number,
        answer.dispute_reason, answer.dispute_state, answer.person_name, answer.at, answer.note, answer.act,
        issued_at is not None and answer.at < issued_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementLineView:
    """One line with what a dispute needs to know about its statement."""

    statement_id: int
    statement_public_id: str
    entity_id: int
    customer_id: int
    currency: str
    content_hash: str
    state: str
    document_id: int | None
    line: LineView


def locate_line(session: Session, *, public_id: str, line_no: int, actor: Actor) -> StatementLineView:
    """Return one line of a statement with the answer that counts.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown statement or line, out of scope, or a draft shown to a customer.
    """
    actor.require(Permission.STATEMENTS_READ)
    statement: Statement = _head(session, public_id, actor)[0]
    query = select(StatementLine.document_id).where(
        StatementLine.statement_id == statement.id, StatementLine.no == line_no
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    line = next(line for line in read_lines(session, statement) if line.no == line_no)
    return StatementLineView(
        statement.id, statement.public_id, statement.entity_id, statement.customer_id, statement.currency,
        statement.content_hash, statement.state, found.document_id, line,
    )  # fmt: skip
