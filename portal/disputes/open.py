"""Raise a dispute: of a statement line, of a document, or of something a statement lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, system_actor
from portal.attachments import FileDraft
from portal.disputes.evidence import DisputePartDraft, checked_facts, checked_parts, require_evidence
from portal.disputes.limits import require_undisputed
from portal.disputes.models import Dispute, DisputePart
from portal.disputes.notify import tell_customer
from portal.disputes.propose import require_amount
from portal.disputes.reasons import REASONS
from portal.disputes.rules import add_business_days
from portal.disputes.target import Target, resolve_target, room_minor
from portal.disputes.timeline import Words, move_dispute, today_of
from portal.errors import N_, Conflict, Invalid, NotAllowed
from portal.money import Money
from portal.numbering import next_number
from portal.receivables.models import Document
from portal.statements import LineAnswerDraft, new_act, record_answers


@dataclass(frozen=True, slots=True)
class DisputeDraft:
    """What is disputed and why.

    Attributes:
        reason: Key of ``REASONS``.
        amount: Above zero; at most what is disputable of the line or document.
        statement: Public id; with ``line_no`` a line, alone: something is missing from it.
        line_no: Line of the statement; 0 is the opening balance.
        document: Public id of a document, where no line is named.
        content_hash: Of the statement version on the reader's page; empty = not compared.
        text: In the customer's words.
        facts: What the reason asks for, by the key of its ``Fact``; texts as typed.
        parts: Several reasons on one line; they sum to ``amount``.
        files: Papers and photos.
    """

    reason: str
    amount: Money
    statement: str = ""
    line_no: int | None = None
    document: str = ""
    content_hash: str = ""
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[DisputePartDraft] = ()
    files: Sequence[FileDraft] = ()


def open_dispute(
    session: Session, *, draft: DisputeDraft, on_behalf: bool = False, actor: Actor, now: datetime
) -> str:
    """Raise a dispute; it is acknowledged at once, the line is answered "disputed" and causes no reminders.

    Args:
        session: A writing session.
        draft: What and why.
        on_behalf: Staff write down what a customer said; it is marked so.
        actor: The customer's confirmer, or staff on behalf.
        now: When.

    Returns:
        Public id of the dispute.

    Raises:
        NotAllowed: The actor may not dispute.
        NotFound: Unknown statement, line or document, or another customer's.
        Conflict: The line is disputed already, the statement is signed or replaced.
        Invalid: Reason, amount, facts, parts or words cannot be used; ``field`` names which.
        FileRefused: A file is not of a kind we take.
    """
    _require_opener(actor, on_behalf=on_behalf)
    reason = REASONS.get(draft.reason)
    if reason is None:
        raise Invalid(field="reason")
    target = resolve_target(
        session, statement=draft.statement, line_no=draft.line_no, document=draft.document, actor=actor
    )
    require_undisputed(session, *target.line)
    _require_room(session, target, draft.amount)
    facts = checked_facts(reason, draft.facts, currency=target.currency, own=_own_number(session, target))
    parts = checked_parts(draft.parts, whole=draft.amount)
    text = require_evidence(reason, text=draft.text, file_count=len(draft.files))
    today = today_of(session, target.entity_id, now)
    dispute = Dispute(
        number=next_number(session, "D", year=today.year), entity_id=target.entity_id,
        customer_id=target.customer_id, statement_id=target.statement_id, line_no=target.line_no,
        document_id=target.document_id, reason=reason.code, facts=facts, currency=target.currency,
        disputed_minor=draft.amount.minor, department=reason.department, state="draft", turn="theirs",
        due_on=add_business_days(today, reason.sla_days), opened_by_id=actor.person_id, is_on_behalf=on_behalf,
        opened_at=now,
    )  # fmt: skip
    session.add(dispute)
    session.flush()
    session.add_all(
        DisputePart(dispute_id=dispute.id, no=no, reason=part.reason, currency=part.amount.currency,
                    amount_minor=part.amount.minor)
        for no, part in enumerate(parts, start=1)
    )  # fmt: skip
    words = Words(text, "message", draft.amount, files=draft.files)
    try:
        move_dispute(session, dispute, verb="submit", words=words, actor=actor, now=now)
    except IntegrityError:  # the unique index: someone else was faster
        raise Conflict from None
    _answer_line(session, dispute, target, seen_hash=draft.content_hash, actor=actor, now=now)
    move_dispute(session, dispute, verb="acknowledge", actor=system_actor(), now=now)
    tell_customer(session, dispute, event="dispute-opened", now=now)
    return dispute.public_id


def _require_opener(actor: Actor, *, on_behalf: bool) -> None:
    if on_behalf:
        actor.require(Permission.DISPUTES_WORK)
        return
    actor.require(Permission.DISPUTES_OPEN)
    if actor.side == "staff":
        raise NotAllowed


def _require_room(session: Session, target: Target, amount: Money) -> None:
    room = room_minor(session, target)
    if room <= 0:
        raise Invalid(N_("This is credited in full already."), field="amount")
    require_amount(amount, most=Money(room, target.currency))


def _own_number(session: Session, target: Target) -> str:
    if target.document_id is None:
        return ""
    return session.get_one(Document, target.document_id).document_no


def _answer_line(
    session: Session, dispute: Dispute, target: Target, *, seen_hash: str, actor: Actor, now: datetime
) -> None:
    if target.statement_id is None or target.line_no is None:
        return
    answer = LineAnswerDraft(
        line_no=target.line_no, answer="disputed", disputed_minor=target.sign * dispute.disputed_minor,
        dispute_id=dispute.id,
    )  # fmt: skip
    record_answers(
        session, statement_id=target.statement_id, answers=[answer], content_hash=seen_hash or target.content_hash,
        act=new_act(), actor=actor, now=now,
    )  # fmt: skip
