"""Check the chain row by row, and keep its head outside the database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.models import AuditHead, AuditRow
from portal.audit.rules import CHAIN_VERSION, FIRST_PREVIOUS, Anchor, chain_hash

ANCHORS = "audit-anchors.jsonl"
_STEP = 2000
_COLUMNS = ("event", "actor_id", "actor_name", "subject_kind", "subject_id", "customer_id")


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What the check found.

    Attributes:
        ok: Whether every row, the head and every anchor hold.
        rows: Rows that are there.
        head: The head as the database has it.
        anchor: The newest anchor given; None without any.
        first_bad: Number of the first row that was altered, moved, removed or is not the anchored one; None when ok.
    """

    ok: bool
    rows: int
    head: Anchor
    anchor: Anchor | None
    first_bad: int | None


def verify_chain(session: Session, *, anchors: Sequence[Anchor] = ()) -> ChainReport:
    """Check numbers, hashes, the head and the anchors; rows are streamed, so that length does not matter.

    Found are: a row altered (body, column or hash), removed (in the middle or at the end), swapped, renumbered; with
    anchors also a chain cut off, computed anew or replaced by an older one.

    Args:
        session: A reading session.
        anchors: Heads noted outside the database, in any order.
    """
    kept = session.execute(select(AuditHead.number, AuditHead.hash)).one_or_none()
    head = Anchor(kept[0], kept[1]) if kept else Anchor(0, FIRST_PREVIOUS)
    by_number: dict[int, set[str]] = {}
    for anchor in anchors:
        by_number.setdefault(anchor.number, set()).add(anchor.hash)
    newest = max(anchors, key=lambda anchor: anchor.number, default=None)
    number, previous, first_bad = 0, FIRST_PREVIOUS, _bad_start(by_number)
    for row in _rows(session):
        is_good = row.number == number + 1 and row.previous_hash == previous and _holds(row)
        if first_bad is None and not (is_good and by_number.get(row.number, {row.hash}) == {row.hash}):
            first_bad = min(row.number, number + 1)
        number, previous = row.number, row.hash
    rows = number if first_bad is None else _count(session)
    if first_bad is None and (head.number, head.hash) != (number, previous):
        first_bad = min(head.number, number) + 1 if head.number != number else number
    if first_bad is None and newest is not None and newest.number > number:
        first_bad = number + 1
    return ChainReport(first_bad is None, rows, head, newest, first_bad)


def _bad_start(by_number: dict[int, set[str]]) -> int | None:
    return 1 if by_number.get(0, {FIRST_PREVIOUS}) != {FIRST_PREVIOUS} else None


def _rows(session: Session) -> Iterator[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=_STEP)
    for row in session.scalars(query):
        yield row
        session.expunge(row)


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditRow)) or 0


def _holds(row: AuditRow) -> bool:
    if row.version != CHAIN_VERSION:
        return False
    expected = chain_hash(
        version=row.version, number=row.number, previous_hash=row.previous_hash, body=row.body
    )
    if row.hash != expected:
        return False
    facts = json.loads(row.body)
    return facts["at"] == row.at.astimezone(UTC).isoformat() and all(
        facts[column] == getattr(row, column) for column in _COLUMNS
    )


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read a file of anchors, one JSON object ``{"number", "hash", "at"}`` a line; no file = none.

    Raises:
        ValueError: A line is not an anchor.
    """
    if not path.exists():
        return ()
    anchors = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            facts = json.loads(line)
            anchors.append(Anchor(int(facts["number"]), str(facts["hash"]), str(facts.get("at", ""))))
    return tuple(anchors)


def write_anchor(session: Session, path: Path, *, now: datetime) -> Anchor | None:
    """Append the head to a file outside the database when it has moved since the last line.

    Args:
        session: A reading session.
        path: HOME/audit-anchors.jsonl.
        now: When.

    Returns:
        The new anchor; None when the head has not moved.
    """
    kept = session.execute(select(AuditHead.number, AuditHead.hash)).one_or_none()
    if kept is None or kept[0] == 0:
        return None
    known = read_anchors(path)
    if known and known[-1].number >= kept[0]:
        return None
    anchor = Anchor(kept[0], kept[1], now.astimezone(UTC).isoformat(timespec="seconds"))
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"number": anchor.number, "hash": anchor.hash, "at": anchor.at})
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return anchor
