"""What people do in the demo: bookkeepers answer and sign, raise disputes, colleagues ask for postings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.adjustments import AdjustmentDraft, draft_adjustment, submit_adjustment
from portal.approvals import reject
from portal.confirmations import (
    SignatureDraft,
    confirm_lines,
    default_outcome,
    sign_balance,
    signing_text,
    terms_text,
)
from portal.demo.cases import PLOT_REASONS, PLOTS, WORDS, WORDS_EN, Case
from portal.demo.company import Cast, confirmer_actor
from portal.disputes import DisputeDraft, open_dispute
from portal.lists import ListQuery
from portal.money import Money
from portal.statements import LineView, StatementPage, find_statement, list_statements


def answer_month(
    session: Session,
    month: date,
    cast: Cast,
    random: Random,
    *,
    share: float,
    always: int,
    now: datetime,
    latest: datetime | None = None,
) -> None:
    """Let a share of the confirmers (the first ``always`` ones surely) confirm and sign a month's statements."""
    for place, confirmer in enumerate(cast.confirmers):
        if place >= always and random.random() > share:
            continue
        actor = confirmer_actor(session, confirmer)
        signed_at = now + timedelta(days=random.randrange(1, 9), minutes=random.randrange(420))
        signed_at = min(signed_at, latest or signed_at)
        for page in _pages(session, month, actor):
            if page.is_answerable:
                _confirm_and_sign(session, page, actor, now=signed_at)


def _pages(session: Session, month: date, actor: Actor) -> list[StatementPage]:
    rows = list_statements(session, query=ListQuery(per_page=0), actor=actor, month=month).rows
    return [find_statement(session, public_id=row.public_id, actor=actor) for row in rows]


def _confirm_and_sign(session: Session, page: StatementPage, actor: Actor, *, now: datetime) -> None:
    seen = [page.opening.no, *(line.no for line in page.lines)]
    if page.progress.left:
        confirm_lines(
            session, public_id=page.public_id, line_nos=None, seen_lines=seen, content_hash=page.content_hash,
            actor=actor, now=now,
        )  # fmt: skip
        page = find_statement(session, public_id=page.public_id, actor=actor)
    outcome = default_outcome(page)
    text = signing_text(page, outcome=outcome, language=actor.language)
    signature = SignatureDraft(
        outcome=outcome, stated=None, reason="", signer_name=actor.name, job_title=actor.job_title,
        signed_text=text.full, language=actor.language, content_hash=page.content_hash, answers_hash=page.answers_hash,
        terms_hash=terms_text(session, customer_id=page.customer.id, language=actor.language).text_hash,
    )  # fmt: skip
    sign_balance(session, public_id=page.public_id, signature=signature, actor=actor, now=now)


def raise_disputes(session: Session, month: date, cast: Cast, *, plots: Sequence[int], now: datetime) -> None:
    """Raise one dispute per plot on a month's statements and take it as far as the plot goes."""
    found = 0
    for place, confirmer in enumerate(cast.confirmers):
        if found == len(plots):
            return
        actor = confirmer_actor(session, confirmer)
        pages = [page for page in _pages(session, month, actor) if page.is_answerable]
        wanted = 2 if place == 0 else 1
        for page in pages[:1]:
            lines = [
                line
                for line in page.lines
                if line.kind == "invoice" and line.open_minor == line.amount_minor and not line.has_answer
            ]
            for line in _twins_last(lines)[-wanted:][::-1]:
                if found < len(plots):
                    plot = plots[found]
                    case = _raise(
                        session,
                        page,
                        line.no,
                        PLOT_REASONS[plot],
                        actor,
                        cast,
                        now=now + timedelta(minutes=7 * found),
                    )
                    PLOTS[plot](case.later(hours=2))
                    found += 1


def _twins_last(lines: Sequence[LineView]) -> list[LineView]:
    """Order lines so that one billed twice comes last."""
    return sorted(lines, key=lambda line: (_is_second(line, lines), line.no))


def _other(page: StatementPage, line: LineView) -> str:
    """Number of the invoice that looks most like this one."""
    others = [one for one in page.lines if one.no != line.no and one.kind == "invoice"]
    alike = [one for one in others if one.order_no == line.order_no and one.amount_minor == line.amount_minor]
    head, number = line.document_no[:-5], int(line.document_no[-5:])
    return (alike or others)[0].document_no if others else f"{head}{number - 1:05d}"


def _is_second(line: LineView, lines: Sequence[LineView]) -> bool:
    return any(
        one.no < line.no and one.order_no == line.order_no and one.amount_minor == line.amount_minor
        for one in lines
    )


def _raise(
    session: Session,
    page: StatementPage,
    line_no: int,
    reason: str,
    actor: Actor,
    cast: Cast,
    *,
    now: datetime,
) -> Case:
    line = next(line for line in page.lines if line.no == line_no)
    whole = abs(line.amount)
    amount = whole if reason in {"DUP", "NRC", "PAY"} else Money(max(1, whole.minor // 15), whole.currency)
    words = (WORDS if actor.language == "zh" else WORDS_EN)[reason]
    facts = {
        "order_no": line.order_no, "receipt_note": f"GR-{line_no:02d}-7731", "quote": "Q-2026-118",
        "other_document": _other(page, line),
        "paid_on": str(page.period_until - timedelta(days=9)), "paid_amount": amount.decimal_text,
    }  # fmt: skip
    draft = DisputeDraft(
        reason=reason, amount=amount, statement=page.public_id, line_no=line_no, content_hash=page.content_hash,
        text=words[0], facts=facts,
    )  # fmt: skip
    public_id = open_dispute(session, draft=draft, actor=actor, now=now)
    return Case(session, public_id, reason, amount, actor, cast, now)


def confirm_some(session: Session, month: date, cast: Cast, *, left: int, now: datetime) -> None:
    """Let the first two confirmers answer all but a few lines of the newest statement, and not sign yet."""
    for confirmer in cast.confirmers[:2]:
        actor = confirmer_actor(session, confirmer)
        for page in _pages(session, month, actor)[:1]:
            numbers = [
                line.no for line in (page.opening, *page.lines) if line.needs_answer and not line.has_answer
            ]
            if len(numbers) > left:
                confirm_lines(
                    session, public_id=page.public_id, line_nos=numbers[:-left], content_hash=page.content_hash,
                    actor=actor, now=now,
                )  # fmt: skip


def ask_for_postings(
    session: Session, documents: Sequence[tuple[str, Money]], cast: Cast, *, now: datetime
) -> None:
    """Leave adjustments in draft, waiting and sent back, as on any working day."""
    kinds = ("credit_note", "write_off", "credit_note", "write_off", "credit_note")
    reasons = ("运输破损折让", "尾差核销", "返利兑现", "长期小额欠款核销", "单价差异")
    for place, ((document, open_amount), kind, reason) in enumerate(
        zip(documents, kinds, reasons, strict=False)
    ):
        part = Money(max(1, open_amount.minor // (40 if kind == "write_off" else 12)), open_amount.currency)
        draft = AdjustmentDraft(
            kind=kind, amount=part, posting_on=now.date(), reason=reason, document=document
        )
        public_id = draft_adjustment(session, draft=draft, actor=cast.clerk, now=now)
        if place == 0:
            continue
        approval = submit_adjustment(session, public_id=public_id, note=reason, actor=cast.clerk, now=now)
        if place == 1:
            reject(session, public_id=approval, note="金额请按发票余额计算", actor=cast.approver, now=now)
