"""Reads of the worklist: one limited query a kind, over indexed columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.approvals.kinds import kinds_read_with
from portal.approvals.models import Approval
from portal.clock import business_day
from portal.customers.models import Customer
from portal.disputes import OPEN_STATES
from portal.disputes.models import Dispute
from portal.ledger import entity_view
from portal.money import Money
from portal.receivables.models import Document
from portal.statements import ANSWERABLE
from portal.statements.models import Statement, StatementRun
from portal.tasks.models import Task
from portal.worklist.rules import TAB_OF, TABS, WorkItem, ordered, time_left

#: Statements are listed from so many days before their deadline.
NEAR_DAYS = 7
#: Days a second person has to decide.
DECIDE_DAYS = 1
#: At most so many rows of a kind; ``FEW`` statements stand among the other kinds, so that they do not bury them.
MOST, FEW = 200, 12

_WORKED = sorted(OPEN_STATES - {"pending_approval"})


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How many wait, by key of ``TABS``; ``due`` and ``late`` over all of them."""

    by_tab: Mapping[str, int]
    due: int
    late: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for what.

    Attributes:
        month: Newest month with issued statements.
        owner_id: Only what belongs to this person; None = everyone's.
    """

    actor: Actor
    today: date
    zone: str
    month: date | None
    owner_id: int | None


def list_work(
    session: Session, *, actor: Actor, now: datetime, tab: str = "all", is_mine: bool = False
) -> tuple[WorkItem, ...]:
    """Return what waits, most urgent first: everything, or one tab.

    Args:
        session: Any session.
        actor: Needs ``worklist:read``; sees the kinds that the role reads elsewhere.
        now: Decides the business day.
        tab: Key of ``TABS``; an unknown one is ``all``.
        is_mine: Only what belongs to the actor: own disputes, own customers' statements and tasks.

    Raises:
        NotAllowed: The actor does not work on the queue.
    """
    asked = _asked(session, actor=actor, now=now, is_mine=is_mine)
    items: list[WorkItem] = []
    for kind, (may, chosen, read) in _KINDS.items():
        if may(actor) and tab in {"all", TAB_OF[kind], *({tab} - TABS.keys())}:
            limit = FEW if kind == "statement" and tab != "statements" else MOST
            items += [read(row, asked) for row in session.execute(chosen(asked).limit(limit))]
    return ordered(items)


def work_counts(session: Session, *, actor: Actor, now: datetime, is_mine: bool = False) -> WorkCounts:
    """Return how many wait in each tab, and how many of all are due today or late.

    Raises:
        NotAllowed: The actor does not work on the queue.
    """
    asked = _asked(session, actor=actor, now=now, is_mine=is_mine)
    found = dict.fromkeys(TABS, 0)
    due, late = 0, 0
    for kind, (may, chosen, _read) in _KINDS.items():
        if may(actor):
            day = _DUE[kind](asked)
            columns = (func.count(), func.count().filter(day[0]), func.count().filter(day[1]))
            query = chosen(asked).order_by(None)
            counted = query.with_only_columns(*columns, maintain_column_froms=True)
            count, count_due, count_late = session.execute(counted).one()
            found[TAB_OF[kind]] = count
            due, late = due + count_due, late + count_late
    found["all"] = sum(found.values())
    return WorkCounts(found, due, late)


def count_work(session: Session, *, actor: Actor, now: datetime) -> int:
    """Return the number for the frame: what waits, of one's own customers where the actor looks after some."""
    if not actor.may(Permission.WORKLIST_READ):
        return 0
    is_mine = bool(customers_owned(session, actor=actor))
    return work_counts(session, actor=actor, now=now, is_mine=is_mine).by_tab["all"]


def customers_owned(session: Session, *, actor: Actor) -> int:
    """Return how many active customers the actor looks after."""
    query = select(func.count(Customer.id)).where(
        Customer.owner_id == actor.person_id, Customer.archived_at.is_(None)
    )
    return session.scalar(query) or 0


def newest_month(session: Session) -> date | None:
    """Return the first day of the newest month of which statements were issued."""
    return session.scalar(select(func.max(StatementRun.period_from)).where(StatementRun.state == "issued"))


def _asked(session: Session, *, actor: Actor, now: datetime, is_mine: bool) -> _Asked:
    actor.require(Permission.WORKLIST_READ)
    zone = entity_view(session).time_zone
    owner_id = actor.person_id if is_mine else None
    return _Asked(actor, business_day(now, zone), zone, newest_month(session), owner_id)


def _item(
    asked: _Asked, customer: Customer | None, *, started_on: date, due_on: date, **rest: Any
) -> WorkItem:
    names = ("public_id", "number", "name", "name_en")
    whose = [str(getattr(customer, name)) if customer else "" for name in names]
    return WorkItem(
        key=f"{rest['kind']}:{rest['public_id']}", started_on=started_on, due_on=due_on,
        left=time_left(due_on, started_on=started_on, today=asked.today), customer_public_id=whose[0],
        customer_no=whose[1], customer_name=whose[2], customer_name_en=whose[3], **rest,
    )  # fmt: skip


# --- disputes ---


def _disputes(asked: _Asked) -> Select[*tuple[Any, ...]]:
    query = (
        select(Dispute, Customer, Document.document_no, Person.name)
        .join(Customer, Customer.id == Dispute.customer_id)
        .outerjoin(Document, Document.id == Dispute.document_id)
        .outerjoin(Person, Person.id == Dispute.owner_id)
        .where(Dispute.state.in_(_WORKED), Dispute.turn == "ours")
        .order_by(Dispute.due_on, Dispute.id)
    )
    if asked.owner_id is None:
        return query
    return query.where(func.coalesce(Dispute.owner_id, Customer.owner_id) == asked.owner_id)


def _dispute(row: Any, asked: _Asked) -> WorkItem:
    dispute, customer, document_no, owner = row
    return _item(
        asked, customer, kind="dispute", public_id=dispute.public_id, label=dispute.number, state=dispute.state,
        money=Money(dispute.disputed_minor, dispute.currency), turn="ours", owner=owner or "",
        started_on=business_day(dispute.opened_at, asked.zone), due_on=dispute.due_on,
        facts={"reason": dispute.reason, "document": document_no or "", "department": dispute.department},
    )  # fmt: skip


# --- approvals ---


def _approvals(asked: _Asked) -> Select[*tuple[Any, ...]]:
    query = (
        select(Approval, Customer, Person.name)
        .join(Person, Person.id == Approval.requested_by_id)
        .outerjoin(Customer, Customer.id == Approval.customer_id)
        .where(Approval.state == "pending", Approval.kind.in_(kinds_read_with(Permission.APPROVALS_READ)))
        .order_by(Approval.requested_at, Approval.id)
    )
    if asked.actor.may(Permission.APPROVALS_DECIDE):
        return query
    return query.where(Approval.requested_by_id == asked.actor.person_id)


def _approval(row: Any, asked: _Asked) -> WorkItem:
    approval, customer, maker = row
    asked_on = business_day(approval.requested_at, asked.zone)
    is_own = approval.requested_by_id == asked.actor.person_id
    minor, currency = approval.amount_minor, approval.currency
    return _item(
        asked, customer, kind="approval", public_id=approval.public_id, label=approval.title, state="pending",
        money=Money(minor, currency) if currency and minor is not None else None,
        turn="approver" if is_own else "you", owner=maker, started_on=asked_on,
        due_on=asked_on + timedelta(days=DECIDE_DAYS),
        facts={"kind": approval.kind, "maker": maker, "note": approval.request_note, "is_own": is_own},
    )  # fmt: skip


# --- statements ---


def _statements(asked: _Asked) -> Select[*tuple[Any, ...]]:
    query = (
        select(Statement, Customer, Person.name)
        .join(Customer, Customer.id == Statement.customer_id)
        .outerjoin(Person, Person.id == Customer.owner_id)
        .where(
            Statement.state.in_(sorted(ANSWERABLE)),
            Statement.period_from == asked.month,
            Statement.answer_by_on <= asked.today + timedelta(days=NEAR_DAYS),
        )
        .order_by(Statement.answer_by_on, func.abs(Statement.closing_minor).desc(), Statement.id)
    )
    return query if asked.owner_id is None else query.where(Customer.owner_id == asked.owner_id)


def _statement(row: Any, asked: _Asked) -> WorkItem:
    statement, customer, owner = row
    due_on = statement.answer_by_on
    issued_at = statement.issued_at or statement.prepared_at
    return _item(
        asked, customer, kind="statement", public_id=statement.public_id, label=customer.number,
        state=statement.state, money=Money(statement.closing_minor, statement.currency),
        turn="ours" if due_on < asked.today else "theirs", owner=owner or "",
        started_on=business_day(issued_at, asked.zone), due_on=due_on,
        facts={"month": statement.period_from, "viewed_at": statement.first_viewed_at},
    )  # fmt: skip


# --- tasks ---


def _tasks(asked: _Asked) -> Select[*tuple[Any, ...]]:
    query = (
        select(Task, Customer, Person.name)
        .outerjoin(Customer, Customer.id == Task.customer_id)
        .outerjoin(Person, Person.id == func.coalesce(Task.owner_id, Customer.owner_id))
        .where(Task.state == "open")
        .order_by(Task.due_on, Task.id)
    )
    if asked.owner_id is None:
        return query
    owner = func.coalesce(Task.owner_id, Customer.owner_id)
    return query.where(or_(owner.is_(None), owner == asked.owner_id))


def _task(row: Any, asked: _Asked) -> WorkItem:
    task, customer, owner = row
    return _item(
        asked, customer, kind="task", public_id=task.public_id, label=str(task.facts.get("document_no", "")),
        state=task.state, money=None, turn="ours", owner=owner or "",
        started_on=business_day(task.opened_at, asked.zone), due_on=task.due_on,
        facts={"kind": task.kind, "subject_kind": task.subject_kind, "subject_id": task.subject_id, **task.facts},
    )  # fmt: skip


_Choose = Callable[[_Asked], Select[*tuple[Any, ...]]]
_Read = Callable[[Any, _Asked], WorkItem]
_Due = Callable[[_Asked], tuple[ColumnElement[bool], ColumnElement[bool]]]


def _reads_statements(actor: Actor) -> bool:
    return actor.may(Permission.STATEMENTS_READ)


_KINDS: dict[str, tuple[Callable[[Actor], bool], _Choose, _Read]] = {
    "dispute": (lambda actor: actor.may(Permission.DISPUTES_READ), _disputes, _dispute),
    "approval": (lambda actor: actor.may(Permission.APPROVALS_READ), _approvals, _approval),
    "statement": (_reads_statements, _statements, _statement),
    "task": (_reads_statements, _tasks, _task),
}


def _by_day(column: Any) -> _Due:
    return lambda asked: (column <= asked.today, column < asked.today)


def _decided_by(asked: _Asked) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return due and late of requests: their clock begins on the business day on which they were made."""
    begin = datetime.combine(asked.today, time.min, ZoneInfo(asked.zone))
    decided = timedelta(days=DECIDE_DAYS - 1)
    return Approval.requested_at < begin - decided, Approval.requested_at < begin - timedelta(
        days=DECIDE_DAYS
    )


_DUE: dict[str, _Due] = {
    "dispute": _by_day(Dispute.due_on),
    "approval": _decided_by,
    "statement": _by_day(Statement.answer_by_on),
    "task": _by_day(Task.due_on),
}
