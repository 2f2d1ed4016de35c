"""Reads of import batches and their refused rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.errors import N_, NotFound
from portal.imports.models import ImportBatch, ImportProblem, QuarantinedRow
from portal.lists import ListQuery, Page, Tab
from portal.money import CURRENCY_DIGITS, Money, currency_digits, parse_minor

BATCH_SORTS = ("at", "file", "rows", "imported", "refused")
PROBLEM_SORTS = ("row", "column", "code")
STATE_LABELS = {
    "uploaded": N_("Being checked"), "checked": N_("Checked, not loaded"), "loading": N_("Being loaded"),
    "loaded": N_("Loaded"), "failed": N_("Cannot be read"), "unmapped": N_("Layout unknown"),
    "undoing": N_("Being undone"), "undone": N_("Undone"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ControlSum:
    """The sums of a file in one currency: opening + debit − credit = closing."""

    opening: Money
    debit: Money
    credit: Money
    closing: Money


@dataclass(frozen=True, slots=True)
class BatchView:
    """One file and what became of its rows (of a checked one: what would become of them)."""

    public_id: str
    file_name: str
    file_sha256: str
    profile: str
    state: str
    rows: int
    imported: int
    updated: int
    duplicates: int
    conflicts: int
    rejected: int
    totals: tuple[tuple[str, tuple[tuple[str, Money], ...]], ...]
    job_id: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    kind: str = "documents"
    source: str = "page"
    profile_version: int = 0
    header: tuple[str, ...] = ()
    sums: tuple[ControlSum, ...] = ()
    totals_checked: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    new_customers: int = 0
    first_new: tuple[tuple[str, str], ...] = ()
    waiting: int = 0
    undo_reason: str = ""
    undone_at: datetime | None = None
    einvoice: Mapping[str, Any] | None = None
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def refused(self) -> int:
        """Rows that were not taken in."""
        return self.conflicts + self.rejected

    @property
    def good(self) -> int:
        """Rows that have an effect."""
        return self.imported + self.updated


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One reason why a row is refused, with the row as it stands in the file."""

    row_no: int | None
    column: str
    code: str
    message: str
    params: Mapping[str, Any]
    header: tuple[str, ...]
    cells: tuple[str, ...]
    public_id: str = ""
    state: str = ""

    @property
    def first_cells(self) -> str:
        """The beginning of the row, for people to know it by."""
        return " · ".join(cell for cell in self.cells if cell)[:80]


def list_batches(session: Session, *, query: ListQuery, actor: Actor) -> Page[BatchView]:
    """Return the batches, newest first; sortable by ``BATCH_SORTS``, searched by file name.

    Raises:
        NotAllowed: The actor may not read imports.
    """
    actor.require(Permission.IMPORTS_READ)
    columns = {
        "at": ImportBatch.started_at, "file": ImportBatch.file_name, "rows": ImportBatch.row_count,
        "imported": ImportBatch.imported_count,
        "refused": ImportBatch.rejected_count + ImportBatch.conflict_count,
    }  # fmt: skip
    column = columns[query.sorted_by(BATCH_SORTS, "at")]
    wanted = select(ImportBatch, Person.name).outerjoin(Person, Person.id == ImportBatch.started_by_id)
    if query.q:
        wanted = wanted.where(func.lower(ImportBatch.file_name).contains(query.q.lower(), autoescape=True))
    descending = query.descending or not query.sort
    rows = session.execute(
        wanted.order_by(column.desc() if descending else column.asc(), ImportBatch.id.desc())
        .limit(query.limit)
        .offset(query.offset)
    )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return Page(tuple(_view(batch, name) for batch, name in rows), count, query)


def find_batch(session: Session, *, public_id: str, actor: Actor) -> BatchView:
    """Return one batch.

    Raises:
        NotAllowed: The actor may not read imports.
        NotFound: There is no such batch.
    """
    actor.require(Permission.IMPORTS_READ)
    row = session.execute(
        select(ImportBatch, Person.name)
        .outerjoin(Person, Person.id == ImportBatch.started_by_id)
        .where(ImportBatch.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    waiting = session.scalar(
        select(func.count()).where(QuarantinedRow.batch_id == row[0].id, QuarantinedRow.state == "open")
    )
    return _view(row[0], row[1], waiting or 0)


def list_problems(session: Session, *, public_id: str, query: ListQuery, actor: Actor) -> Page[ProblemRow]:
    """Return why rows of a batch are refused, in order of the file; sortable by ``PROBLEM_SORTS``, tabs by code.

    Raises:
        NotAllowed: The actor may not read imports.
        NotFound: There is no such batch.
    """
    actor.require(Permission.IMPORTS_READ)
    found = session.execute(
        select(ImportBatch.id, ImportBatch.header).where(ImportBatch.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    batch_id, header = found
    columns = {"row": ImportProblem.row_no, "column": ImportProblem.column, "code": ImportProblem.code}
    column = columns[query.sorted_by(PROBLEM_SORTS, "row")]
    wanted = _with_rows().where(ImportProblem.batch_id == batch_id)
    if query.q:
        wanted = wanted.where(func.lower(ImportProblem.column).contains(query.q.lower(), autoescape=True))
    counts = session.execute(
        select(ImportProblem.code, func.count())
        .where(ImportProblem.batch_id == batch_id)
        .group_by(ImportProblem.code)
        .order_by(ImportProblem.code)
    ).all()
    if query.tab and query.tab != "all":
        wanted = wanted.where(ImportProblem.code == query.tab)
    rows = session.execute(
        wanted.order_by(column.desc() if query.descending else column.asc(), ImportProblem.id)
        .limit(query.limit)
        .offset(query.offset)
    )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    tabs = (
        Tab("all", N_("All"), sum(number for _, number in counts)),
        *(Tab(code, CODE_LABELS.get(code, code), number) for code, number in counts),
    )
    return Page(
        tuple(_problem(row, header or ()) for row in rows), count, query, tabs=tabs if len(counts) > 1 else ()
    )


def _with_rows() -> Select[Any, Any, Any, Any]:
    row = (QuarantinedRow.batch_id == ImportProblem.batch_id) & (
        QuarantinedRow.row_no == ImportProblem.row_no
    )
    return select(
        ImportProblem, QuarantinedRow.raw, QuarantinedRow.public_id, QuarantinedRow.state
    ).outerjoin(QuarantinedRow, row)


#: Why rows of a file are no documents.
SKIP_LABELS = {
    "total": N_("Total rows"), "heading": N_("Headings"), "state": N_("Drafts and cancelled"),
    "repeat": N_("Further lines of a document"), "empty": N_("Without amount"),
}  # fmt: skip
CODE_LABELS = {
    "missing": N_("Empty cell"), "unknown_kind": N_("Unknown kind"), "unknown_currency": N_("Unknown currency"),
    "bad_date": N_("Not a date"), "bad_amount": N_("Not an amount"), "over_applied": N_("More than is open"),
    "unknown_document": N_("Unknown document"), "period_closed": N_("Period closed"),
    "conflict": N_("Differs from the books"),
    "encoding": N_("Cannot be read"), "bad_text": N_("Text cannot be kept"), "columns": N_("Too many cells"),
    "control": N_("Control total differs"), "other_seller": N_("Another seller's invoice"),
    "unknown_customer": N_("Unknown customer"), "duplicate": N_("In the books already"),
}  # fmt: skip


def _problem(found: Any, header: Sequence[str]) -> ProblemRow:
    row, raw, public_id, state = found
    return ProblemRow(
        row.row_no, row.column, row.code, row.message, row.params, tuple(header), tuple(raw or ()), public_id or "",
        state or "",
    )  # fmt: skip


def _view(row: ImportBatch, name: str | None, waiting: int = 0) -> BatchView:
    totals = tuple(
        (currency, tuple((kind, _money(text, currency)) for kind, text in sorted(kinds.items())))
        for currency, kinds in sorted((row.totals or {}).items())
    )
    return BatchView(
        public_id=row.public_id, file_name=row.file_name, file_sha256=row.file_sha256, profile=row.profile,
        state=row.state, rows=row.row_count, imported=row.imported_count, updated=row.updated_count,
        duplicates=row.duplicate_count, conflicts=row.conflict_count, rejected=row.rejected_count, totals=totals,
        job_id=row.job_id, started_by=name or "", started_at=row.started_at, finished_at=row.finished_at,
        kind=row.kind, source=row.source, profile_version=row.profile_version, header=tuple(row.header or ()),
        undo_reason=row.undo_reason, undone_at=row.undone_at, waiting=waiting, **_control(row.control or {}),
    )  # fmt: skip


def control_sums(control: Mapping[str, Any]) -> tuple[ControlSum, ...]:
    """Return the sums that a control keeps as text; figures of unknown currencies are left out."""
    return tuple(
        ControlSum(*(_rounded(texts[slot], currency) for slot in ("opening", "debit", "credit", "closing")))
        for currency, texts in sorted(control.get("sums", {}).items())
        if currency in CURRENCY_DIGITS
    )


def _control(control: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sums": control_sums(control), "totals_checked": int(control.get("totals_checked", 0)),
        "skipped": tuple((why, int(count)) for why, count in control.get("skipped", {}).items()),
        "new_customers": int(control.get("new_customers", 0)),
        "einvoice": control.get("einvoice"),
        "notes": tuple((note["message"], note["params"]) for note in control.get("notes", [])),
        "first_new": tuple((number, name) for number, name in control.get("first_new", [])),
    }  # fmt: skip


def _rounded(text: str, currency: str) -> Money:
    """Return a sum of the file; figures that the currency does not have were refused with their rows."""
    return Money(int(Decimal(text).scaleb(currency_digits(currency))), currency)


def _money(text: str, currency: str) -> Money:
    return Money(parse_minor(text, currency, signed=True), currency)
