"""Write answers to lines: the one writer of ``line_answers``, used by confirmations and disputes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.db import new_public_id
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import entity_view
from portal.statements.models import LineAnswer, Statement, StatementLine
from portal.statements.queries import current_answers
from portal.statements.rules import ANSWERABLE, ANSWERS, SIGNED, next_state


class NewerVersion(Conflict):
    """The statement was replaced while someone worked on it."""

    code = "newer_version"
    default_message = N_("A newer statement was issued at %(time)s. Nothing was saved.")


class AlreadySigned(Conflict):
    """The balance is signed: its lines are no longer answered here."""

    code = "already_signed"
    default_message = N_("This statement is signed already. Its lines can no longer be changed.")


@dataclass(frozen=True, slots=True)
class LineAnswerDraft:
    """What is said to one line.

    Attributes:
        answer: ``confirmed``, ``disputed``, ``question`` or ``none`` (taken back).
        disputed_minor: Disputed part, minor units with the sign of the line; the rest counts as confirmed.
        dispute_id: The dispute, when there is one.
        note: The question asked.
    """

    line_no: int
    answer: str
    disputed_minor: int = 0
    dispute_id: int | None = None
    note: str = ""


def new_act() -> str:
    """Return a new id for one click: everything answered by it is taken back together."""
    return new_public_id()


def seller_time(session: Session, statement: Statement, at: datetime) -> str:
    """Return the time of day where the seller is, e.g. ``10:41``."""
    return f"{at.astimezone(ZoneInfo(entity_view(session, statement.entity_id).time_zone)):%H:%M}"


def lock_statement(
    session: Session, *, public_id: str = "", statement_id: int | None = None, actor: Actor
) -> Statement:
    """Return a statement in scope, its row locked until the transaction ends: where two writers meet.

    Raises:
        NotFound: Unknown, out of scope, or not issued.
    """
    wanted = Statement.public_id == public_id if statement_id is None else Statement.id == statement_id
    query = select(Statement).where(wanted).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.issued_at is None:
        raise NotFound
    actor.require_scope(row.customer_id)
    return row


def require_current(
    session: Session, statement: Statement, content_hash: str, *, nothing: str | None = None
) -> None:
    """Refuse when the reader's page is not this version any more.

    Args:
        session: Any session.
        statement: Locked.
        content_hash: Of the version on the reader's page.
        nothing: Message id that says what did not happen; default "Nothing was saved".

    Raises:
        NewerVersion: A newer version was issued, or the page showed another content.
        AlreadySigned: The balance is signed.
        Conflict: The statement cannot be answered in its state.
    """
    if statement.state == "superseded" or statement.content_hash != content_hash:
        newer = select(func.max(Statement.issued_at)).where(
            Statement.entity_id == statement.entity_id, Statement.customer_id == statement.customer_id,
            Statement.currency == statement.currency, Statement.kind == statement.kind,
            Statement.period_from == statement.period_from,
        )  # fmt: skip
        at = session.scalar(newer) or statement.issued_at
        raise NewerVersion(nothing, time=seller_time(session, statement, at) if at else "")
    if statement.state in SIGNED:
        raise AlreadySigned
    if statement.state not in ANSWERABLE:
        raise Conflict


def record_answers(
    session: Session,
    *,
    statement_id: int,
    answers: Sequence[LineAnswerDraft],
    content_hash: str,
    act: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Add answers to lines of an issued, unsigned statement; the newest of a line counts.

    The calling verb checks the permission and writes the one audit row of its act.

    Args:
        session: A writing session.
        statement_id: Row number; the row is locked.
        answers: At most one a line.
        content_hash: Of the version being answered; the answers are bound to it.
        act: From ``new_act``.
        actor: Who answers; scope is checked.
        now: When.

    Raises:
        NotFound: Unknown statement or line, or out of scope.
        NewerVersion: A newer version was issued.
        AlreadySigned: The balance is signed.
        Invalid: An answer that does not exist, or a disputed part beyond the line.
    """
    statement = lock_statement(session, statement_id=statement_id, actor=actor)
    require_current(session, statement, content_hash)
    if not answers:
        return
    _require_usable(session, statement, answers)
    session.execute(
        insert(LineAnswer).execution_options(render_nulls=True),
        [
            {
                "statement_id": statement_id, "line_no": draft.line_no, "answer": draft.answer,
                "disputed_minor": draft.disputed_minor, "dispute_id": draft.dispute_id, "content_hash": content_hash,
                "act": act, "person_id": actor.person_id, "at": now, "note": draft.note,
            }
            for draft in answers
        ],
    )  # fmt: skip
    _move(session, statement)


def _require_usable(session: Session, statement: Statement, answers: Sequence[LineAnswerDraft]) -> None:
    query = select(StatementLine.no, StatementLine.amount_minor).where(
        StatementLine.statement_id == statement.id
    )
    amounts = dict(session.execute(query).all())
    for draft in answers:
        if draft.line_no not in amounts:
            raise NotFound
        if draft.answer not in ANSWERS:
            raise Invalid(field="answer")
        amount, part = amounts[draft.line_no], draft.disputed_minor
        if part and (draft.answer != "disputed" or part * amount < 0 or abs(part) > abs(amount)):
            raise Invalid(N_("No more than the line's amount can be disputed."), field="amount")


def _move(session: Session, statement: Statement) -> None:
    """Set the state that follows from the answers that count now."""
    is_answered = any(answer.answer != "none" for answer in current_answers(session, statement.id).values())
    verb = "answer" if is_answered else "take_back"
    statement.state = next_state(statement.state, verb) or statement.state
    session.flush()
