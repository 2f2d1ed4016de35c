"""Keep the lines of a file: new ones as rows, known ones as sightings, with their statements and refused rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.bank.identity import Counting, KeyedEntry, Notices, known_lines, neighbours_of
from portal.bank.models import BankFile, BankLine, BankProblem, BankSighting, BankStatement
from portal.bank.places import PlacedStatement
from portal.bank.survey import Survey
from portal.connectors.bank_facts import Entry, Problem
from portal.db import insert_missing, new_public_id
from portal.errors import Conflict, NotFound

if TYPE_CHECKING:
    from portal.bank.load import BankRequest


class Keeper:
    """Takes the entries of one file, in order, and knows what became of them."""

    def __init__(self, survey: Survey, *, file_sha256: str, is_dry_run: bool) -> None:
        self.imported = self.duplicates = self.done = 0
        self.file_public_id = ""
        self._survey = survey
        self._sha256 = file_sha256
        self._is_dry_run = is_dry_run
        self._file_id = 0
        self._placed: Sequence[PlacedStatement] = ()
        self._statement_ids: dict[str, int] = {}
        self._counting = Counting()
        self._notices = Notices()
        self._begun = -1

    def begin(
        self,
        session: Session,
        *,
        request: BankRequest,
        placed: Sequence[PlacedStatement],
        size: int,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Open the file in the books, or take up one that was uploaded or interrupted; keep its statements."""
        self._placed = placed
        if self._is_dry_run:
            return
        file = _file(session, request, self._sha256, size=size, actor=actor, now=now)
        file.format, file.state = self._survey.format, "loading"
        file.account_id = next((one.account_id for one in placed if request.account), None) or file.account_id
        session.flush()
        self._file_id, self.file_public_id = file.id, file.public_id
        self._keep_statements(session)
        session.execute(delete(BankProblem).where(BankProblem.file_id == file.id))
        for kept in (self._survey.problems, self._survey.notes):
            keep_problems(session, file.id, kept)

    def _keep_statements(self, session: Session) -> None:
        rows = [
            {
                "public_id": new_public_id(), "account_id": one.account_id, "file_id": self._file_id,
                "number": one.opened.number[:60], "currency": one.currency, "opening_minor": one.closed.opening_minor,
                "closing_minor": one.closed.closing_minor, "from_on": one.closed.from_on,
                "until_on": one.closed.until_on, "line_count": one.closed.line_count,
                "sum_minor": one.closed.sum_minor, "is_balanced": one.closed.is_balanced, "statement_key": one.key,
            }
            for one in self._placed if one.account_id and not one.is_repeated
        ]  # fmt: skip
        insert_missing(session, BankStatement, rows, key="statement_key")
        keys = [one.key for one in self._placed]
        for start in range(0, len(keys), 400):
            found = session.execute(
                select(BankStatement.statement_key, BankStatement.id).where(
                    BankStatement.statement_key.in_(keys[start : start + 400])
                )
            )
            self._statement_ids.update((key, number) for key, number in found)

    def take(self, session: Session, chunk: Sequence[tuple[int, Entry]]) -> None:
        """Keep the next entries; those of the books are noted as seen again."""
        self.done += len(chunk)
        fresh = [(place, entry) for place, entry in chunk if not self._placed[place].is_repeated]
        self.duplicates += len(chunk) - len(fresh)
        items = [self._keyed(session, place, entry) for place, entry in fresh]
        known = known_lines(session, [item.key for item in items if item.account_id])
        rows: list[dict[str, Any]] = []
        sightings: dict[int, int] = {}
        for item in items:
            there = known.get(item.key)
            if there and there.file_id == self._file_id:
                self.imported += 1  # by a run of this file that was interrupted
                continue
            if there and there.is_notice:
                self._claim(session, there.id, item)
            line_id = there.id if there else self._same_money(session, item)
            if not line_id:
                self.imported += 1
                rows.append(self._row(item))
                continue
            self._notices.take(line_id)
            self.duplicates += 1
            sightings[line_id] = item.entry.row_no
            self._enrich(session, line_id, item.entry)
        if self._is_dry_run:
            return
        if rows:
            session.execute(insert(BankLine), rows)
        if sightings:
            self._keep_sightings(session, sightings)

    def _same_money(self, session: Session, item: KeyedEntry) -> int:
        """Return the line that a notification told before its statement, or the other way round; 0 = none."""
        if not item.account_id:
            return 0
        is_notice = self._placed[item.statement].opened.is_notice
        line_id = self._notices.same_money(session, item, is_notice=is_notice)
        if line_id:
            self._claim(session, line_id, item)
        return line_id

    def _claim(self, session: Session, line_id: int, item: KeyedEntry) -> None:
        """Let a statement take over a line that was only notified so far."""
        placed = self._placed[item.statement]
        if placed.opened.is_notice or self._is_dry_run:
            return
        session.execute(
            update(BankLine)
            .where(BankLine.id == line_id, BankLine.is_notice.is_(True))
            .values(line_key=item.key, is_notice=False, statement_id=self._statement_ids.get(placed.key))
        )

    def _keyed(self, session: Session, place: int, entry: Entry) -> KeyedEntry:
        placed = self._placed[place]
        if place != self._begun:
            self._begun = place
            if placed.account_id:
                keys = [one.key for one in self._placed]
                found = neighbours_of(session, account_id=placed.account_id, own=placed.span, without=keys)
                self._counting.begin(found)
        base, key = self._counting.number(placed.account_id, entry)
        return KeyedEntry(entry, placed.account_id, place, base, key)

    def _row(self, item: KeyedEntry) -> dict[str, Any]:
        entry, placed = item.entry, self._placed[item.statement]
        return {
            "public_id": new_public_id(), "account_id": item.account_id, "file_id": self._file_id,
            "statement_id": None if placed.opened.is_notice else self._statement_ids.get(placed.key),
            "line_no": entry.row_no, "booked_on": entry.booked_on, "value_on": entry.value_on,
            "amount_minor": entry.amount_minor, "currency": entry.currency or placed.currency, "kind": entry.kind,
            "payer_name": entry.payer_name, "payer_account": entry.payer_account, "narrative": entry.narrative,
            "reference": entry.reference, "bank_ref": entry.bank_ref, "is_reversal": entry.is_reversal,
            "is_notice": placed.opened.is_notice, "parts": _parts(entry), "line_key": item.key, "state": "new",
            "state_note": "",
        }  # fmt: skip

    def _enrich(self, session: Session, line_id: int, entry: Entry) -> None:
        """Add the payments inside a collective entry when a later file tells them."""
        if entry.parts and not self._is_dry_run:
            session.execute(
                update(BankLine)
                .where(BankLine.id == line_id, BankLine.parts.is_(None))
                .values(parts=_parts(entry))
            )

    def _keep_sightings(self, session: Session, sightings: dict[int, int]) -> None:
        ids = list(sightings)
        there = set(
            session.scalars(
                select(BankSighting.line_id).where(
                    BankSighting.file_id == self._file_id, BankSighting.line_id.in_(ids)
                )
            )
        )
        own = set(
            session.scalars(
                select(BankLine.id).where(BankLine.id.in_(ids), BankLine.file_id == self._file_id)
            )
        )
        rows = [
            {"file_id": self._file_id, "line_id": line_id, "line_no": no}
            for line_id, no in sightings.items()
            if line_id not in there and line_id not in own
        ]
        if rows:
            session.execute(insert(BankSighting), rows)

    def finish(self, session: Session, *, actor: Actor, now: datetime) -> None:
        """Close the file with its counts."""
        if self._is_dry_run:
            return
        file = session.get_one(BankFile, self._file_id)
        survey = self._survey
        file.state, file.finished_at = "loaded", now
        file.line_count, file.imported_count, file.duplicate_count = (
            survey.lines,
            self.imported,
            self.duplicates,
        )
        file.rejected_count, file.skipped_count = survey.rejected, survey.skipped
        session.flush()
        audit.record(
            session, "bank.file-loaded", subject_kind="bank-file", subject_id=file.public_id,
            details={
                "file": file.file_name, "sha256": file.file_sha256, "format": file.format, "lines": survey.lines,
                "imported": self.imported, "duplicates": self.duplicates, "rejected": survey.rejected,
            },
            actor=actor, now=now,
        )  # fmt: skip

    @staticmethod
    def note_failure(
        session: Session,
        *,
        request: BankRequest,
        problem: Problem,
        file_format: str,
        content: bytes,
        actor: Actor,
        now: datetime,
    ) -> str:
        """Keep a file that cannot be read with its reason; returns its public id."""
        file = _file(session, request, sha256(content).hexdigest(), size=len(content), actor=actor, now=now)
        file.format, file.state, file.finished_at, file.rejected_count = file_format, "failed", now, 0
        session.flush()
        session.execute(delete(BankProblem).where(BankProblem.file_id == file.id))
        keep_problems(session, file.id, [problem])
        audit.record(
            session, "bank.file-refused", subject_kind="bank-file", subject_id=file.public_id,
            details={"file": file.file_name, "sha256": file.file_sha256, "code": problem.code}, actor=actor, now=now,
        )  # fmt: skip
        return file.public_id


def _file(
    session: Session, request: BankRequest, file_sha256: str, *, size: int, actor: Actor, now: datetime
) -> BankFile:
    """Return the row of a file: the uploaded one, one whose taking in was interrupted, or a new one."""
    wanted = select(BankFile).with_for_update()
    if request.file_id:
        file = session.scalars(wanted.where(BankFile.public_id == request.file_id)).one_or_none()
        if file is None:
            raise NotFound
        if file.state in {"loaded", "undone"}:
            raise Conflict
        return file
    file = session.scalars(
        wanted.where(BankFile.file_sha256 == file_sha256, BankFile.state == "loading", BankFile.job_id == "")
        .order_by(BankFile.id.desc())
        .limit(1)
    ).one_or_none()
    if file is None:
        file = BankFile(
            file_name=request.shown_name[:200], file_sha256=file_sha256, size_bytes=size, state="loading",
            started_by_id=actor.person_id, started_at=now,
        )  # fmt: skip
        session.add(file)
        session.flush()
    return file


def keep_problems(session: Session, file_id: int, problems: Sequence[Problem]) -> None:
    """Keep rows that are no lines, with their reasons."""
    rows = [
        {
            "file_id": file_id, "row_no": one.row_no, "column": one.column[:60], "code": one.code[:30],
            "message": one.message, "params": one.params, "text": one.text, "is_refused": one.is_refused,
        }
        for one in problems
    ]  # fmt: skip
    if rows:
        session.execute(insert(BankProblem), rows)


def _parts(entry: Entry) -> list[dict[str, Any]] | None:
    if not entry.parts:
        return None
    return [
        {
            "amount_minor": part.amount_minor, "payer_name": part.payer_name, "payer_account": part.payer_account,
            "narrative": part.narrative, "reference": part.reference,
        }
        for part in entry.parts[:2000]
    ]  # fmt: skip
