"""Our accounts at banks and wallets: found by how a file names them, opened when a file brings a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.bank.models import BankAccount
from portal.bank.rules import is_masked_or_long, same_account
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import default_entity
from portal.money import currency_digits


class UnknownBankAccount(Invalid):
    """A file that does not say, or not well enough, which account it is of."""

    code = "unknown_account"


def name_account(session: Session, named: str) -> BankAccount:
    """Return the account a person names: public id, number or name.

    Raises:
        UnknownBankAccount: There is none, or the name fits several.
    """
    rows = session.scalars(select(BankAccount).order_by(BankAccount.id)).all()
    found = [row for row in rows if named in {row.public_id, row.identifier, row.name}]
    found = found or [row for row in rows if same_account(row.identifier, named)]
    if len({row.identifier for row in found}) != 1:
        raise UnknownBankAccount(N_("There is no bank account “%(name)s”."), field="account", name=named[:60])
    return found[0]


def matching_account(rows: Sequence[BankAccount], identifier: str, currency: str) -> BankAccount | None:
    """Return the account a file means: the same number in the same currency; a masked number must fit only one."""
    rows = [row for row in rows if row.currency == currency or not currency]
    exact = [row for row in rows if row.identifier == identifier]
    if len(exact) == 1:
        return exact[0]
    near = [row for row in rows if is_masked_or_long(row.identifier, identifier)]
    return near[0] if len(near) == 1 else None


def open_account(
    session: Session,
    *,
    identifier: str,
    currency: str,
    name: str = "",
    bank_name: str = "",
    entity_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> BankAccount:
    """Open a bank account in the books.

    Args:
        session: A writing session.
        identifier: IBAN or number; blanks are dropped.
        currency: ISO 4217.
        name: For people; empty = the number.
        bank_name: Name or BIC.
        entity_id: The seller it belongs to; None = the default one.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: No number, an unknown currency, or the account is there already.
    """
    actor.require(Permission.IMPORTS_RUN)
    identifier = "".join(identifier.split()).upper()[:64]
    if not identifier:
        raise Invalid(N_("Give the number of the account."), field="identifier")
    currency_digits(currency)
    entity = entity_id or default_entity(session).id
    is_there = select(BankAccount.id).where(
        BankAccount.entity_id == entity,
        BankAccount.identifier == identifier,
        BankAccount.currency == currency,
    )
    if session.scalar(is_there) is not None:
        raise Invalid(N_("This account is there already."), field="identifier")
    row = BankAccount(
        entity_id=entity, identifier=identifier, currency=currency, name=name[:120], bank_name=bank_name[:120],
        created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, "bank.account-opened", subject_kind="bank-account", subject_id=row.public_id,
        details={"identifier": identifier, "currency": currency, "name": row.name}, actor=actor, now=now,
    )  # fmt: skip
    return row


def edit_account(
    session: Session,
    *,
    public_id: str,
    name: str,
    bank_name: str,
    feed_days: int,
    is_active: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Change what people call an account, and after how many days without a statement its feed is late.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such account in scope.
        Invalid: Days outside 1 to 60.
        Conflict: Nothing changes.
    """
    actor.require(Permission.IMPORTS_RUN)
    row = session.scalars(select(BankAccount).where(BankAccount.public_id == public_id)).one_or_none()
    if row is None or (actor.entity_ids is not None and row.entity_id not in actor.entity_ids):
        raise NotFound
    if not 1 <= feed_days <= 60:
        raise Invalid(N_("Give a number of days between 1 and 60."), field="feed_days")
    wanted = {
        "name": name[:120],
        "bank_name": bank_name[:120],
        "feed_days": feed_days,
        "is_active": is_active,
    }
    changes = {key: [getattr(row, key), value] for key, value in wanted.items() if getattr(row, key) != value}
    if not changes:
        raise Conflict(N_("Nothing was changed."))
    for key, (_, value) in changes.items():
        setattr(row, key, value)
    session.flush()
    audit.record(
        session, "bank.account-edited", subject_kind="bank-account", subject_id=public_id, details=changes,
        actor=actor, now=now,
    )  # fmt: skip
