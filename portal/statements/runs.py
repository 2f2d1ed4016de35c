"""Read runs: progress, exceptions, what a release would issue against the books, samples, delivery truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.approvals import ApprovalView, newest_approval
from portal.customers.models import Customer
from portal.errors import NotFound
from portal.ledger.models import LegalEntity
from portal.money import Money, parse_minor
from portal.receivables.models import MonthBalance
from portal.statements.models import Statement, StatementRun
from portal.statements.rules import FAILURES
from portal.statements.samples import Delivery, Sample, count_delivery, find_samples, newest_of


@dataclass(frozen=True, slots=True)
class FailedCustomer:
    """A customer set aside: what differs by how much, and why (message id)."""

    customer_public_id: str
    customer_no: str
    customer_name: str
    difference: Money
    reason: str


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """All statements of the month in one currency beside the books.

    Attributes:
        statements: Newest versions, drafts included.
        to_issue: Drafts among them.
        closing: Their closing balances.
        books: The control accounts' balance at the end of the month; equals ``closing`` when nobody was set aside.
        last_month: Closing balances issued for the month before.
    """

    currency: str
    statements: int
    to_issue: int
    closing: Money
    books: Money
    last_month: Money

    @property
    def difference(self) -> Money:
        """Books less statements; zero unless customers were set aside or archived."""
        return self.books - self.closing

    @property
    def change(self) -> Money:
        """Change to last month."""
        return self.closing - self.last_month


@dataclass(frozen=True, slots=True)
class RunView:
    """One run of a month."""

    public_id: str
    entity_code: str
    period_from: date
    period_until: date
    state: str
    done: int
    total: int
    counts: dict[str, int]
    failed: tuple[FailedCustomer, ...]
    released_by: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    approval: ApprovalView | None
    sums: tuple[CurrencySum, ...]
    samples: tuple[Sample, ...]
    delivery: Delivery

    @property
    def to_issue(self) -> int:
        """Drafts that a release would issue."""
        return sum(row.to_issue for row in self.sums)


def latest_run(session: Session, *, month: date, actor: Actor) -> str | None:
    """Return the public id of the newest run of a month, if there is one.

    Raises:
        NotAllowed: The actor may not prepare or issue statements.
    """
    _require(actor)
    return session.scalar(
        select(StatementRun.public_id)
        .where(StatementRun.period_from == month.replace(day=1))
        .order_by(StatementRun.id.desc())
        .limit(1)
    )


def run_months(session: Session, *, actor: Actor) -> tuple[date, ...]:
    """Return the months that have statements, newest first.

    Raises:
        NotAllowed: The actor may not read statements.
    """
    actor.require(Permission.STATEMENTS_READ)
    query = select(Statement.period_from).distinct().order_by(Statement.period_from.desc())
    if actor.customer_ids is not None:
        query = query.where(
            Statement.customer_id.in_(sorted(actor.customer_ids)), Statement.issued_at.is_not(None)
        )
    return tuple(session.scalars(query))


def _require(actor: Actor) -> None:
    actor.require(Permission.STATEMENTS_PREPARE, Permission.STATEMENTS_ISSUE, Permission.BOOKS_READ)


def find_run(session: Session, *, public_id: str, actor: Actor) -> RunView:
    """Return a run with everything its page shows.

    Raises:
        NotAllowed: The actor may not prepare, issue or read the books.
        NotFound: No such run.
    """
    _require(actor)
    row = session.execute(
        select(StatementRun, LegalEntity.code, Person.name)
        .join(LegalEntity, LegalEntity.id == StatementRun.entity_id)
        .outerjoin(Person, Person.id == StatementRun.started_by_id)
        .where(StatementRun.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    run, code, starter = row
    result = run.result or {}
    return RunView(
        public_id=run.public_id, entity_code=code, period_from=run.period_from, period_until=run.period_until,
        state=run.state, done=result.get("done", 0), total=result.get("total", 0),
        counts={key: result.get(key, 0) for key in ("customers", "statements", "prepared", "issued", "unchanged")},
        failed=_failed(session, result.get("failed", [])), released_by=run.released_by, started_by=starter or "",
        started_at=run.started_at, finished_at=run.finished_at,
        approval=newest_approval(session, subject_kind="statement-run", subject_id=public_id, actor=actor),
        sums=_sums(session, run), samples=find_samples(session, run), delivery=count_delivery(session, run),
    )  # fmt: skip


def _failed(session: Session, failed: list[dict[str, str]]) -> tuple[FailedCustomer, ...]:
    numbers = [row["customer_no"] for row in failed[:500]]
    query = select(Customer.number, Customer.public_id, Customer.name).where(Customer.number.in_(numbers))
    known = {number: (public_id, name) for number, public_id, name in session.execute(query)}
    return tuple(
        FailedCustomer(
            *_name_of(known, row["customer_no"]),
            Money(parse_minor(row["difference"], row["currency"], signed=True), row["currency"]),
            FAILURES[row["code"]],
        )
        for row in failed[:500]
    )


def _name_of(known: dict[str, tuple[str, str]], number: str) -> tuple[str, str, str]:
    public_id, name = known.get(number, ("", ""))
    return public_id, number, name


def _sums(session: Session, run: StatementRun) -> tuple[CurrencySum, ...]:
    is_draft = func.sum(case((Statement.state == "draft", 1), else_=0))
    here = session.execute(
        select(Statement.currency, func.count(), is_draft, func.sum(Statement.closing_minor))
        .where(*newest_of(run))
        .group_by(Statement.currency)
        .order_by(Statement.currency)
    ).all()
    books = _by_currency(
        session,
        select(MonthBalance.currency, func.sum(MonthBalance.movement_minor))
        .where(MonthBalance.entity_id == run.entity_id, MonthBalance.month_on < run.period_until)
        .group_by(MonthBalance.currency),
    )
    before = _by_currency(
        session,
        select(Statement.currency, func.sum(Statement.closing_minor))
        .where(
            Statement.entity_id == run.entity_id, Statement.period_until == run.period_from,
            Statement.issued_at.is_not(None), Statement.state != "superseded",
        )
        .group_by(Statement.currency),
    )  # fmt: skip
    return tuple(
        CurrencySum(
            currency, count, int(drafts), Money(int(closing), currency), Money(books.get(currency, 0), currency),
            Money(before.get(currency, 0), currency),
        )
        for currency, count, drafts, closing in here
    )  # fmt: skip


def _by_currency(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {currency: int(minor or 0) for currency, minor in session.execute(query)}
