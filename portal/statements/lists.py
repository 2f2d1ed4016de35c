"""Lists of statements: what waits for the customer, and all of a month with counts and sums for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.errors import N_
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.statements.above import confirmations
from portal.statements.models import LineAnswer, Statement
from portal.statements.rules import ANSWERABLE

SORTS = ("customer", "month", "closing", "overdue", "deadline", "state")
TABS = {
    "": N_("All"),
    "waiting": N_("Unanswered"),
    "confirmed": N_("Confirmed"),
    "except": N_("With exceptions"),
    "disagreed": N_("Not agreed"),
    "draft": N_("Drafts"),
    "superseded": N_("Replaced"),
}
_STATES = {
    "waiting": tuple(sorted(ANSWERABLE)),
    "confirmed": ("confirmed",),
    "except": ("confirmed-with-exceptions",),
    "disagreed": ("disagreed",),
    "draft": ("draft", "approved"),
    "superseded": ("superseded",),
}
IDS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement in a list; ``answered`` of ``lines`` counts lines 1..n confirmed or disputed."""

    public_id: str
    period_from: date
    period_until: date
    version: int
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    currency: str
    state: str
    closing: Money
    overdue: Money
    answer_by_on: date | None
    issued_at: datetime | None
    content_hash: str
    confirmation_public_id: str | None
    lines: int
    answered: int

    @property
    def is_waiting(self) -> bool:
        """Whether the customer has still to answer."""
        return self.state in ANSWERABLE

    def customer_name_in(self, language: str) -> str:
        """The customer's name in a language."""
        both = (self.customer_name_en, self.customer_name)
        return (both[0] or both[1]) if language == "en" else (both[1] or both[0])


def list_statements(
    session: Session,
    *,
    query: ListQuery,
    actor: Actor,
    month: date | None = None,
    customer_id: int | None = None,
) -> Page[StatementRow]:
    """Return statements: for customers the issued ones of their company, for staff drafts too.

    Args:
        session: Any session.
        query: ``q`` looks in customer number and name; ``tab`` is one of ``TABS``; sortable by ``SORTS``.
        actor: Who reads; decides the scope.
        month: First day of a month; None = all months.
        customer_id: Row number; None = every customer in scope.

    Returns:
        The rows, sums of closing balances (one a currency) and tabs with counts; replaced versions stand only in
        their own tab.

    Raises:
        NotAllowed: The actor may not read statements.
        UnknownSort: No such column.
    """
    actor.require(Permission.STATEMENTS_READ)
    scope = in_scope(actor, month, customer_id)
    wanted = [*scope, *_search(query.q), _in_tab(query.tab)]
    rows = session.execute(
        _ordered(_columns().where(*wanted), query).limit(query.limit).offset(query.offset)
    ).all()
    sums = session.execute(
        _joined(select(Statement.currency, func.count(), func.sum(Statement.closing_minor)))
        .where(*wanted)
        .group_by(Statement.currency)
        .order_by(Statement.currency)
    ).all()
    answered = _answered(session, [row[0] for row in rows])
    return Page(
        rows=tuple(_row(row, answered) for row in rows),
        count=sum(count for _, count, _ in sums),
        query=query,
        sums=tuple(Money(int(minor), currency) for currency, _, minor in sums),
        tabs=_tabs(session, scope, actor),
    )


def in_scope(
    actor: Actor, month: date | None = None, customer_id: int | None = None
) -> list[ColumnElement[bool]]:
    """Return the conditions under which an actor sees a statement."""
    wanted: list[ColumnElement[bool]] = []
    if actor.customer_ids is not None:
        wanted.append(Statement.customer_id.in_(sorted(actor.customer_ids)))
    if actor.side == "customer":
        wanted.append(Statement.issued_at.is_not(None))
    if month is not None:
        wanted.append(Statement.period_from == month.replace(day=1))
    if customer_id is not None:
        wanted.append(Statement.customer_id == customer_id)
    return wanted


def _search(q: str) -> list[ColumnElement[bool]]:
    word = q.strip().lower()
    if not word:
        return []
    safe = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [
        or_(
            Customer.name_key.like(f"%{safe}%", escape="\\"),
            func.lower(Customer.number).like(f"%{safe}%", escape="\\"),
        )
    ]


def _in_tab(tab: str) -> ColumnElement[bool]:
    """Return what a tab shows; the first counts nothing twice: a draft that will replace one stands with drafts."""
    states = _STATES.get(tab)
    if states:
        return Statement.state.in_(states)
    return and_(
        Statement.state != "superseded", or_(Statement.issued_at.is_not(None), Statement.version == 1)
    )


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.select_from(Statement).join(Customer, Customer.id == Statement.customer_id)


def _columns() -> Select[*tuple[Any, ...]]:
    return _joined(
        select(
            Statement.id, Statement.public_id, Statement.period_from, Statement.period_until, Statement.version,
            Customer.public_id, Customer.number, Customer.name, Customer.name_en, Statement.currency, Statement.state,
            Statement.closing_minor, Statement.overdue_minor, Statement.answer_by_on, Statement.issued_at,
            Statement.content_hash, confirmations.c.public_id, Statement.line_count,
        )
    ).outerjoin(confirmations, confirmations.c.statement_id == Statement.id)  # fmt: skip


def _ordered(wanted: Select[*tuple[Any, ...]], query: ListQuery) -> Select[*tuple[Any, ...]]:
    column = {
        "customer": Customer.name_key,
        "month": Statement.period_from,
        "closing": Statement.closing_minor,
        "overdue": Statement.overdue_minor,
        "deadline": Statement.answer_by_on,
        "state": Statement.state,
    }[query.sorted_by(SORTS, "month")]
    is_descending = query.descending if query.sort else True
    first = column.desc() if is_descending else column.asc()
    return wanted.order_by(
        first, Customer.number, Statement.currency, Statement.period_from.desc(), Statement.version
    )


def _row(row: Any, answered: dict[int, int]) -> StatementRow:
    (
        id_, public_id, period_from, period_until, version, customer_public_id, number, name, name_en, currency, state,
        closing, overdue, answer_by, issued_at, digest, confirmation, lines,
    ) = row  # fmt: skip
    return StatementRow(
        public_id, period_from, period_until, version, customer_public_id, number, name, name_en, currency, state,
        Money(closing, currency), Money(overdue, currency), answer_by, issued_at, digest, confirmation, lines,
        answered.get(id_, 0),
    )  # fmt: skip


def _tabs(session: Session, scope: Sequence[ColumnElement[bool]], actor: Actor) -> tuple[Tab, ...]:
    shown = [key for key in TABS if key != "draft" or actor.side != "customer"]
    counts = session.execute(
        select(*(func.sum(case((_in_tab(key), 1), else_=0)) for key in shown))
        .select_from(Statement)
        .where(*scope)
    ).one()
    return tuple(Tab(key, TABS[key], int(count or 0)) for key, count in zip(shown, counts, strict=True))


def _answered(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return statement → lines 1..n confirmed or disputed."""
    newer = aliased(LineAnswer)
    found: dict[int, int] = {}
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        rows = session.execute(
            select(LineAnswer.statement_id, func.count())
            .outerjoin(
                newer,
                and_(
                    newer.statement_id == LineAnswer.statement_id, newer.line_no == LineAnswer.line_no,
                    newer.id > LineAnswer.id,
                ),
            )
            .where(
                LineAnswer.statement_id.in_(part), LineAnswer.line_no > 0,
                LineAnswer.answer.in_(("confirmed", "disputed")), newer.id.is_(None),
            )
            .group_by(LineAnswer.statement_id)
        )  # fmt: skip
        found.update(rows.all())
    return found
