"""Edit and archive customers; an edit names the version it saw, so that no change is lost silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.customers.create import CustomerDraft, values_of
from portal.customers.models import Customer
from portal.errors import Conflict, Invalid, NotFound
from portal.money import Money

#: What staff may change; the number names the customer to people and stays.
EDITABLE = (
    "name", "name_en", "currency", "language", "country", "tax_no", "street_address", "terms_days", "credit_limit",
    "department", "owner_id", "mail_domains",
)  # fmt: skip


def edit_customer(
    session: Session,
    *,
    public_id: str,
    row_version: int,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Change fields of a customer.

    Args:
        session: A writing session.
        public_id: The customer.
        row_version: The version the editor saw.
        changes: Field → new value; fields of ``EDITABLE``; ``credit_limit`` is Money or None.
        actor: Needs ``customers:edit``.
        now: When.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: Unknown, or out of scope.
        Conflict: Someone changed it in between.
        Invalid: An unknown field, or a value that cannot be used; ``field`` names it.
        UnknownCurrency: Not a currency.
    """
    actor.require(Permission.CUSTOMERS_EDIT, Permission.IMPORTS_RUN)
    row = locked_customer(session, public_id, actor=actor)
    if row.row_version != row_version:
        raise Conflict
    for field in changes:
        if field not in EDITABLE:
            raise Invalid(field=field)
    values = values_of(replace(_draft_of(row), **changes))
    del values["row_version"], values["first_on"], values["is_paused"]
    changed = {
        name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value
    }
    if not changed:
        return
    for name, (_, value) in changed.items():
        setattr(row, name, value)
    if "owner_id" in changed:
        row.owner_named_at = now
    row.row_version += 1
    session.flush()
    changed.pop("name_key", None)
    audit.record(
        session, "customers.edited", subject_kind="customer", subject_id=row.public_id, customer_id=row.id,
        details={"changed": changed}, actor=actor, now=now,
    )  # fmt: skip


def archive_customer(
    session: Session, *, public_id: str, is_archived: bool = True, actor: Actor, now: datetime
) -> None:
    """Archive a customer, so that no more statements are made, or take it back; documents stay as they are.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: Unknown, or out of scope.
        Conflict: It is so already.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    row = locked_customer(session, public_id, actor=actor)
    if (row.archived_at is not None) == is_archived:
        raise Conflict
    row.archived_at = now if is_archived else None
    row.row_version += 1
    session.flush()
    audit.record(
        session, "customers.edited", subject_kind="customer", subject_id=row.public_id, customer_id=row.id,
        details={"changed": {"is_archived": [not is_archived, is_archived]}}, actor=actor, now=now,
    )  # fmt: skip


def locked_customer(session: Session, public_id: str, *, actor: Actor) -> Customer:
    """Return a customer in scope, its row locked until the transaction ends.

    Raises:
        NotFound: Unknown, or out of scope.
    """
    row = session.scalars(
        select(Customer).where(Customer.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None or not actor.sees(row.id):
        raise NotFound
    return row


def _draft_of(row: Customer) -> CustomerDraft:
    limit = row.credit_limit_minor
    return CustomerDraft(
        number=row.number, name=row.name, currency=row.currency, first_on=row.first_on, name_en=row.name_en,
        language=row.language, country=row.country, tax_no=row.tax_no, street_address=row.street_address,
        terms_days=row.terms_days, credit_limit=None if limit is None else Money(limit, row.currency),
        department=row.department, owner_id=row.owner_id, mail_domains=row.mail_domains,
    )  # fmt: skip
