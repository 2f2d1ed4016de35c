"""Import a file of documents: read it to disk, plan and post it chunk by chunk, answer what became of every row.

One chunk is one short transaction, so that pages go on writing meanwhile and kill -9 loses nothing that was
committed: the same file again finds what is there as duplicates and goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.clock import business_day
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.imports.batches import begin_batch, finish_batch, finish_retry, keep_check
from portal.imports.plan import Planner, numbers_of
from portal.imports.post import OpenDisputes, post_plan, pretend_plan, totals_of
from portal.imports.profiles import Profile, find_profile
from portal.imports.read import read_documents, read_mended
from portal.imports.results import MOST_NAMED, ImportResult
from portal.imports.rules import Problem
from portal.imports.settle import ChunkPlan
from portal.imports.spool import Group, Spool
from portal.imports.standing import Books
from portal.ledger import add_entity, default_entity, entities_by_code, set_book_currency_if_missing
from portal.receivables.models import Document

#: Documents a transaction: short enough that a page waiting to write does not notice.
CHUNK = 400
PAUSE_SECONDS = 0.005
TRIES = 3

#: Called with what is being done (``reading``, ``planning`` or ``posting``), how much is done, and how much there is.
Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import, and how.

    Attributes:
        path: The file.
        profile: Name of its layout.
        is_dry_run: Only say what would happen; nothing is written but the answer on the batch, where one is named.
        file_name: Name people know the file by; empty = the path's.
        batch_id: Public id of a batch that was uploaded or interrupted; empty = a new one.
        book_currency: ISO 4217; empty = that of the first document.
        profile_version: Of a saved layout; 0 = its newest.
        rows: Mended rows to take in, in place of the file: line, cells of the standard format, cells of the file.
    """

    path: Path
    profile: str = "standard"
    is_dry_run: bool = False
    file_name: str = ""
    batch_id: str = ""
    book_currency: str = ""
    rows: Sequence[tuple[int, Mapping[str, str], Sequence[str]]] = ()
    profile_version: int = 0


def import_documents(
    database: Database,
    request: ImportRequest,
    *,
    actor: Actor,
    now: datetime,
    on_progress: Progress | None = None,
    open_disputes: OpenDisputes | None = None,
) -> ImportResult:
    """Import documents from a file; good rows are kept, bad rows are refused by row, column and reason.

    Memory does not grow with the file: rows wait on disk and a chunk of them is in memory at a time. A dry run plans
    in the same way against what it would have posted, and writes nothing at all.

    Args:
        database: Many short transactions are opened on it.
        request: File, profile, dry run.
        actor: Needs ``imports:run``.
        now: When the run began; every posting carries it.
        on_progress: Told after every chunk.
        open_disputes: Called within the posting transaction with row numbers of newly disputed open documents.

    Returns:
        What became of every row.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: There is no such profile.

    Source: docs/reference/documents-format.md.
    """
    actor.require(Permission.IMPORTS_RUN)
    with Spool() as spool:
        return _Run(database, request, spool, actor, now, on_progress, open_disputes).carry_out()


@dataclass
class _Run:
    """One import from first row to answer."""

    database: Database
    request: ImportRequest
    spool: Spool
    actor: Actor
    now: datetime
    on_progress: Progress | None
    open_disputes: OpenDisputes | None
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    disputed: int = 0
    to_dispute: list[int] = field(default_factory=list)
    batch: int | None = None
    batch_public_id: str = ""
    is_resumed: bool = False
    new_customers: list[tuple[str, str]] = field(default_factory=list)
    new_count: int = 0

    def carry_out(self) -> ImportResult:
        """Read, plan, post, answer."""
        with self.database.reading() as session:
            self.profile: Profile = find_profile(
                session, self.request.profile, version=self.request.profile_version
            )
            self.today: date = business_day(self.now, default_entity(session).time_zone)
        unreadable = self._read()
        total = self.spool.finish_reading()
        if not self.request.is_dry_run:
            self._begin()
        if self.spool.control.wrong:  # cut off or altered: none of it comes in
            self.spool.refuse_everything()
            self.spool.refuse(self.spool.control.wrong)
        else:
            self._plan_all(total)
        result = self._result(unreadable)
        self._finish(result)
        return result

    def _read(self) -> Problem | None:
        if self.request.rows:
            read_mended(self.request.rows, self.spool)
            return None
        return read_documents(
            self.request.path, self.profile, self.spool, on_rows=lambda done: self._tell("reading", done, 0)
        )

    def _plan_all(self, total: int) -> None:
        self.books = Books(self.spool, is_dry_run=self.request.is_dry_run)
        self._know_entities()
        done = 0
        for groups in _chunks(self.spool.groups()):
            self._take(groups)
            done += len(groups)
            self._tell("planning" if self.request.is_dry_run else "posting", done, total)
        for groups in _chunks(self.spool.waiting()):
            self._take(groups)

    def _finish(self, result: ImportResult) -> None:
        if self.request.rows and self.batch is not None:
            finish_retry(self.database, self.batch, result, self.spool, actor=self.actor, now=self.now)
        elif self.batch is not None:
            finish_batch(self.database, self.batch, result, self.spool, actor=self.actor, now=self.now)
        elif self.request.batch_id:
            keep_check(self.database, self.request.batch_id, result, self.spool)

    # --- planning and posting -----------------------------------------------------------------------------------

    def _begin(self) -> None:
        with self.database.writing() as session:
            self.batch, self.batch_public_id, self.is_resumed = begin_batch(
                session, path=self.request.path, file_name=self.request.file_name, profile=self.profile.name,
                profile_version=self.profile.version, public_id=self.request.batch_id,
                is_retry=bool(self.request.rows), actor=self.actor, now=self.now,
            )  # fmt: skip

    def _know_entities(self) -> None:
        """Add legal entities that the file names and the books lack; a dry run only gives them numbers."""
        with self.database.reading() as session:
            known = entities_by_code(session)
        lacking = [code for code in self.spool.entities() if code not in known]
        if self.request.is_dry_run:
            self.books.entities |= {code: -number for number, code in enumerate(lacking, 1)}
        elif lacking:
            with self.database.writing() as session:
                for code in lacking:
                    add_entity(session, code=code, name=code, actor=self.actor, now=self.now)

    def _take(self, groups: list[Group]) -> None:
        if self.request.is_dry_run:
            with self.database.reading() as session:
                plan = self._plan(session, groups)
            pretend_plan(plan, self.books)
        else:
            plan = self._post(groups)
        self.spool.note(plan.outcomes)
        self.spool.change_later(plan.changed_later)
        self.spool.refuse(plan.problems)
        self.spool.wait(plan.waiting)
        self.totals += totals_of(plan)
        self.new_count += len(plan.customers)
        left = MOST_NAMED - len(self.new_customers)
        self.new_customers += [(one.number, one.name) for one in plan.customers[: max(left, 0)]]
        self.disputed += len(plan.marked) + sum(planned.standing.was_disputed for planned in plan.documents)

    def _plan(self, session: Session, groups: list[Group]) -> ChunkPlan:
        customer_nos = {row.customer_no for group in groups for row in group.rows}
        self.books.load(session, numbers=numbers_of(groups), customer_nos=customer_nos)
        planner = Planner(self.books, today=self.today, batch_id=self.batch, is_resumed=self.is_resumed)
        for group in groups:
            planner.take(group)
        return planner.plan

    def _post(self, groups: list[Group]) -> ChunkPlan:
        """Post a chunk; where another writer was faster it is planned anew on what is there now."""
        for _ in range(TRIES - 1):
            try:
                return self._post_once(groups)
            except (Conflict, Invalid, OperationalError):  # lost a race, or waited too long for the lock
                time.sleep(PAUSE_SECONDS)
        return self._post_once(groups)

    def _post_once(self, groups: list[Group]) -> ChunkPlan:
        assert self.batch is not None, "a run that posts has its batch"
        with self.database.writing() as session:
            plan = self._plan(session, groups)
            if self.request.book_currency:
                for entity_id in {planned.standing.entity_id for planned in plan.documents}:
                    set_book_currency_if_missing(
                        session, currency=self.request.book_currency, entity_id=entity_id
                    )
            post_plan(
                session, plan, books=self.books, batch_id=self.batch, open_disputes=self.open_disputes,
                actor=self.actor, now=self.now,
            )  # fmt: skip
        self.to_dispute += [standing.id for standing in plan.disputed]
        time.sleep(PAUSE_SECONDS)  # pages that wait to write get their turn
        return plan

    # --- the answer ---------------------------------------------------------------------------------------------

    def _result(self, unreadable: Problem | None) -> ImportResult:
        if self.is_resumed and not self.request.rows:
            self.totals = self._posted_totals()
        counts = self.spool.counts()
        named: dict[str, Any] = {
            "imported": counts.get("imported", 0), "updated": counts.get("updated", 0),
            "duplicates": counts.get("duplicate", 0), "conflicts": counts.get("conflict", 0),
            "rejected": counts.get("rejected", 0),
        }  # fmt: skip
        problems = [self.profile.reported(problem) for problem in self.spool.problems()]
        return ImportResult(
            rows=self.spool.row_count(), **named, disputed=self.disputed, totals=dict(self.totals),
            problems=([unreadable] if unreadable else []) + problems, batch_id=self.batch_public_id,
            to_dispute=tuple(self.to_dispute), control=self.spool.control.as_json(),
            new_customers=tuple(self.new_customers), new_customer_count=self.new_count,
        )  # fmt: skip

    def _posted_totals(self) -> Counter[tuple[str, str]]:
        with self.database.reading() as session:
            rows = session.execute(
                select(Document.currency, Document.kind, func.sum(Document.amount_minor))
                .where(Document.batch_id == self.batch)
                .group_by(Document.currency, Document.kind)
            )
            return Counter({(currency, kind): int(amount) for currency, kind, amount in rows})

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.on_progress is not None:
            self.on_progress(what, done, total)


def _chunks(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Cut documents into chunks that hold one phase and one turn each, so that no document stands in one twice."""
    for _, same in groupby(groups, key=lambda group: (group.phase, group.turn)):
        while chunk := list(islice(same, CHUNK)):
            yield chunk
