"""Carry answers over: to the next version where a line did not change, to next month's line 0 by a signature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, exists, func, insert, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor
from portal.db import new_public_id
from portal.statements.above import ENDED_DISPUTES, confirmations, disputes
from portal.statements.answer import LineAnswerDraft, lock_statement
from portal.statements.models import LineAnswer, Statement, StatementLine, StatementRun
from portal.statements.queries import current_answers, read_answers
from portal.statements.rules import ANSWERABLE, LineKey, untouched_lines


@dataclass(frozen=True, slots=True)
class Issued:
    """One statement of the batch being issued."""

    id: int
    public_id: str
    customer_id: int
    currency: str
    version: int
    supersedes_id: int | None
    opening_minor: int
    closing_minor: int
    content_hash: str


def carried_answers(session: Session, batch: Sequence[Issued]) -> list[dict[str, Any]]:
    """Return answer rows for lines that the replaced version had just so."""
    pairs = {row.supersedes_id: row for row in batch if row.supersedes_id}
    if not pairs:
        return []
    answers = read_answers(session, list(pairs))
    keys = _line_keys(session, [*pairs, *(row.id for row in pairs.values())])
    carried = []
    for old_id, row in pairs.items():
        same = untouched_lines(keys[old_id], keys[row.id])
        act = new_public_id()
        for no, answer in answers.get(old_id, {}).items():
            if no in same and answer.answer != "none":
                kept = answer.as_row(
                    statement_id=row.id, line_no=same[no], content_hash=row.content_hash, act=act
                )
                carried.append(kept)
    return carried


def _line_keys(session: Session, ids: Iterable[int]) -> dict[int, list[tuple[int, LineKey]]]:
    rows = session.execute(
        select(
            StatementLine.statement_id, StatementLine.no, StatementLine.document_id, StatementLine.kind,
            StatementLine.document_no, StatementLine.document_on, StatementLine.due_on, StatementLine.amount_minor,
        ).where(StatementLine.statement_id.in_(list(ids)))
    )  # fmt: skip
    keys: dict[int, list[tuple[int, LineKey]]] = defaultdict(list)
    for statement_id, no, document_id, kind, document_no, document_on, due_on, amount in rows:
        keys[statement_id].append((no, LineKey(document_id, kind, document_no, document_on, due_on, amount)))
    return keys


def carried_openings(session: Session, run: StatementRun, batch: Sequence[Issued]) -> list[dict[str, Any]]:
    """Return the answer to line 0 where the month before was signed at just this balance.

    Of what was disputed then, only what is still under dispute stays disputed: what was credited since stands on this
    statement as a line of its own.
    """
    wanted = {row.id: row for row in batch if row.opening_minor}
    if not wanted:
        return []
    this, before = aliased(Statement), aliased(Statement)
    already = exists().where(
        LineAnswer.statement_id == this.supersedes_id, LineAnswer.line_no == 0, LineAnswer.answer != "none"
    )
    rows = session.execute(
        select(
            this.id, _still_disputed(this).label("disputed"), confirmations.c.person_id, confirmations.c.signed_at
        )
        .join(
            before,
            and_(
                before.entity_id == this.entity_id, before.customer_id == this.customer_id,
                before.currency == this.currency, before.kind == this.kind,
                before.period_until == run.period_from, before.closing_minor == this.opening_minor,
                before.state.in_(("confirmed", "confirmed-with-exceptions")),
            ),
        )
        .join(confirmations, confirmations.c.statement_id == before.id)
        .where(this.id.in_(list(wanted)), ~already)
    )  # fmt: skip
    return [
        {
            "statement_id": id_, "line_no": 0, "answer": "disputed" if disputed else "confirmed",
            "disputed_minor": disputed, "dispute_id": None,
            "content_hash": wanted[id_].content_hash, "act": new_public_id(), "person_id": person_id, "at": signed_at,
            "note": "",
        }
        for id_, disputed, person_id, signed_at in rows
    ]  # fmt: skip


def _still_disputed(this: type[Statement]) -> ScalarSelect[int]:
    """Signed minor units of earlier statements' lines whose dispute is still open."""
    earlier = aliased(Statement)
    return (
        select(func.coalesce(func.sum(LineAnswer.disputed_minor), 0))
        .join(
            disputes,
            and_(disputes.c.id == LineAnswer.dispute_id, disputes.c.statement_id == LineAnswer.statement_id),
        )
        .join(earlier, earlier.id == LineAnswer.statement_id)
        .where(
            earlier.entity_id == this.entity_id, earlier.customer_id == this.customer_id,
            earlier.currency == this.currency, earlier.period_from < this.period_from,
            LineAnswer.answer == "disputed", disputes.c.state.not_in(ENDED_DISPUTES),
        )
        .correlate(this)
        .scalar_subquery()
    )  # fmt: skip


def carry_signature(
    session: Session, *, statement_id: int, answer: LineAnswerDraft, act: str, actor: Actor, now: datetime
) -> int | None:
    """Answer line 0 of the next month with the signature of this one, where that month opens at this closing.

    Part of the act of signing: the calling verb writes the audit row.

    Args:
        session: A writing session.
        statement_id: The statement just signed.
        answer: What line 0 is told; its line number is not read.
        act: From ``new_act``.
        actor: Who signed.
        now: When.

    Returns:
        Row number of the next month's statement, or None where there is none that still waits for it.
    """
    this, after = aliased(Statement), aliased(Statement)
    row = session.execute(
        select(after.id, after.content_hash)
        .join(
            this,
            and_(
                this.entity_id == after.entity_id, this.customer_id == after.customer_id,
                this.currency == after.currency, this.kind == after.kind, this.period_until == after.period_from,
                this.closing_minor == after.opening_minor, after.opening_minor != 0,
            ),
        )
        .where(this.id == statement_id, after.state.in_(sorted(ANSWERABLE)))
    ).one_or_none()  # fmt: skip
    if row is None or current_answers(session, row.id).get(0) is not None:
        return None
    lock_statement(session, statement_id=row.id, actor=actor)
    session.execute(
        insert(LineAnswer),
        [
            {
                "statement_id": row.id, "line_no": 0, "answer": answer.answer,
                "disputed_minor": answer.disputed_minor, "dispute_id": None, "content_hash": row.content_hash,
                "act": act, "person_id": actor.person_id, "at": now, "note": "",
            }
        ],
    )  # fmt: skip
    return int(row.id)
