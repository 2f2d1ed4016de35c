"""What a person saw and said when they answered lines: the text that is kept as evidence of the click."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.i18n import translator
from portal.money import Money
from portal.statements import ANSWER_LABELS, KIND_LABELS, LineAnswerDraft
from portal.statements.models import Statement, StatementLine

_OPENING = KIND_LABELS["opening"]


def shown_text(
    session: Session, statement: Statement, drafts: Sequence[LineAnswerDraft], language: str
) -> str:
    """Return what the person saw and said: each line as it stood on the page, with the answer to it."""
    words = translator(language)
    opening = words.gettext(_OPENING)
    rows = session.execute(
        select(
            StatementLine.no, StatementLine.document_no, StatementLine.document_on, StatementLine.amount_minor
        )
        .where(
            StatementLine.statement_id == statement.id,
            StatementLine.no.in_([draft.line_no for draft in drafts]),
        )
        .order_by(StatementLine.no)
    )
    answers = {draft.line_no: draft for draft in drafts}
    said = []
    for no, number, day, minor in rows:
        answer = answers[no]
        parts = (
            number or opening, words.day(day) if day else "",
            words.headline(Money(minor, statement.currency)), words.gettext(ANSWER_LABELS[answer.answer]), answer.note,
        )  # fmt: skip
        said.append(" · ".join(part for part in parts if part))
    return "\n".join(said)
