"""Whatever someone with access to the file does to the chain is found (attack set A1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit import Anchor, read_anchors, record, verify_chain, write_anchor
from portal.audit.models import AuditRow
from portal.audit.rules import FIRST_PREVIOUS, chain_hash
from portal.db import Database

Attack = Callable[[Session], None]


def _unguard(session: Session) -> None:
    """Drop the guards, as somebody who owns the file can."""
    if session.get_bind().dialect.name == "sqlite":
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE audit_rows DISABLE TRIGGER USER"))
        session.execute(text("ALTER TABLE audit_head DISABLE TRIGGER USER"))


def _alter_body(session: Session) -> None:
    session.execute(
        text("UPDATE audit_rows SET body = replace(body, 'amount-3', 'amount-9') WHERE number = 3")
    )


def _alter_column(session: Session) -> None:
    session.execute(text("UPDATE audit_rows SET actor_name = 'Someone else' WHERE number = 3"))


def _delete_middle(session: Session) -> None:
    session.execute(text("DELETE FROM audit_rows WHERE number = 3"))


def _delete_tail(session: Session) -> None:
    session.execute(text("DELETE FROM audit_rows WHERE number > 4"))


def _set_head(session: Session, number: int) -> None:
    session.execute(
        text("UPDATE audit_head SET number = :n, hash = (SELECT hash FROM audit_rows WHERE number = :n)"),
        {"n": number},
    )


def _delete_tail_and_head(session: Session) -> None:
    _delete_tail(session)
    _set_head(session, 4)


def _swap(session: Session) -> None:
    for before, after in ((3, 100), (4, 3), (100, 4)):
        session.execute(
            text("UPDATE audit_rows SET number = :a WHERE number = :b"), {"a": after, "b": before}
        )


def _recompute(session: Session) -> None:
    kept = select(AuditRow.__table__).where(AuditRow.number != 3).order_by(AuditRow.number)
    rows = session.execute(kept).mappings().all()
    session.execute(text("DELETE FROM audit_rows"))
    previous = FIRST_PREVIOUS
    for number, row in enumerate(rows, 1):
        this = chain_hash(version=row["version"], number=number, previous_hash=previous, body=row["body"])
        session.execute(
            insert(AuditRow), dict(row) | {"number": number, "previous_hash": previous, "hash": this}
        )
        previous = this
    _set_head(session, len(rows))


@pytest.fixture
def chain(session: Session, database: Database, mei: Actor, now: datetime) -> list[Anchor]:
    """Six rows and the anchor somebody noted after the fifth."""
    anchors = []
    for number in range(1, 7):
        details = {"note": f"amount-{number}"}
        record(
            session,
            "tasks.opened",
            subject_kind="task",
            subject_id="x" * 22,
            details=details,
            actor=mei,
            now=now,
        )
        session.commit()
        if number == 5:
            with database.reading() as reading:
                anchors = [verify_chain(reading).head]
    return anchors


@pytest.mark.db
def test_holds_while_nobody_touches_it(chain: list[Anchor], database: Database) -> None:
    with database.reading() as reading:
        report = verify_chain(reading, anchors=chain)
    assert (report.ok, report.rows, report.head.number, report.first_bad) == (True, 6, 6, None)


@pytest.mark.db
@pytest.mark.parametrize(
    ("attack", "first_bad"),
    [
        (_alter_body, 3),
        (_alter_column, 3),
        (_delete_middle, 3),
        (_delete_tail, 5),
        (_delete_tail_and_head, 5),
        (_swap, 3),
        (_recompute, 5),
    ],
)
def test_names_the_first_row_that_does_not_hold(
    chain: list[Anchor], session: Session, database: Database, attack: Attack, first_bad: int
) -> None:
    """Requirements 0-20 and 2-16."""
    _unguard(session)
    attack(session)
    session.commit()
    with database.reading() as reading:
        report = verify_chain(reading, anchors=chain)
    assert (report.ok, report.first_bad) == (False, first_bad)


def test_needs_the_anchor_to_see_a_cut_tail(
    chain: list[Anchor], session: Session, database: Database
) -> None:
    _unguard(session)
    _delete_tail_and_head(session)
    session.commit()
    with database.reading() as reading:
        assert verify_chain(reading).ok
        assert not verify_chain(reading, anchors=chain).ok


def test_notes_the_head_once_for_each_move(
    chain: list[Anchor], session: Session, database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "home" / "anchors.jsonl"
    with database.reading() as reading:
        assert write_anchor(reading, path, now=now) is not None
        assert write_anchor(reading, path, now=now) is None
    assert [anchor.number for anchor in read_anchors(path)] == [6]
    assert json.loads(path.read_text())["at"] == "2026-03-02T02:00:00+00:00"


def test_finds_an_anchor_of_another_chain(chain: list[Anchor], database: Database) -> None:
    with database.reading() as reading:
        report = verify_chain(reading, anchors=[*chain, Anchor(2, "f" * 64)])
    assert (report.ok, report.first_bad) == (False, 2)
