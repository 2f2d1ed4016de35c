"""Confirm lines, take answers back until signing, ask about a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit import record
from portal.clock import business_day
from portal.confirmations.rules import holds
from portal.confirmations.shown import shown_text
from portal.customers.models import Customer
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import entity_view
from portal.money import Money
from portal.statements import (
    ActDraft,
    Answer,
    LineAnswerDraft,
    current_answers,
    keep_act,
    lock_statement,
    new_act,
    record_answers,
    require_current,
    seller_time,
)
from portal.statements.models import Statement, StatementLine
from portal.tasks import TaskDraft, open_task

REPLY_DAYS, MAX_QUESTION = 1, 2000


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line left alone because it is in dispute: by whom and at what time of the seller's day."""

    line_no: int
    name: str
    time: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What one click did.

    Attributes:
        act: What ``take_back_answers`` undoes.
        line_nos: Lines whose answer changed.
        total: Sum of their amounts.
    """

    act: str
    line_nos: tuple[int, ...]
    total: Money
    skipped: tuple[Skipped, ...] = ()


def confirm_lines(
    session: Session,
    *,
    public_id: str,
    line_nos: Sequence[int] | None,
    seen_lines: Sequence[int] = (),
    content_hash: str,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Confirm lines of a statement; it counts when the balance is signed, until then it can be taken back.

    Args:
        session: A writing session.
        public_id: Of the statement.
        line_nos: Lines to confirm; None = "the rest": those of ``seen_lines`` that are still unanswered.
        seen_lines: Lines that were on the page; a line that came later is never taken in.
        content_hash: Of the version on the page.
        actor: Needs ``statements:answer``.
        now: When.

    Returns:
        What was confirmed; lines in dispute are skipped and named.

    Raises:
        NotAllowed: The actor may not answer.
        NotFound: Unknown statement or line, or out of scope.
        Conflict: A newer version, a signature, or every named line is in dispute (a colleague is named).
    """
    actor.require(Permission.STATEMENTS_ANSWER)
    statement = lock_statement(session, public_id=public_id, actor=actor)
    require_current(session, statement, content_hash)
    amounts = _amounts(session, statement)
    answers = current_answers(session, statement.id)
    if line_nos is None:
        wanted = [no for no in dict.fromkeys(seen_lines) if no in amounts and _is_open(answers.get(no))]
    else:
        wanted = list(dict.fromkeys(line_nos))
        if not set(wanted) <= amounts.keys():
            raise NotFound
    skipped = _in_dispute(session, statement, wanted, answers)
    _require_some(skipped, wanted, answers, actor)
    left_alone = {line.line_no for line in skipped}
    fresh = [no for no in wanted if no not in left_alone and not _is_confirmed(answers.get(no))]
    drafts = [LineAnswerDraft(no, "confirmed") for no in fresh if no or amounts[0]]
    done = _write(session, statement, drafts, amounts, event="lines.answered", actor=actor, now=now)
    return Answered(done.act, done.line_nos, done.total, skipped)


def take_back_answers(
    session: Session,
    *,
    public_id: str,
    act: str | None = None,
    line_nos: Sequence[int] | None = None,
    content_hash: str,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Take confirmations and questions back, those of one click or of some lines; possible until signing.

    A disputed line is not touched: the dispute is withdrawn instead.

    Args:
        session: A writing session.
        public_id: Of the statement.
        act: One click's answers, as far as they still count.
        line_nos: Or these lines.
        content_hash: Of the version on the page.
        actor: Needs ``statements:answer``.
        now: When.

    Raises:
        NotAllowed: The actor may not answer.
        NotFound: Unknown statement, or out of scope.
        Conflict: A newer version, or signed.
    """
    actor.require(Permission.STATEMENTS_ANSWER)
    statement = lock_statement(session, public_id=public_id, actor=actor)
    require_current(session, statement, content_hash)
    amounts = _amounts(session, statement)
    chosen = set(line_nos or ())
    drafts = [
        LineAnswerDraft(no, "none")
        for no, answer in sorted(current_answers(session, statement.id).items())
        if answer.answer in {"confirmed", "question"}
        and (no in chosen or (act is not None and answer.act == act))
    ]
    return _write(session, statement, drafts, amounts, event="answers.undone", actor=actor, now=now)


def ask_about_line(
    session: Session,
    *,
    public_id: str,
    line_no: int,
    text: str,
    content_hash: str,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Ask the seller about a line: it stays unanswered, and the customer's owner gets a task.

    Raises:
        NotAllowed: The actor may not answer.
        NotFound: Unknown statement or line, or out of scope.
        Conflict: A newer version, signed, or the line is in dispute.
        Invalid: No question, or one too long.
    """
    actor.require(Permission.STATEMENTS_ANSWER)
    question = text.strip()
    if not question:
        raise Invalid(N_("Write your question first."), field="text")
    if len(question) > MAX_QUESTION:
        raise Invalid(
            N_("Please keep the question under %(count)s characters."), field="text", count=MAX_QUESTION
        )
    statement = lock_statement(session, public_id=public_id, actor=actor)
    require_current(session, statement, content_hash)
    amounts = _amounts(session, statement)
    if line_no not in amounts:
        raise NotFound
    answers = current_answers(session, statement.id)
    _require_some(_in_dispute(session, statement, [line_no], answers), [line_no], answers, actor)
    drafts = [LineAnswerDraft(line_no, "question", note=question)]
    done = _write(session, statement, drafts, amounts, event="lines.answered", actor=actor, now=now)
    _open_question(session, statement, line_no, question, act=done.act, actor=actor, now=now)
    return done


def _amounts(session: Session, statement: Statement) -> dict[int, int]:
    query = select(StatementLine.no, StatementLine.amount_minor).where(
        StatementLine.statement_id == statement.id
    )
    return dict(session.execute(query).all())


def _is_open(answer: Answer | None) -> bool:
    return answer is None or answer.answer in {"none", "question"}


def _is_confirmed(answer: Answer | None) -> bool:
    return answer is not None and answer.answer == "confirmed"


def _in_dispute(
    session: Session, statement: Statement, wanted: Iterable[int], answers: Mapping[int, Answer]
) -> tuple[Skipped, ...]:
    found = ((no, answers.get(no)) for no in wanted)
    return tuple(
        Skipped(no, answer.person_name, seller_time(session, statement, answer.at))
        for no, answer in found
        if answer is not None and answer.answer == "disputed" and holds(answer.dispute_state)
    )


def _require_some(
    skipped: Sequence[Skipped], wanted: Sequence[int], answers: Mapping[int, Answer], actor: Actor
) -> None:
    """Refuse when every named line is in dispute."""
    if not wanted or len(skipped) < len(wanted):
        return
    first = skipped[0]
    if first.name and answers[first.line_no].person_id != actor.person_id:
        raise Conflict(
            N_("%(name)s disputed this line at %(time)s. Your answer was not saved."),
            name=first.name,
            time=first.time,
        )
    raise Conflict(N_("This line is disputed. Withdraw the dispute before you confirm it."))


def _write(
    session: Session,
    statement: Statement,
    drafts: Sequence[LineAnswerDraft],
    amounts: Mapping[int, int],
    *,
    event: str,
    actor: Actor,
    now: datetime,
) -> Answered:
    act = new_act()
    numbers = tuple(draft.line_no for draft in drafts)
    total = Money(sum(amounts[no] for no in numbers), statement.currency)
    if drafts:
        record_answers(
            session, statement_id=statement.id, answers=drafts, content_hash=statement.content_hash, act=act,
            actor=actor, now=now,
        )  # fmt: skip
        details = {
            "version": statement.version, "answer": drafts[0].answer, "lines": list(numbers), "sum": total,
            "content_hash": statement.content_hash,
        }  # fmt: skip
        record(
            session, event, subject_kind="statement", subject_id=statement.public_id,
            customer_id=statement.customer_id, details=details, actor=actor, now=now,
        )  # fmt: skip
        text = shown_text(session, statement, drafts, actor.language)
        keep_act(
            session,
            ActDraft(
                event=event, subject_kind="statement", subject_id=statement.public_id, public_id=act, text=text,
                customer_id=statement.customer_id, entity_id=statement.entity_id, statement_hash=statement.content_hash,
            ),
            actor=actor, now=now,
        )  # fmt: skip
    return Answered(act, numbers, total)


def _open_question(
    session: Session,
    statement: Statement,
    line_no: int,
    question: str,
    *,
    act: str,
    actor: Actor,
    now: datetime,
) -> None:
    number = session.scalars(
        select(StatementLine.document_no).where(
            StatementLine.statement_id == statement.id, StatementLine.no == line_no
        )
    ).one()
    today = business_day(now, entity_view(session, statement.entity_id).time_zone)
    facts = {
        "line_no": line_no, "document_no": number, "text": question, "asked_by": actor.name,
        "month": f"{statement.period_from:%Y-%m}", "currency": statement.currency,
    }  # fmt: skip
    task = TaskDraft(
        key=f"question:{statement.public_id}:{line_no}:{act}", kind="question", subject_kind="statement",
        subject_id=statement.public_id, due_on=today + timedelta(days=REPLY_DAYS),
        customer_id=statement.customer_id, owner_id=session.get_one(Customer, statement.customer_id).owner_id,
        facts=facts,
    )  # fmt: skip
    open_task(session, task, actor=actor, now=now)
