"""Refused rows wait with their reasons: mended in place and tried again, one or all, or discarded with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.access.models import Person
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.imports.layouts import CUSTOMER_COLUMNS, CUSTOMER_REQUIRED
from portal.imports.models import ImportBatch, ImportProblem, QuarantinedRow
from portal.imports.row import read_row
from portal.imports.rules import COLUMNS, REQUIRED, Problem
from portal.jobs import enqueue
from portal.lists import ListQuery, Page, Tab

ROW_SORTS = ("row",)
ROW_STATE_LABELS = {
    "open": N_("Waiting"), "retrying": N_("Being tried again"), "taken": N_("Taken in"), "discarded": N_("Discarded"),
}  # fmt: skip
RETRY_JOB = "imports.retry"


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """A refused row with its reasons; ``problems`` are empty once it is taken in."""

    public_id: str
    row_no: int
    state: str
    header: tuple[str, ...]
    raw: tuple[str, ...]
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]
    reason: str
    changed_by: str
    changed_at: datetime | None

    @property
    def first_cells(self) -> str:
        """The beginning of the row, for people to know it by."""
        return " · ".join(cell for cell in self.raw if cell)[:80]

    @property
    def is_open(self) -> bool:
        """Whether it may be mended or discarded."""
        return self.state == "open"


def list_rows(session: Session, *, public_id: str, query: ListQuery, actor: Actor) -> Page[QuarantineView]:
    """Return the refused rows of a batch in order of the file; tabs by state, the waiting ones first.

    Raises:
        NotAllowed: The actor may not read imports.
        NotFound: There is no such batch.
    """
    actor.require(Permission.IMPORTS_READ)
    batch = _batch(session, public_id)
    query.sorted_by(ROW_SORTS, "row")
    counts: dict[str, int] = dict(
        session.execute(
            select(QuarantinedRow.state, func.count())
            .where(QuarantinedRow.batch_id == batch.id)
            .group_by(QuarantinedRow.state)
        ).all()
    )
    state = query.tab if query.tab in ROW_STATE_LABELS else "open"
    order = QuarantinedRow.row_no.desc() if query.descending else QuarantinedRow.row_no.asc()
    rows = session.scalars(
        select(QuarantinedRow)
        .where(QuarantinedRow.batch_id == batch.id, QuarantinedRow.state == state)
        .order_by(order)
        .limit(query.limit)
        .offset(query.offset)
    ).all()
    tabs = tuple(Tab(key, label, counts.get(key, 0)) for key, label in ROW_STATE_LABELS.items())
    return Page(_views(session, batch, rows), counts.get(state, 0), query, tabs=tabs)


def find_row(session: Session, *, batch: str, public_id: str, actor: Actor) -> QuarantineView:
    """Return one refused row.

    Raises:
        NotAllowed: The actor may not read imports.
        NotFound: There is no such row in this batch.
    """
    actor.require(Permission.IMPORTS_READ)
    found = _batch(session, batch)
    row = session.scalars(
        select(QuarantinedRow).where(
            QuarantinedRow.batch_id == found.id, QuarantinedRow.public_id == public_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return _views(session, found, [row])[0]


def columns_of(session: Session, *, batch: str) -> tuple[str, ...]:
    """Return the columns in which rows of a batch are mended."""
    return CUSTOMER_COLUMNS if _batch(session, batch).kind == "customers" else (*COLUMNS, "country")


def required_of(session: Session, *, batch: str) -> tuple[str, ...]:
    """Return the columns that a row of a batch must fill."""
    return CUSTOMER_REQUIRED if _batch(session, batch).kind == "customers" else REQUIRED


def mend_row(
    session: Session, *, batch: str, public_id: str, cells: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """Write a refused row anew and let it be tried again; what came in the file stays beside it.

    Args:
        session: A writing session.
        batch: Public id of its batch.
        public_id: The row.
        cells: By column of the standard format; an empty one is empty.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such row in this batch.
        Conflict: It does not wait any more.
        Invalid: A cell still cannot be read; ``field`` is its column.
    """
    actor.require(Permission.IMPORTS_RUN)
    found, row = _locked(session, batch, public_id)
    wanted = {name: text.strip() for name, text in cells.items() if text.strip()}
    if found.kind == "documents":
        read = read_row(row.row_no, wanted)
        if isinstance(read, list):
            first = read[0]
            raise Invalid(first.message, field=first.column, **first.params)
    before = {name: row.cells.get(name, "") for name in wanted if row.cells.get(name, "") != wanted[name]}
    row.cells, row.changed_by_id, row.changed_at = wanted, actor.person_id, now
    session.flush()
    audit.record(
        session, "imports.row-mended", subject_kind="import", subject_id=batch,
        details={"row": row.row_no, "before": before, "after": {name: wanted[name] for name in before}},
        actor=actor, now=now,
    )  # fmt: skip
    _try_again(session, found, [row], actor=actor, now=now)


def retry_rows(
    session: Session, *, batch: str, public_ids: Sequence[str] | None, actor: Actor, now: datetime
) -> int:
    """Let rows be tried again as they are: the books may have what they lacked by now; returns how many.

    Args:
        session: A writing session.
        batch: Public id of the batch.
        public_ids: The rows; None = all that wait.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: It is not loaded, or none of these rows waits.
    """
    actor.require(Permission.IMPORTS_RUN)
    found = _batch(session, batch)
    wanted = select(QuarantinedRow).where(QuarantinedRow.batch_id == found.id, QuarantinedRow.state == "open")
    if public_ids is not None:
        wanted = wanted.where(QuarantinedRow.public_id.in_(public_ids))
    rows = session.scalars(wanted.order_by(QuarantinedRow.row_no).with_for_update()).all()
    if not rows:
        raise Conflict(N_("None of these rows waits any more."))
    return _try_again(session, found, rows, actor=actor, now=now)


def discard_rows(
    session: Session, *, batch: str, public_ids: Sequence[str], reason: str, actor: Actor, now: datetime
) -> int:
    """Settle rows that shall never come in, with the reason that auditors read; returns how many.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such batch.
        Conflict: None of these rows waits any more.
        Invalid: No reason.
    """
    actor.require(Permission.IMPORTS_RUN)
    if not reason.strip():
        raise Invalid(N_("Say why these rows are discarded."), field="reason")
    found = _batch(session, batch)
    rows = session.scalars(
        select(QuarantinedRow)
        .where(
            QuarantinedRow.batch_id == found.id,
            QuarantinedRow.state == "open",
            QuarantinedRow.public_id.in_(public_ids),
        )
        .with_for_update()
    ).all()
    if not rows:
        raise Conflict(N_("None of these rows waits any more."))
    for row in rows:
        row.state, row.reason = "discarded", reason.strip()[:500]
        row.changed_by_id, row.changed_at = actor.person_id, now
    session.flush()
    audit.record(
        session, "imports.rows-discarded", subject_kind="import", subject_id=batch,
        details={"rows": sorted(row.row_no for row in rows)[:200], "count": len(rows), "reason": reason.strip()},
        actor=actor, now=now,
    )  # fmt: skip
    return len(rows)


def _try_again(
    session: Session, batch: ImportBatch, rows: Sequence[QuarantinedRow], *, actor: Actor, now: datetime
) -> int:
    if batch.state != "loaded":
        raise Conflict(N_("Load the good rows of this file first."))
    together = _siblings(session, batch, rows)
    for row in together:
        row.state = "retrying"
    batch.job_id = enqueue(
        session, RETRY_JOB, key=f"{RETRY_JOB}:{batch.public_id}:{now.isoformat()}:{rows[0].row_no}",
        payload={"batch": batch.public_id, "person": actor.person_id}, now=now, requested_by_id=actor.person_id,
    )  # fmt: skip
    session.flush()
    return len(together)


def _siblings(session: Session, batch: ImportBatch, rows: Sequence[QuarantinedRow]) -> list[QuarantinedRow]:
    """Return rows with the other waiting lines of the same documents: a document comes in whole or not at all."""
    found = {row.id: row for row in rows}
    wanted = {_document_of(row) for row in rows if row.cells.get("item")}
    if wanted:
        others = session.scalars(
            select(QuarantinedRow).where(QuarantinedRow.batch_id == batch.id, QuarantinedRow.state == "open")
        )
        found |= {row.id: row for row in others if _document_of(row) in wanted}
    return list(found.values())


def _document_of(row: QuarantinedRow) -> tuple[str, ...]:
    return tuple(row.cells.get(name, "") for name in ("entity", "kind", "document_no"))


def _batch(session: Session, public_id: str) -> ImportBatch:
    found = session.scalars(select(ImportBatch).where(ImportBatch.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _locked(session: Session, batch: str, public_id: str) -> tuple[ImportBatch, QuarantinedRow]:
    found = _batch(session, batch)
    row = session.scalars(
        select(QuarantinedRow)
        .where(QuarantinedRow.batch_id == found.id, QuarantinedRow.public_id == public_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state != "open":
        raise Conflict(N_("None of these rows waits any more."))
    return found, row


def _views(
    session: Session, batch: ImportBatch, rows: Sequence[QuarantinedRow]
) -> tuple[QuarantineView, ...]:
    numbers = [row.row_no for row in rows]
    problems: dict[int | None, list[Problem]] = {}
    for one in session.scalars(
        select(ImportProblem)
        .where(ImportProblem.batch_id == batch.id, ImportProblem.row_no.in_(numbers))
        .order_by(ImportProblem.id)
    ):
        problem = Problem(one.row_no, one.column, one.code, one.message, one.params)
        problems.setdefault(one.row_no, []).append(problem)
    ids = {row.changed_by_id for row in rows if row.changed_by_id}
    people: dict[Any, str] = dict(
        session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()
    )
    return tuple(
        QuarantineView(
            row.public_id, row.row_no, row.state, tuple(batch.header or ()), tuple(row.raw), row.cells,
            tuple(problems.get(row.row_no, ())), row.reason, people.get(row.changed_by_id, ""), row.changed_at,
        )
        for row in rows
    )  # fmt: skip
