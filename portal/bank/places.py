"""Where the statements of a file belong: the account each means, opened when it is new, and its currency."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank.accounts import UnknownBankAccount, matching_account, name_account, open_account
from portal.bank.models import BankAccount
from portal.bank.rules import Span, same_account
from portal.bank.survey import Survey, SurveyedStatement
from portal.connectors.bank_facts import Closed, Opened, ReadOptions
from portal.errors import N_
from portal.ledger import default_entity


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement of the file with its account.

    Attributes:
        account_id: Row number; 0 for one that a dry run would open.
        key: Identity of the statement: its account, days, number and balances.
        is_repeated: The same statement stands in the file before.
    """

    account_id: int
    currency: str
    opened: Opened
    closed: Closed
    key: str
    is_repeated: bool

    @property
    def span(self) -> Span:
        """Its balances and days."""
        closed = self.closed
        return Span(
            0, closed.opening_minor, closed.closing_minor, closed.from_on, closed.until_on, self.currency
        )


def read_options(
    session: Session, named: str, book_currency: str, layout: Mapping[str, Any] | None
) -> ReadOptions:
    """Return what a file may leave out: the currency of the named account, else that of the books; a learned layout.

    Raises:
        UnknownBankAccount: An account is named that is not there.
    """
    currency = name_account(session, named).currency if named else ""
    fallback = book_currency or default_entity(session).book_currency or ""
    return ReadOptions(currency, fallback, dict(layout) if layout else None)


def place_statements(
    session: Session, survey: Survey, *, named: str, is_dry_run: bool, actor: Actor, now: datetime
) -> list[PlacedStatement]:
    """Find the account of each statement of a file.

    Args:
        session: A session; a writing one when accounts may be opened.
        survey: What the file holds.
        named: Account that a person names for all of it; empty = as the file says.
        is_dry_run: Unknown accounts are no reason to refuse, and none is opened.
        actor: Whose books.
        now: When.

    Raises:
        UnknownBankAccount: The file does not say which account it is of and none is named, or it is of another one.
    """
    chosen = name_account(session, named) if named else None
    rows = list(session.scalars(select(BankAccount).order_by(BankAccount.id)))
    placed: list[PlacedStatement] = []
    seen: set[tuple[str, str]] = set()
    for one in survey.statements:
        account = _account(session, rows, one, chosen, is_dry_run=is_dry_run, actor=actor, now=now)
        account_id = account.id if account else 0
        currency = one.currency or (account.currency if account else "")
        key = _key(account_id or one.opened.account, currency, one)
        placed.append(
            PlacedStatement(account_id, currency, one.opened, one.closed, key, (key, one.digest) in seen)
        )
        if one.closed.line_count:
            seen.add((key, one.digest))
    return placed


def _account(
    session: Session,
    rows: list[BankAccount],
    one: SurveyedStatement,
    chosen: BankAccount | None,
    *,
    is_dry_run: bool,
    actor: Actor,
    now: datetime,
) -> BankAccount | None:
    stated, currency = one.opened.account, one.currency
    if chosen is not None:
        return _chosen(session, rows, one, chosen, is_dry_run=is_dry_run, actor=actor, now=now)
    if stated and (found := matching_account(rows, stated, currency)):
        return found
    if is_dry_run or not one.closed.line_count:
        return None
    if not stated:
        raise UnknownBankAccount(
            N_("This file does not say which account it is of. Choose the account."), field="account"
        )
    if not currency:
        raise UnknownBankAccount(
            N_("This file names no currency. Choose the account %(number)s, or open it first."),
            field="account", number=stated,
        )  # fmt: skip
    row = open_account(
        session, identifier=stated, currency=currency, bank_name=one.opened.bank, actor=actor, now=now
    )
    rows.append(row)
    return row


def _chosen(
    session: Session,
    rows: list[BankAccount],
    one: SurveyedStatement,
    chosen: BankAccount,
    *,
    is_dry_run: bool,
    actor: Actor,
    now: datetime,
) -> BankAccount | None:
    """Return the account a person chose, in the currency of the statement; refuse a file of another account."""
    stated, currency = one.opened.account, one.currency
    is_number = sum(map(str.isdigit, stated)) >= 8 and "*" not in stated
    if is_number and not same_account(chosen.identifier, stated) and chosen.identifier[:1].isalnum():
        raise UnknownBankAccount(
            N_("This file is of account %(stated)s, not of %(chosen)s. Nothing was taken in."),
            field="account", stated=stated, chosen=chosen.identifier,
        )  # fmt: skip
    if currency in {"", chosen.currency}:
        return chosen
    for row in rows:
        if row.identifier == chosen.identifier and row.currency == currency:
            return row
    if is_dry_run:
        return None
    row = open_account(
        session, identifier=chosen.identifier, currency=currency, name=chosen.name, bank_name=chosen.bank_name,
        entity_id=chosen.entity_id, actor=actor, now=now,
    )  # fmt: skip
    rows.append(row)
    return row


def _key(account: int | str, currency: str, one: SurveyedStatement) -> str:
    closed = one.closed
    facts = (
        account, currency, one.opened.number, one.opened.is_notice, closed.opening_minor, closed.closing_minor,
        closed.from_on, closed.until_on, closed.line_count, closed.sum_minor,
    )  # fmt: skip
    return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()
