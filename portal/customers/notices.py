"""Mails that tell people at the customer of a change of their addresses or bank details."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import recipients_of
from portal.customers.models import Contact, Customer, MasterChange
from portal.ledger import default_entity
from portal.outbox import MessageDraft, put_message


def _facts(session: Session, customer_id: int, language: str) -> dict[str, Any]:
    entity, customer = default_entity(session), session.get_one(Customer, customer_id)
    own = (customer.name_en or customer.name) if language == "en" else (customer.name or customer.name_en)
    return {
        "seller": entity.short_name_in(language), "seller_phone": entity.phone, "seller_email": entity.email,
        "customer": own, "link": "",
    }  # fmt: skip


def _tell(
    session: Session,
    *,
    key: str,
    to: tuple[str, str, str],
    customer_id: int,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    email, name, language = to
    payload = _facts(session, customer_id, language) | facts
    draft = MessageDraft(
        key=f"contact-changed:{key}:{email}", event="contact-changed", recipient=email, recipient_name=name,
        language=language, payload=payload, customer_id=customer_id,
    )  # fmt: skip
    put_message(session, draft, now=now)


def tell_of_address(
    session: Session, contact: Contact, *, change_id: str, from_at: datetime, now: datetime
) -> None:
    """Tell the old address that mail goes elsewhere from an instant on; the new address is not named."""
    facts = {"what": "contact-email", "why": "contact", "from_at": from_at.isoformat(), "account": ""}
    _tell(
        session, key=change_id, to=(contact.previous_email, contact.name, contact.language),
        customer_id=contact.customer_id, facts=facts, now=now,
    )  # fmt: skip


def tell_of_account(session: Session, change: MasterChange, *, now: datetime) -> None:
    """Tell the customer's contacts and administrators that a bank account changed; only its last four digits."""
    account = str((change.after or change.before)["account"])
    contacts = session.scalars(
        select(Contact).where(
            Contact.customer_id == change.customer_id, Contact.is_active, Contact.email != ""
        )
    )
    told: Iterable[tuple[str, str, str, str]] = [
        *((one.address_at(now), one.name, one.language, "contact") for one in contacts),
        *(
            (one.email, one.name, one.language, "customer-admin")
            for one in recipients_of(session, customer_ids=[change.customer_id], roles=["customer-admin"])
        ),
    ]
    for email, name, language, why in {one[0]: one for one in told}.values():
        facts = {"what": change.kind, "why": why, "from_at": "", "account": account[-4:]}
        _tell(
            session, key=change.public_id, to=(email, name, language), customer_id=change.customer_id, facts=facts,
            now=now,
        )  # fmt: skip
