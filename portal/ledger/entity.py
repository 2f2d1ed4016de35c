"""The legal entity: made once with chart and mapping, edited by staff, its book currency set once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger.models import Account, AccountMapping, EntryLine, LegalEntity
from portal.ledger.rules import DEFAULT_ACCOUNTS, ROLES
from portal.money import currency_digits

#: What staff may change about the seller.
EDITABLE = (
    "name", "name_en", "short_name", "short_name_en", "tax_no", "street_address", "bank_details", "phone", "email",
    "time_zone",
)  # fmt: skip


def ensure_entity(session: Session, *, now: datetime) -> LegalEntity:  # noqa: ARG001 - the form of every verb
    """Return the first legal entity; make it with the default chart and mapping where there is none.

    It is part of preparing a database, so it leaves no audit row. ``now`` is unused but keeps the form of a verb.
    """
    found = session.scalars(select(LegalEntity).order_by(LegalEntity.id).limit(1)).one_or_none()
    if found is not None:
        return found
    entity = LegalEntity(code="MAIN", name="我公司", name_en="Our company")
    session.add(entity)
    session.flush()
    give_default_chart(session, entity_id=entity.id)
    return entity


def add_entity(session: Session, *, code: str, name: str, actor: Actor, now: datetime) -> int:
    """Add a legal entity with the default chart and mapping; returns its row number.

    Args:
        session: A writing session.
        code: What files and lists name it by, at most 20 characters.
        name: Its name, until staff set the full one.
        actor: Needs ``books:edit`` or ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may do neither.
        Invalid: No code, or one that is too long.
        Conflict: The code is taken.
    """
    actor.require(Permission.BOOKS_EDIT, Permission.IMPORTS_RUN)
    if not code.strip() or len(code) > 20:
        raise Invalid(N_("Enter a code of at most 20 characters."), field="code")
    if session.scalar(select(LegalEntity.id).where(LegalEntity.code == code)) is not None:
        raise Conflict
    entity = LegalEntity(code=code, name=name)
    session.add(entity)
    session.flush()
    give_default_chart(session, entity_id=entity.id)
    audit.record(
        session, "entity.edited", subject_kind="entity", subject_id=entity.public_id, details={"added": code},
        actor=actor, now=now,
    )  # fmt: skip
    return entity.id


def give_default_chart(session: Session, *, entity_id: int) -> None:
    """Write the accounts of ``DEFAULT_ACCOUNTS`` and the mapping role → account for a new entity."""
    session.execute(
        insert(Account),
        [
            {"entity_id": entity_id, "code": code, "name": name, "name_en": name_en}
            for code, name, name_en in DEFAULT_ACCOUNTS.values()
        ],
    )
    ids = dict(session.execute(select(Account.code, Account.id).where(Account.entity_id == entity_id)).all())
    session.execute(
        insert(AccountMapping),
        [
            {"entity_id": entity_id, "role": role, "account_id": ids[code]}
            for role, (code, _, _) in DEFAULT_ACCOUNTS.items()
        ],
    )


def edit_entity(session: Session, *, changes: dict[str, str], actor: Actor, now: datetime) -> None:
    """Change names, tax number, address, bank details, contact or time zone of the default legal entity.

    Args:
        session: A writing session.
        changes: Field → new text; fields of ``EDITABLE``; others are refused.
        actor: Needs ``books:edit``.
        now: When.

    Raises:
        NotAllowed: The actor may not edit the books.
        Invalid: An unknown field, no name, or an unknown time zone.
        NotFound: The database was never prepared.
    """
    actor.require(Permission.BOOKS_EDIT)
    entity = session.scalars(
        select(LegalEntity).order_by(LegalEntity.id).limit(1).with_for_update()
    ).one_or_none()
    if entity is None:
        raise NotFound
    _require_usable(changes)
    changed = {
        field: [getattr(entity, field), value]
        for field, value in changes.items()
        if getattr(entity, field) != value
    }
    if not changed:
        return
    for field, (_, value) in changed.items():
        setattr(entity, field, value)
    session.flush()
    audit.record(
        session, "entity.edited", subject_kind="entity", subject_id=entity.public_id, details={"changed": changed},
        actor=actor, now=now,
    )  # fmt: skip


def _require_usable(changes: dict[str, str]) -> None:
    for field, value in changes.items():
        if field not in EDITABLE:
            raise Invalid(field=field)
        if field == "name" and not value.strip():
            raise Invalid(N_("Enter the company's name."), field=field)
        if field == "time_zone":
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise Invalid(N_("“%(zone)s” is not a time zone."), field=field, zone=value[:40]) from None


def edit_account_mapping(
    session: Session, *, role: str, code: str, name: str = "", name_en: str = "", actor: Actor, now: datetime
) -> None:
    """Let another account play a role from now on; entries already posted keep theirs.

    Args:
        session: A writing session.
        role: One of ``ROLES``.
        code: Account code in the default entity's chart; made when the chart lacks it.
        name: Chinese name, needed for a new account.
        name_en: English name, else the Chinese one.
        actor: Needs ``books:edit``.
        now: When.

    Raises:
        NotAllowed: The actor may not edit the books.
        NotFound: No such role.
        Invalid: No code, or a new account without a name.
        Conflict: Customers' balances stand on the account of this role, so that moving it would split them.
    """
    actor.require(Permission.BOOKS_EDIT)
    if role not in ROLES:
        raise NotFound
    if not code.strip():
        raise Invalid(N_("Enter an account code."), field="code")
    entity = session.scalars(select(LegalEntity).order_by(LegalEntity.id).limit(1)).one()
    account_id = _account(session, entity.id, code=code.strip(), name=name.strip(), name_en=name_en.strip())
    mapping = session.get(AccountMapping, (entity.id, role), with_for_update=True)
    before = mapping.account_id if mapping else None
    if before == account_id:
        return
    if role in {"receivable", "advance"} and before is not None and _is_used(session, before):
        raise Conflict(N_("Customers' balances stand on this account. It can no longer be exchanged."))
    if mapping is None:
        session.add(AccountMapping(entity_id=entity.id, role=role, account_id=account_id))
    else:
        mapping.account_id = account_id
    session.flush()
    audit.record(
        session, "entity.edited", subject_kind="entity", subject_id=entity.public_id,
        details={"role": role, "account": code.strip()}, actor=actor, now=now,
    )  # fmt: skip


def _account(session: Session, entity_id: int, *, code: str, name: str, name_en: str) -> int:
    found = session.scalar(select(Account.id).where(Account.entity_id == entity_id, Account.code == code))
    if found is not None:
        return found
    if not (name or name_en):
        raise Invalid(N_("This account is new. Give it a name."), field="name")
    account = Account(entity_id=entity_id, code=code, name=name or name_en, name_en=name_en or name)
    session.add(account)
    session.flush()
    return account.id


def _is_used(session: Session, account_id: int) -> bool:
    return (
        session.scalar(select(EntryLine.entry_id).where(EntryLine.account_id == account_id).limit(1))
        is not None
    )


def set_book_currency_if_missing(session: Session, *, currency: str, entity_id: int | None = None) -> str:
    """Decide the book currency of an entity once; the first import or posting does. Returns the one that holds.

    Raises:
        UnknownCurrency: ``currency`` is not an ISO 4217 code.
    """
    currency_digits(currency)
    wanted = select(LegalEntity.id, LegalEntity.book_currency).order_by(LegalEntity.id).limit(1)
    if entity_id is not None:
        wanted = wanted.where(LegalEntity.id == entity_id)
    row = session.execute(wanted).one()
    if row.book_currency:
        return str(row.book_currency)
    session.execute(
        update(LegalEntity)
        .where(LegalEntity.id == row.id, LegalEntity.book_currency.is_(None))
        .values(book_currency=currency)
    )
    return str(session.scalars(select(LegalEntity.book_currency).where(LegalEntity.id == row.id)).one())
