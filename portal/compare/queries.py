"""Read comparisons within the actor's scope: one with its sums, and the list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.compare.engine import CAUSES, ROOT_OF
from portal.compare.layout import ColumnGuess, Guess, Layout
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.compare.rules import STATE_LABELS
from portal.compare.scope import agreed_lines, comparison_row, statement_of
from portal.compare.view import CauseSum, ComparisonRowView, ComparisonView
from portal.customers.models import Customer
from portal.errors import N_
from portal.lists import ListQuery, Page, Tab
from portal.money import Money

COMPARISON_SORTS: tuple[str, ...] = ("started", "as_of", "file")


def find_comparison(session: Session, *, public_id: str, actor: Actor) -> ComparisonView:
    """Return a comparison with its sums, and the lines of the statement it lets one confirm.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown, discarded or out of scope.
    """
    row = comparison_row(session, public_id=public_id, actor=actor)
    customer = session.get_one(Customer, row.customer_id)
    person = session.get(Person, row.started_by_id) if row.started_by_id else None
    page = statement_of(session, row, actor=actor)
    lines = agreed_lines(session, row, page)
    layout = Layout.from_json(row.layout)

    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return ComparisonView(
        id=row.id, public_id=row.public_id, state=row.state, file_name=row.file_name, size_bytes=row.size_bytes,
        customer_id=row.customer_id, customer_public_id=customer.public_id, customer_no=customer.number,
        customer_name=customer.name, customer_name_en=customer.name_en, currency=row.currency, as_of=row.as_of_on,
        begin_on=row.begin_on, basis=row.basis, statement_public_id=page.public_id if page else "",
        statement_hash=page.content_hash if page else "", month=page.period_from if page else None,
        ours=money(row.ours_minor), theirs=money(row.theirs_minor), debit=money(row.debit_minor),
        credit=money(row.credit_minor), stated=None if row.stated_minor is None else money(row.stated_minor),
        given_opening=None if row.given_opening_minor is None else money(row.given_opening_minor),
        row_count=row.row_count, left_out=row.left_out, is_mirrored=row.is_mirrored, error=row.error,
        error_params=row.error_params, job_id=row.job_id, started_by=person.name if person else "",
        started_at=row.started_at, finished_at=row.finished_at, guess=_guess(row, layout), sign=layout.sign,
        counts=_counts(session, row.id), steps=_steps(session, row),
        agreed_lines=tuple(line.no for line in lines),
        agreed_sum=money(sum(line.amount_minor for line in lines)),
    )  # fmt: skip


def _guess(row: LedgerComparison, layout: Layout) -> Guess:
    doubts = row.guess.get("doubts", [])
    columns = tuple(
        ColumnGuess(place, name, layout.roles[place], doubts[place] if place < len(doubts) else "")
        for place, name in enumerate(layout.names)
    )
    sample = tuple((int(no), tuple(cells)) for no, cells in row.guess.get("sample", []))
    return Guess(layout, columns, sample, bool(row.guess.get("remembered")))


def _counts(session: Session, comparison_id: int) -> Mapping[str, int]:
    query = (
        select(ComparisonRow.status, func.count(func.distinct(ComparisonRow.group_no)))
        .where(ComparisonRow.comparison_id == comparison_id)
        .group_by(ComparisonRow.status)
    )
    return dict(session.execute(query).all())


def _steps(session: Session, row: LedgerComparison) -> tuple[CauseSum, ...]:
    query = (
        select(ComparisonRow.cause, func.count(), func.sum(ComparisonRow.difference_minor))
        .where(ComparisonRow.comparison_id == row.id, ComparisonRow.difference_minor != 0)
        .group_by(ComparisonRow.cause)
    )
    found = {cause: (count, int(total)) for cause, count, total in session.execute(query)}
    return tuple(
        CauseSum(cause, ROOT_OF[cause], found[cause][0], Money(-found[cause][1], row.currency))
        for cause in CAUSES
        if cause in found
    )


def list_comparisons(
    session: Session, *, query: ListQuery, actor: Actor, customer_id: int | None = None
) -> Page[ComparisonRowView]:
    """Return comparisons in the actor's scope, newest first.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: The customer is out of scope.
        UnknownSort: Not one of ``COMPARISON_SORTS``.
    """
    actor.require(Permission.ITEMS_READ)
    base = (
        select(LedgerComparison, Customer, Person.name)
        .join(Customer, Customer.id == LedgerComparison.customer_id)
        .outerjoin(Person, Person.id == LedgerComparison.started_by_id)
        .where(LedgerComparison.state != "discarded")
    )
    if customer_id is not None:
        actor.require_scope(customer_id)
        base = base.where(LedgerComparison.customer_id == customer_id)
    if actor.customer_ids is not None:
        base = base.where(LedgerComparison.customer_id.in_(actor.customer_ids))
    states = Counter(session.scalars(base.with_only_columns(LedgerComparison.state)))
    wanted = base.where(LedgerComparison.state == query.tab) if query.tab else base
    word = query.q.strip().lower()
    if word:
        like = f"%{word}%"
        wanted = wanted.where(
            or_(func.lower(LedgerComparison.file_name).like(like), Customer.name_key.like(like))
        )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    columns: dict[str, Any] = {
        "started": LedgerComparison.started_at, "as_of": LedgerComparison.as_of_on,
        "file": LedgerComparison.file_name,
    }  # fmt: skip
    key = columns[query.sorted_by(COMPARISON_SORTS, "started")]
    is_down = query.descending if query.sort else True
    wanted = wanted.order_by(key.desc() if is_down else key, LedgerComparison.id.desc())
    found = session.execute(wanted.limit(query.limit).offset(query.offset if query.per_page else 0)).all()
    counts = _open_counts(session, [row.id for row, _, _ in found])
    rows = tuple(_row_view(row, customer, name or "", counts.get(row.id, 0)) for row, customer, name in found)
    tabs = (
        Tab("", N_("All"), states.total()),
        *(Tab(state, label, states[state]) for state, label in STATE_LABELS.items() if states[state]),
    )
    return Page(rows, count, query, (), tabs)


def _open_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(ComparisonRow.comparison_id, func.count(func.distinct(ComparisonRow.group_no)))
        .where(ComparisonRow.comparison_id.in_(ids), ComparisonRow.status != "agreed")
        .group_by(ComparisonRow.comparison_id)
    )
    return dict(session.execute(query).all())


def _row_view(row: LedgerComparison, customer: Customer, name: str, differences: int) -> ComparisonRowView:
    money = row.currency
    return ComparisonRowView(
        row.public_id, row.file_name, row.state, customer.number, customer.name, customer.name_en, money,
        row.as_of_on, Money(row.ours_minor, money), Money(row.theirs_minor, money),
        Money(row.ours_minor - row.theirs_minor, money), differences, name, row.started_at,
    )  # fmt: skip
