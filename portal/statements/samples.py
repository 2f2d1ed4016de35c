"""Statements of a run worth a look, and what became of its mails."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.customers.models import Customer
from portal.money import Money
from portal.outbox.models import OutboxMessage
from portal.statements.above import reminders
from portal.statements.models import Statement, StatementRun
from portal.statements.rules import ELECTRONIC


@dataclass(frozen=True, slots=True)
class Sample:
    """A statement worth a look before release; ``why`` is largest, nil, negative, longest or replaced."""

    why: str
    public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    closing: Money


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happened to the mails and statements of a month, as counts."""

    issued: int
    queued: int
    sent: int
    failed: int
    viewed: int
    answered: int
    signed: int


def of_month(run: StatementRun) -> list[ColumnElement[bool]]:
    """Return the conditions for the statements of a run's month that nothing replaced."""
    return [
        Statement.entity_id == run.entity_id,
        Statement.period_from == run.period_from,
        Statement.state != "superseded",
    ]


def newest_of(run: StatementRun) -> list[ColumnElement[bool]]:
    """Return the conditions for the newest versions of a run's month, drafts included."""
    later = aliased(Statement)
    replaced = select(later.id).where(later.supersedes_id == Statement.id).exists()
    return [*of_month(run), ~replaced]


def find_samples(session: Session, run: StatementRun) -> tuple[Sample, ...]:
    """Return up to five statements worth a look, each once."""
    picks = union_all(
        _pick(run, "largest", Statement.closing_minor.desc()),
        _pick(run, "nil", Statement.id.asc(), Statement.closing_minor == 0, Statement.line_count == 0),
        _pick(run, "negative", Statement.closing_minor.asc(), Statement.closing_minor < 0),
        _pick(run, "longest", Statement.line_count.desc(), Statement.line_count > 0),
        _pick(run, "replaced", Statement.version.desc(), Statement.version > 1),
    ).subquery()
    rows = session.execute(
        select(
            picks.c.why, Statement.public_id, Customer.number, Customer.name, Customer.name_en,
            Statement.closing_minor, Statement.currency,
        )
        .join(Statement, Statement.id == picks.c.id)
        .join(Customer, Customer.id == Statement.customer_id)
    ).all()  # fmt: skip
    order = ("largest", "nil", "negative", "longest", "replaced")
    seen: dict[str, Sample] = {}
    for row in sorted(rows, key=lambda row: order.index(row.why)):
        money = Money(row.closing_minor, row.currency)
        seen.setdefault(
            row.public_id, Sample(row.why, row.public_id, row.number, row.name, row.name_en, money)
        )
    return tuple(seen.values())


def _pick(
    run: StatementRun, why: str, order: ColumnElement[Any], *more: ColumnElement[bool]
) -> Select[str, int]:
    best = (
        select(Statement.id).where(*newest_of(run), *more).order_by(order, Statement.id).limit(1).subquery()
    )
    return select(literal(why, String).label("why"), best.c.id)


def count_delivery(session: Session, run: StatementRun) -> Delivery:
    """Return what happened to the mails and statements of a run's month."""
    viewed = func.sum(case((Statement.first_viewed_at.is_not(None), 1), else_=0))
    states = session.execute(
        select(Statement.state, func.count(), viewed)
        .where(*of_month(run), Statement.issued_at.is_not(None))
        .group_by(Statement.state)
    ).all()
    mails: Counter[str] = Counter()
    for state, count in session.execute(
        select(OutboxMessage.state, func.count())
        .join(reminders, reminders.c.outbox_key == OutboxMessage.key)
        .join(Statement, Statement.id == reminders.c.statement_id)
        .where(*of_month(run), reminders.c.stage == 0)
        .group_by(OutboxMessage.state)
    ):
        mails[state] += count
    counts = {state: count for state, count, _ in states}
    signed = sum(counts.get(state, 0) for state in ELECTRONIC)
    return Delivery(
        issued=sum(counts.values()), queued=mails["queued"] + mails["sending"], sent=mails["sent"],
        failed=mails["failed"], viewed=sum(int(seen) for _, _, seen in states),
        answered=signed + counts.get("part-answered", 0), signed=signed,
    )  # fmt: skip
