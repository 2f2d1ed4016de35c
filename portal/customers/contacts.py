"""Contacts: who at the customer gets statements and reminders by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.customers.models import Contact, Customer
from portal.customers.rules import require_email
from portal.errors import N_, Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """A contact as staff type it in."""

    name: str
    email: str
    phone: str = ""
    job_title: str = ""
    language: str = "zh"
    wants_statements: bool = True
    wants_reminders: bool = True
    is_active: bool = True


def add_contact(
    session: Session, *, customer_public_id: str, draft: ContactDraft, actor: Actor, now: datetime
) -> str:
    """Add a contact to a customer and return its public id.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: The customer is unknown or out of scope.
        Conflict: The customer has a contact with this address.
        Invalid: Name, address or language cannot be used.
    """
    actor.require(Permission.CUSTOMERS_EDIT, Permission.IMPORTS_RUN)
    customer = session.scalars(select(Customer).where(Customer.public_id == customer_public_id)).one_or_none()
    if customer is None or not actor.sees(customer.id):
        raise NotFound
    values = _values(draft)
    _require_free(session, customer_id=customer.id, email=values["email"], but=None)
    contact = Contact(customer_id=customer.id, **values)
    session.add(contact)
    session.flush()
    audit.record(
        session, "contacts.added", subject_kind="contact", subject_id=contact.public_id, customer_id=customer.id,
        details=values, actor=actor, now=now,
    )  # fmt: skip
    return contact.public_id


def edit_contact(
    session: Session, *, public_id: str, draft: ContactDraft, actor: Actor, now: datetime
) -> None:
    """Change a contact; inactive ones get no mail any more.

    Raises:
        NotAllowed: The actor may not edit customers.
        NotFound: The contact is unknown or out of scope.
        Conflict: Another contact of the customer has this address.
        Invalid: Name or language cannot be used, or the address is another one: that needs ``propose_email``.
    """
    actor.require(Permission.CUSTOMERS_EDIT, Permission.IMPORTS_RUN)
    contact = session.scalars(
        select(Contact).where(Contact.public_id == public_id).with_for_update()
    ).one_or_none()
    if contact is None or not actor.sees(contact.customer_id):
        raise NotFound
    values = _values(draft)
    if values["email"] != contact.email:
        raise Invalid(N_("An address is changed by two people: ask for the change."), field="email")
    _require_free(session, customer_id=contact.customer_id, email=values["email"], but=contact.id)
    changed = {
        name: [getattr(contact, name), value]
        for name, value in values.items()
        if getattr(contact, name) != value
    }
    if not changed:
        return
    for name, (_, value) in changed.items():
        setattr(contact, name, value)
    session.flush()
    audit.record(
        session, "contacts.edited", subject_kind="contact", subject_id=contact.public_id,
        customer_id=contact.customer_id, details={"changed": changed}, actor=actor, now=now,
    )  # fmt: skip


def _require_free(session: Session, *, customer_id: int, email: str, but: int | None) -> None:
    found = session.scalar(
        select(Contact.id).where(
            Contact.customer_id == customer_id, Contact.email == email, Contact.is_active
        )
    )
    if found is not None and found != but:
        raise Conflict(N_("This customer has a contact with the address %(email)s already."), email=email)


def _values(draft: ContactDraft) -> dict[str, Any]:
    if not draft.name.strip():
        raise Invalid(N_("Enter a name."), field="name")
    if draft.language not in {"zh", "en"}:
        raise Invalid(field="language")
    return {
        "name": draft.name.strip()[:120], "email": require_email(draft.email), "phone": draft.phone.strip()[:60],
        "job_title": draft.job_title.strip()[:120], "language": draft.language,
        "wants_statements": draft.wants_statements, "wants_reminders": draft.wants_reminders,
        "is_active": draft.is_active,
    }  # fmt: skip
