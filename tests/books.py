"""Books as text: a test shows the ledger it runs on, one document a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.ledger import default_entity
from portal.money import parse_minor
from portal.receivables import Application, DocumentDraft, post_documents
from portal.receivables.models import Document

_LINE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d) (?P<kind>\w+) (?P<customer>\S+) (?P<no>\S+) (?P<amount>-?[\d.]+) (?P<currency>[A-Z]{3})"
    r"(?: due (?P<due>\d{4}-\d\d-\d\d))?(?: tax (?P<tax>[\d.]+))?(?: order (?P<order>\S+))?"
    r"(?: on (?P<posting>\d{4}-\d\d-\d\d))?"
    r"(?: pays (?P<pays>\S+))?(?: \"(?P<text>[^\"]*)\")?"
)


@dataclass
class Books:
    """What a story posted: row numbers by document number."""

    ids: dict[str, int] = field(default_factory=dict)
    public_ids: dict[str, str] = field(default_factory=dict)


def post_books(
    session: Session, text: str, *, actor: Actor, now: datetime, books: Books | None = None
) -> Books:
    """Post a story line by line, in order.

    A line reads ``2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04 tax 11.50 order PO-7 on 2026-01-06
    pays INV-0:60.00;INV-1 "ball screws"``; everything after the currency is optional, in this order (``on`` is the
    posting date). Unknown customers are created.
    """
    books = books or Books()
    entity = default_entity(session)
    for row in filter(None, (line.strip() for line in text.splitlines())):
        found = _LINE.fullmatch(row)
        assert found, f"this is not a line of books: {row}"
        part = found.groupdict()
        draft = DocumentDraft(
            entity_id=entity.id, customer_id=_customer_id(session, part["customer"], part["currency"], now),
            kind=part["kind"], document_no=part["no"], currency=part["currency"],
            amount_minor=parse_minor(part["amount"], part["currency"], signed=True),
            document_on=date.fromisoformat(part["day"]), due_on=_day(part["due"]), posting_on=_day(part["posting"]),
            tax_minor=parse_minor(part["tax"], part["currency"]) if part["tax"] else None,
            order_no=part["order"] or "", description=part["text"] or "",
            applies_to=_applications(books, part["pays"], part["currency"]),
        )  # fmt: skip
        (document_id,) = post_documents(session, [draft], actor=actor, now=now)
        books.ids[part["no"]] = document_id
        books.public_ids[part["no"]] = session.scalars(
            select(Document.public_id).where(Document.id == document_id)
        ).one()
    return books


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _applications(books: Books, text: str | None, currency: str) -> tuple[Application, ...]:
    parts = [part.partition(":") for part in (text or "").split(";") if part]
    return tuple(
        Application(document_id=books.ids[no], amount_minor=parse_minor(amount, currency) if amount else None)
        for no, _, amount in parts
    )


def _customer_id(session: Session, number: str, currency: str, now: datetime) -> int:
    found = session.scalar(select(Customer.id).where(Customer.number == number))
    if found is None:
        customer = Customer(
            number=number,
            name=number.title(),
            name_key=number.lower(),
            currency=currency,
            first_on=date(2025, 1, 1),
            created_at=now,
        )
        session.add(customer)
        session.flush()
        found = customer.id
    return found
