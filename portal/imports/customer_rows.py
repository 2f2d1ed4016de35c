"""Read one row of a customer master: every cell checked, every problem named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Person
from portal.customers import (
    ContactDraft,
)
from portal.customers.rules import require_email, require_number
from portal.errors import N_, Invalid
from portal.imports.row import RowReader
from portal.imports.rules import Problem
from portal.money import CURRENCY_DIGITS, Money

TEXTS = ("name_en", "country", "tax_no", "street_address", "department")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One row that passed: only the facts it names, so that an empty cell changes nothing."""

    no: int
    number: str
    facts: Mapping[str, Any]
    contact: ContactDraft | None


def read_customer_row(session: Session, no: int, cells: Mapping[str, str]) -> CustomerRow | list[Problem]:
    """Read one row, or return every problem of it.

    Args:
        session: For the e-mail addresses of colleagues.
        no: Line in the file.
        cells: Cells by column.
    """
    reader = RowReader(no, cells)
    number, currency = reader.required("number"), reader.required("currency")
    facts: dict[str, Any] = {"name": reader.required("name"), "currency": currency}
    facts |= {name: text for name in TEXTS if (text := reader.text(name))}
    if currency and currency not in CURRENCY_DIGITS:
        reader.refuse(
            "currency", "unknown_currency", N_("“%(text)s” is not a currency code."), text=currency[:40]
        )
    _guarded(reader, "number", require_number, number)
    language = _language(reader, "language")
    if language:
        facts["language"] = language
    if cells.get("terms_days"):
        facts["terms_days"] = _days(reader, cells["terms_days"])
    limit = reader.amount("credit_limit", currency, zero=True)
    if limit is not None:
        facts["credit_limit"] = Money(limit, currency)
    if cells.get("owner"):
        facts["owner_id"] = _owner(session, reader, cells["owner"])
    contact = _contact(reader)
    return reader.problems or CustomerRow(no, number, facts, contact)


def _guarded(reader: RowReader, column: str, check: Callable[[str], str], text: str) -> None:
    if text:
        try:
            check(text)
        except Invalid as refusal:
            reader.refuse(column, "bad_text", refusal.message, **refusal.params)


def _language(reader: RowReader, column: str) -> str:
    text = reader.text(column).lower()
    if text and text not in {"zh", "en"}:
        reader.refuse(column, "bad_text", N_("“%(text)s” is neither zh nor en."), text=text[:40])
    return text


def _days(reader: RowReader, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 3650:
        reader.refuse("terms_days", "bad_amount", N_("Terms are between 0 and 3650 days."))
        return 0
    return int(text)


def _owner(session: Session, reader: RowReader, email: str) -> int | None:
    found = session.scalar(select(Person.id).where(Person.email == email.strip().lower(), Person.is_active))
    if found is None:
        reader.refuse("owner", "bad_text", N_("Nobody signs in with “%(text)s”."), text=email[:80])
    return found


def _contact(reader: RowReader) -> ContactDraft | None:
    email, name = reader.text("contact_email"), reader.text("contact_name")
    if not email:
        return None
    _guarded(reader, "contact_email", require_email, email)
    return ContactDraft(
        name=name, email=email.strip().lower(), phone=reader.text("contact_phone"),
        job_title=reader.text("contact_job_title"), language=_language(reader, "contact_language"),
    )  # fmt: skip
