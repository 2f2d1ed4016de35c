"""Import the customer master: new customers, newer names and terms, contacts; running again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.clock import business_day
from portal.connectors import SourceRow, UnreadableFile
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
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import N_
from portal.imports.batches import finish_batch, finish_retry, keep_check
from portal.imports.customer_rows import CustomerRow, read_customer_row
from portal.imports.layouts import Profile
from portal.imports.models import ImportBatch
from portal.imports.normalise import LayoutReader
from portal.imports.profiles import find_profile
from portal.imports.read import open_source
from portal.imports.results import MOST_NAMED, ImportResult
from portal.imports.rules import Problem
from portal.imports.spool import Spool
from portal.ledger import default_entity

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """What customer master to import, and how.

    Attributes:
        path: CSV, XLSX or XLS.
        profile: Name of its layout.
        is_dry_run: Only say what would happen.
        batch_id: Public id of a batch that was uploaded; empty = none is kept.
        rows: Mended rows in place of the file: line, cells by column, cells of the file.
    """

    path: Path
    profile: str = "standard-customers"
    is_dry_run: bool = False
    batch_id: str = ""
    rows: Sequence[tuple[int, Mapping[str, str], Sequence[str]]] = ()


@dataclass
class _Run:
    actor: Actor
    now: datetime
    spool: Spool
    is_dry_run: bool = False
    today: date = date.min
    currency: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


Part = list[tuple[int, dict[str, str], Sequence[str], Problem | None]]


def import_customers(
    database: Database,
    path: Path | CustomerRequest,
    *,
    actor: Actor,
    now: datetime,
    on_progress: Callable[[str, int, int], object] | None = None,
) -> ImportResult:
    """Create and update customers and their contacts from a file.

    Rows of the same number are one customer: what one row leaves empty another may fill, and each may bring a contact.
    A row without number is of the customer in the books that has its name.

    Args:
        database: Short transactions are opened on it.
        path: The file in Concord's own columns, or file, layout and dry run.
        actor: Needs ``imports:run``.
        now: When.
        on_progress: Told after every part.

    Returns:
        What became of every row; updated = a name, term or contact changed.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: There is no such profile.
    """
    actor.require(Permission.IMPORTS_RUN)
    request = path if isinstance(path, CustomerRequest) else CustomerRequest(path)
    with database.reading() as session:
        profile = find_profile(session, request.profile)
        entity = default_entity(session)
    with Spool() as spool:
        run = _Run(
            actor, now, spool, request.is_dry_run, business_day(now, entity.time_zone), entity.book_currency
        )
        try:
            for part in _parts(request, profile, run):
                _take_part(database, part, profile, run)
                if on_progress is not None:
                    on_progress("planning" if run.is_dry_run else "posting", run.counts["rows"], 0)
        except UnreadableFile as refusal:
            run.problems.append(Problem(refusal.row_no, "", refusal.code, refusal.message, refusal.params))
        result = _result(run, profile)
        _keep(database, request, result, run)
    return result


def _result(run: _Run, profile: Profile) -> ImportResult:
    counts = run.counts
    return ImportResult(
        rows=counts["rows"], imported=counts["imported"], updated=counts["updated"],
        duplicates=counts["duplicates"], conflicts=counts["conflicts"], rejected=counts["rejected"],
        problems=[profile.reported(one) for one in sorted(run.problems, key=lambda one: one.row_no or 0)],
        control={"skipped": dict(run.spool.control.skipped)} if run.spool.control.skipped else {},
        new_customers=tuple(islice(run.new.items(), MOST_NAMED)), new_customer_count=len(run.new),
    )  # fmt: skip


def _keep(database: Database, request: CustomerRequest, result: ImportResult, run: _Run) -> None:
    """Write the result on the batch of an uploaded file."""
    if not request.batch_id:
        return
    if run.is_dry_run:
        keep_check(database, request.batch_id, result, run.spool)
        return
    with database.reading() as session:
        batch_id = session.scalars(
            select(ImportBatch.id).where(ImportBatch.public_id == request.batch_id)
        ).one()
    finish = finish_retry if request.rows else finish_batch
    finish(database, batch_id, result, run.spool, actor=run.actor, now=run.now)


def _parts(request: CustomerRequest, profile: Profile, run: _Run) -> Iterator[Part]:
    if request.rows:
        yield [(no, dict(cells), raw, None) for no, cells, raw in request.rows]
        return
    with open_source(request.path, profile) as table:
        reader = LayoutReader(profile)
        rows = reader.find_header(table.header, table.rows)
        run.spool.header, run.spool.control = reader.header, reader.control
        for name in reader.places.missing:
            raise UnreadableFile(N_("The file has no column “%(column)s”."), row_no=1, column=name)
        readings = (one for one in reader.read(rows) if not one.skipped)
        while part := list(islice(readings, ROWS_AT_ONCE)):
            yield [(one.row.no, one.cells, one.row.cells, _unreadable(one.row)) for one in part]


def _unreadable(row: SourceRow) -> Problem | None:
    if row.is_readable:
        return None
    return Problem(row.no, "", "encoding", N_("This row holds bytes or quotation marks that cannot be read."))


def _take_part(database: Database, part: Part, profile: Profile, run: _Run) -> None:
    run.counts["rows"] += len(part)
    with database.session("write") as session:
        rows = []
        for no, cells, raw, unreadable in part:
            if not cells.get("currency") and profile.name != "standard-customers":
                cells["currency"] = run.currency
            if not cells.get("number"):
                cells["number"] = _number_by_name(session, cells.get("name", ""), run)
            read = [unreadable] if unreadable else read_customer_row(session, no, cells)
            run.spool.add_rows([(no, cells, raw)])
            if isinstance(read, list):
                _refuse(run, read)
            else:
                rows.append(read)
        _take(session, rows, run)
        if run.is_dry_run:
            session.rollback()
        else:
            session.commit()


def _number_by_name(session: Session, name: str, run: _Run) -> str:
    """Return the number of the one customer of this name, in the books or above in the file."""
    if name not in run.numbers:
        found = session.scalars(
            select(Customer.number).where((Customer.name == name) | (Customer.name_en == name)).limit(2)
        ).all()
        run.numbers[name] = found[0] if name and len(found) == 1 else ""
    return run.numbers[name]


def _refuse(run: _Run, problems: list[Problem]) -> None:
    run.problems += problems
    run.counts["conflicts" if problems[0].code == "conflict" else "rejected"] += 1


# --- reading --------------------------------------------------------------------------------------------------------


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
    run.new |= {number: str(row.facts["name"]) for number, row in new.items() if number not in run.told}
    run.numbers |= {str(row.facts["name"]): row.number for row in rows}
    for row in rows:
        view = views[row.number]
        told = run.told.setdefault(row.number, row.facts)
        differing = [name for name, value in row.facts.items() if name in told and told[name] != value]
        if differing:
            message = N_("Another row of this file says something else about customer %(number)s.")
            _refuse(run, [Problem(row.no, differing[0], "conflict", message, {"number": row.number})])
            continue
        is_new = new.get(row.number) is row and row.number not in run.seen
        run.seen.add(row.number)
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
