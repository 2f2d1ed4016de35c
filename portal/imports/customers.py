"""Import the customer master: new customers, newer names and terms, contacts; running again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.clock import business_day
from portal.connectors import UnreadableFile
from portal.customers import (
    ContactDraft,
    CustomerDraft,
    CustomerView,
    add_contact,
    contacts_of,
    create_customers,
    customers_by_number,
    edit_contact,
    edit_customer,
)
from portal.customers.rules import require_email, require_number
from portal.db import Database
from portal.errors import N_, Invalid
from portal.imports.cells import read_cells
from portal.imports.results import ImportResult
from portal.imports.row import RowReader
from portal.imports.rules import Problem
from portal.ledger import default_entity
from portal.money import CURRENCY_DIGITS, Money

REQUIRED = ("number", "name", "currency")
TEXTS = ("name_en", "country", "tax_no", "street_address", "department")
OPTIONAL = (
    *TEXTS, "language", "terms_days", "credit_limit", "owner", "contact_name", "contact_email", "contact_phone",
    "contact_job_title", "contact_language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One row that passed: only the facts it names, so that an empty cell changes nothing."""

    no: int
    number: str
    facts: Mapping[str, Any]
    contact: ContactDraft | None


@dataclass
class _Run:
    actor: Actor
    now: datetime
    today: date = date.min
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def import_customers(
    database: Database,
    path: Path,
    *,
    actor: Actor,
    now: datetime,
    on_progress: Callable[[str, int, int], object] | None = None,
) -> ImportResult:
    """Create and update customers and their contacts from a file.

    Args:
        database: Short transactions are opened on it.
        path: CSV or XLSX with the columns ``number,name,currency`` and any of ``OPTIONAL``; ``owner`` is a colleague's
            e-mail. Several rows of one customer bring several contacts.
        actor: Needs ``imports:run``.
        now: When.
        on_progress: Told after every part.

    Returns:
        What became of every row; updated = a name, term or contact changed.

    Raises:
        NotAllowed: The actor may not run imports.
    """
    actor.require(Permission.IMPORTS_RUN)
    run = _Run(actor, now)
    try:
        for part in read_cells(path, required=REQUIRED, optional=OPTIONAL):
            run.counts["rows"] += len(part)
            with database.writing() as session:
                run.today = business_day(now, default_entity(session).time_zone)
                rows = []
                for no, cells, unreadable in part:
                    read = [unreadable] if unreadable else read_customer_row(session, no, cells)
                    if isinstance(read, list):
                        _refuse(run, read)
                    else:
                        rows.append(read)
                _take(session, rows, run)
            if on_progress is not None:
                on_progress("posting", run.counts["rows"], 0)
    except UnreadableFile as refusal:
        run.problems.append(Problem(refusal.row_no, "", refusal.code, refusal.message, refusal.params))
    return ImportResult(
        rows=run.counts["rows"], imported=run.counts["imported"], updated=run.counts["updated"],
        duplicates=run.counts["duplicates"], conflicts=run.counts["conflicts"], rejected=run.counts["rejected"],
        problems=sorted(run.problems, key=lambda problem: problem.row_no or 0),
    )  # fmt: skip


def _refuse(run: _Run, problems: list[Problem]) -> None:
    run.problems += problems
    run.counts["conflicts" if problems[0].code == "conflict" else "rejected"] += 1


# --- reading --------------------------------------------------------------------------------------------------------


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


# --- writing --------------------------------------------------------------------------------------------------------


def _take(session: Session, rows: list[CustomerRow], run: _Run) -> None:
    known = customers_by_number(session, [row.number for row in rows])
    new = {row.number: row for row in reversed(rows) if row.number not in known}
    create_customers(
        session,
        [CustomerDraft(number=row.number, first_on=run.today, **row.facts) for row in reversed(new.values())],
        actor=run.actor, now=run.now,
    )  # fmt: skip
    views = known | customers_by_number(session, new)
    for row in rows:
        view = views[row.number]
        told = run.told.setdefault(row.number, row.facts)
        differing = [name for name, value in row.facts.items() if name in told and told[name] != value]
        if differing:
            message = N_("Another row of this file says something else about customer %(number)s.")
            _refuse(run, [Problem(row.no, differing[0], "conflict", message, {"number": row.number})])
            continue
        is_new = new.get(row.number) is row
        has_changed = False if is_new else _edit(session, view, row, run)
        has_contact = _take_contact(session, view, row.contact, run)
        run.counts["imported" if is_new else "updated" if has_changed or has_contact else "duplicates"] += 1


def _edit(session: Session, view: CustomerView, row: CustomerRow, run: _Run) -> bool:
    fresh = customers_by_number(session, [row.number])[row.number]
    changes = {name: value for name, value in row.facts.items() if getattr(fresh, name) != value}
    if changes:
        edit_customer(
            session, public_id=view.public_id, row_version=fresh.row_version, changes=changes, actor=run.actor,
            now=run.now,
        )  # fmt: skip
    return bool(changes)


def _take_contact(session: Session, view: CustomerView, draft: ContactDraft | None, run: _Run) -> bool:
    if draft is None:
        return False
    known = {contact.email: contact for contact in contacts_of(session, view.id)}
    contact = known.get(draft.email)
    if contact is None:
        draft = replace(
            draft, name=draft.name or draft.email.partition("@")[0], language=draft.language or view.language
        )
        add_contact(session, customer_public_id=view.public_id, draft=draft, actor=run.actor, now=run.now)
        return True
    wanted = ContactDraft(
        draft.name or contact.name, draft.email, draft.phone or contact.phone, draft.job_title or contact.job_title,
        draft.language or contact.language, contact.wants_statements, contact.wants_reminders, contact.is_active,
    )  # fmt: skip
    before = ContactDraft(
        contact.name, contact.email, contact.phone, contact.job_title, contact.language, contact.wants_statements,
        contact.wants_reminders, contact.is_active,
    )  # fmt: skip
    if wanted == before:
        return False
    edit_contact(session, public_id=contact.public_id, draft=wanted, actor=run.actor, now=run.now)
    return True
