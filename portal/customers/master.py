"""Read a customer's bank accounts, the changes that wait, and the alerts that follow a change of bank details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.customers.models import CustomerAccount, MasterChange

#: So long a changed account is pointed out.
ALERT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AccountView:
    """A bank account in use."""

    public_id: str
    account: str
    bank_name: str
    bic: str
    holder: str
    added_at: datetime

    @property
    def grouped(self) -> str:
        """The account in fours, as people compare it."""
        return " ".join(self.account[at : at + 4] for at in range(0, len(self.account), 4))


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change that waits for a second person."""

    public_id: str
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class BankAlert:
    """Bank details that changed lately, or are about to: what fraud looks like from here."""

    kind: str
    account: str
    is_pending: bool
    at: datetime


def accounts_of(session: Session, *, customer_id: int, actor: Actor) -> tuple[AccountView, ...]:
    """Return a customer's bank accounts in use, oldest first.

    Raises:
        NotAllowed: The actor may not read customers.
        NotFound: The customer is out of scope.
    """
    actor.require(Permission.CUSTOMERS_READ)
    actor.require_scope(customer_id)
    rows = session.scalars(
        select(CustomerAccount)
        .where(CustomerAccount.customer_id == customer_id, CustomerAccount.ended_at.is_(None))
        .order_by(CustomerAccount.id)
    )
    return tuple(
        AccountView(row.public_id, row.account, row.bank_name, row.bic, row.holder, row.added_at)
        for row in rows
    )


def pending_changes(session: Session, *, customer_id: int, actor: Actor) -> tuple[ChangeView, ...]:
    """Return the changes of addresses and bank details that wait, oldest first.

    Raises:
        NotAllowed: The actor may not read customers.
        NotFound: The customer is out of scope.
    """
    actor.require(Permission.CUSTOMERS_READ)
    actor.require_scope(customer_id)
    rows = session.execute(
        select(MasterChange, Person.name)
        .join(Person, Person.id == MasterChange.proposed_by_id)
        .where(MasterChange.customer_id == customer_id, MasterChange.state == "pending")
        .order_by(MasterChange.id)
    )
    return tuple(
        ChangeView(row.public_id, row.kind, row.before, row.after, row.reason, name, row.proposed_at)
        for row, name in rows
    )


def bank_alerts(session: Session, *, customer_id: int, actor: Actor, now: datetime) -> tuple[BankAlert, ...]:
    """Return changes of bank details that wait or were made within 30 days, newest first.

    Raises:
        NotAllowed: The actor may not read customers.
        NotFound: The customer is out of scope.
    """
    actor.require(Permission.CUSTOMERS_READ)
    actor.require_scope(customer_id)
    rows = session.scalars(
        select(MasterChange)
        .where(
            MasterChange.customer_id == customer_id, MasterChange.kind.in_(("bank-add", "bank-end")),
            MasterChange.state.in_(("pending", "approved")),
        )
        .order_by(MasterChange.id.desc())
    )  # fmt: skip
    found = []
    for row in rows:
        at = row.decided_at or row.proposed_at
        if row.state == "pending" or at > now - ALERT_FOR:
            account = str((row.after or row.before).get("account", ""))
            found.append(BankAlert(row.kind, account, row.state == "pending", at))
    return tuple(found)
