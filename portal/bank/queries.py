"""Reads of bank accounts and of the chain of their balances."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank.models import BankAccount, BankFile, BankLine, BankStatement
from portal.bank.rules import Span, chain_step
from portal.bank.views import AccountRow, StatementRow, in_scope, require_bank, statement_row
from portal.errors import NotFound
from portal.lists import ListQuery, Page
from portal.money import Money

ACCOUNT_SORTS = ("name", "currency", "until")


def list_bank_accounts(session: Session, *, query: ListQuery, actor: Actor, today: date) -> Page[AccountRow]:
    """Return the accounts, sorted by name unless asked otherwise.

    Raises:
        NotAllowed: The actor may not look at bank lines.
    """
    require_bank(actor)
    wanted = select(BankAccount).where(in_scope(actor))
    if query.q:
        words = func.lower(BankAccount.name + " " + BankAccount.identifier + " " + BankAccount.bank_name)
        wanted = wanted.where(words.contains(query.q.lower(), autoescape=True))
    rows = [_account_row(session, row, today) for row in session.scalars(wanted)]
    keys = {
        "name": lambda row: row.title.lower(),
        "currency": lambda row: row.currency,
        "until": lambda row: row.until_on or date.min,
    }
    key = keys[query.sorted_by(ACCOUNT_SORTS, "name")]
    rows.sort(key=key, reverse=query.descending)
    page = rows[query.offset : query.offset + query.per_page] if query.per_page else rows
    return Page(tuple(page), len(rows), query)


def account_choices(session: Session, *, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return (public id, title with currency) of the accounts in scope, for a field to choose from."""
    rows = session.scalars(
        select(BankAccount).where(in_scope(actor), BankAccount.is_active.is_(True)).order_by(BankAccount.name)
    )
    return tuple((row.public_id, f"{row.name or row.identifier} · {row.currency}") for row in rows)


def find_bank_account(session: Session, *, public_id: str, actor: Actor, today: date) -> AccountRow:
    """Return one account.

    Raises:
        NotAllowed: The actor may not look at bank lines.
        NotFound: There is no such account in scope.
    """
    return _account_row(session, _account(session, public_id, actor), today)


def statements_of(session: Session, *, public_id: str, actor: Actor) -> tuple[StatementRow, ...]:
    """Return the statements of an account, newest first, each with how it joins the one before it.

    Raises:
        NotAllowed: The actor may not look at bank lines.
        NotFound: There is no such account in scope.
    """
    account = _account(session, public_id, actor)
    rows = session.execute(
        select(BankStatement, BankFile.public_id, BankFile.file_name)
        .join(BankFile, BankFile.id == BankStatement.file_id)
        .where(BankStatement.account_id == account.id)
        .order_by(BankStatement.from_on, BankStatement.until_on, BankStatement.id)
    ).all()
    found: list[StatementRow] = []
    before: Span | None = None
    for row, file_id, file_name in rows:
        span = Span(row.id, row.opening_minor, row.closing_minor, row.from_on, row.until_on, row.currency)
        found.append(statement_row(row, file_id, file_name, chain_step(before, span)))
        before = span if row.closing_minor is not None or before is None else before
    return tuple(reversed(found))


def late_feeds(session: Session, *, today: date, actor: Actor) -> tuple[AccountRow, ...]:
    """Return the accounts whose feed is late, the latest first."""
    require_bank(actor)
    rows = session.scalars(select(BankAccount).where(in_scope(actor), BankAccount.is_active.is_(True)))
    late = [found for row in rows if (found := _account_row(session, row, today)).is_late]
    return tuple(sorted(late, key=lambda row: -row.late_days))


def _account(session: Session, public_id: str, actor: Actor) -> BankAccount:
    require_bank(actor)
    row = session.scalars(
        select(BankAccount).where(BankAccount.public_id == public_id, in_scope(actor))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _account_row(session: Session, row: BankAccount, today: date) -> AccountRow:
    closing = session.execute(
        select(BankStatement.closing_minor)
        .where(BankStatement.account_id == row.id, BankStatement.closing_minor.is_not(None))
        .order_by(BankStatement.until_on.desc(), BankStatement.id.desc())
        .limit(1)
    ).scalar()
    lines, last = session.execute(
        select(func.count(), func.max(BankLine.booked_on)).where(BankLine.account_id == row.id)
    ).one()
    stated = session.scalar(
        select(func.max(BankStatement.until_on)).where(BankStatement.account_id == row.id)
    )
    unmatched = session.scalar(
        select(func.count()).where(BankLine.account_id == row.id, BankLine.state == "new")
    )
    until = max((day for day in (last, stated) if day), default=None)
    days = (today - until).days if until else 0
    is_late = row.is_active and until is not None and until + timedelta(days=row.feed_days) < today
    return AccountRow(
        row.public_id, row.name, row.identifier, row.bank_name, row.currency,
        None if closing is None else Money(closing, row.currency), until, is_late, days, lines, unmatched or 0,
        row.feed_days, row.is_active,
    )  # fmt: skip
