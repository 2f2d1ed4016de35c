"""Reads of bank lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank.models import BankAccount, BankFile, BankLine
from portal.bank.rules import LINE_LABELS
from portal.bank.views import LineRow, in_scope, line_row, require_bank
from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab
from portal.money import Money

LINE_SORTS = ("booked_on", "amount", "payer", "state")


def list_bank_lines(
    session: Session,
    *,
    query: ListQuery,
    actor: Actor,
    account: str = "",
    file: str = "",
    direction: str = "",
) -> Page[LineRow]:
    """Return bank lines, newest first; tabs by state.

    Args:
        session: Any session.
        query: Search words look in names, accounts, narrative and references; a plain amount finds the amount.
        actor: Needs ``bank:read``.
        account: Public id to narrow to.
        file: The same; the lines that it brought first.
        direction: ``in``, ``out`` or empty for both.

    Raises:
        NotAllowed: The actor may not look at bank lines.
    """
    require_bank(actor)
    narrowed = _narrowed(actor, query.q, account, file, direction)
    counts = _counts(session, narrowed)
    conditions = [*narrowed, BankLine.state == query.tab] if query.tab in LINE_LABELS else narrowed
    wanted = (
        select(BankLine, BankAccount, BankFile.public_id)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .join(BankFile, BankFile.id == BankLine.file_id)
        .where(*conditions)
    )
    column = {
        "booked_on": BankLine.booked_on, "amount": BankLine.amount_minor, "payer": BankLine.payer_name,
        "state": BankLine.state,
    }[query.sorted_by(LINE_SORTS, "booked_on")]  # fmt: skip
    descending = query.descending or not query.sort
    rows = session.execute(
        wanted.order_by(column.desc() if descending else column.asc(), BankLine.id.desc())
        .limit(query.limit)
        .offset(query.offset)
    )
    count = counts.get(query.tab, 0) if query.tab in LINE_LABELS else sum(counts.values())
    tabs = (
        Tab("all", N_("All"), sum(counts.values())),
        *(Tab(state, label, counts.get(state, 0)) for state, label in LINE_LABELS.items()),
    )
    return Page(tuple(line_row(*row) for row in rows), count, query, _sums(session, conditions), tabs)


def _counts(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    rows = session.execute(
        select(BankLine.state, func.count())
        .select_from(BankLine)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .join(BankFile, BankFile.id == BankLine.file_id)
        .where(*conditions)
        .group_by(BankLine.state)
    )
    return {state: int(count) for state, count in rows}


def _narrowed(actor: Actor, q: str, account: str, file: str, direction: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [in_scope(actor)]
    if account:
        found.append(BankAccount.public_id == account)
    if file:
        found.append(BankFile.public_id == file)
    if direction in {"in", "out"}:
        found.append(BankLine.amount_minor > 0 if direction == "in" else BankLine.amount_minor < 0)
    if q:
        digits = q.replace(",", "").replace("−", "-").replace(".", "", 1)
        words = func.lower(
            BankLine.payer_name
            + " "
            + BankLine.payer_account
            + " "
            + BankLine.narrative
            + " "
            + BankLine.reference
        ).contains(q.lower(), autoescape=True)
        if digits.lstrip("-").isdecimal() and len(digits) < 16:
            minor = abs(int(digits)) * (1 if "." in q else 100)
            words = words | (func.abs(BankLine.amount_minor) == minor)
        found.append(words)
    return found


def _sums(session: Session, conditions: Sequence[ColumnElement[bool]]) -> tuple[Money, ...]:
    rows = session.execute(
        select(BankLine.currency, func.sum(BankLine.amount_minor))
        .select_from(BankLine)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .join(BankFile, BankFile.id == BankLine.file_id)
        .where(*conditions)
        .group_by(BankLine.currency)
        .order_by(BankLine.currency)
    )
    return tuple(Money(int(minor), currency) for currency, minor in rows)


def find_bank_line(
    session: Session, *, public_id: str, actor: Actor
) -> tuple[LineRow, tuple[Mapping[str, Any], ...]]:
    """Return a line and the payments inside it.

    Raises:
        NotAllowed: The actor may not look at bank lines.
        NotFound: There is no such line in scope.
    """
    require_bank(actor)
    found = session.execute(
        select(BankLine, BankAccount, BankFile.public_id)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .join(BankFile, BankFile.id == BankLine.file_id)
        .where(BankLine.public_id == public_id, in_scope(actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    return line_row(*found), tuple(found[0].parts or ())
