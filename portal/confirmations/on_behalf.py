"""Record an answer that came on paper, by telephone or by e-mail: staff's own act, with the paper, two people (R7).

It is never shown or counted as a confirmation the customer gave here: the statement's state is ``recorded``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.access.people import clean_line
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.attachments import FileDraft, store_files
from portal.attachments.models import Attachment
from portal.audit import record
from portal.clock import business_day
from portal.confirmations.evidence import evidence_hash
from portal.confirmations.models import Confirmation, PaperConfirmation
from portal.confirmations.rules import CHANNEL_LABELS, CHANNELS, OUTCOME_LABELS, OUTCOMES
from portal.errors import N_, Conflict, Invalid, NotAllowed
from portal.i18n import translator
from portal.money import Money
from portal.statements import (
    ANSWERABLE,
    StatementPage,
    find_statement,
    lock_statement,
    next_state,
    require_current,
)
from portal.statements.models import Statement

PAPER_KIND = "confirmations.on-behalf"


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """An answer as staff read it from paper or heard it.

    Attributes:
        outcome: ``agreed``, ``agreed-except`` (the disputed lines) or ``disagreed``.
        stated: The customer's own figure where they do not agree.
        reason: What differs, where they do not agree.
        channel: ``paper``, ``telephone`` or ``e-mail``.
        given_on: Day of the paper, the call or the mail.
        given_by: Who at the customer, by name.
        given_title: Their job title or power to sign.
        content_hash: Of the statement version on the page.
    """

    outcome: str
    stated: Money | None
    reason: str
    channel: str
    given_on: date
    given_by: str
    given_title: str
    content_hash: str
    note: str = ""


def record_paper(
    session: Session,
    *,
    public_id: str,
    draft: PaperDraft,
    files: Sequence[FileDraft],
    actor: Actor,
    now: datetime,
) -> str:
    """Propose to record an answer that did not come through the portal; a second person looks at the paper.

    Args:
        session: A writing session; the statement's row is locked.
        public_id: Of the statement.
        draft: The answer.
        files: The scan, the note of the call or the mail; at least one.
        actor: Staff with ``statements:record``.
        now: When.

    Returns:
        Public id of the record that waits for approval.

    Raises:
        NotAllowed: The actor may not, or is no member of staff.
        NotFound: Unknown, or out of scope.
        NewerVersion: A newer version was issued.
        AlreadySigned: The balance is signed or recorded.
        Conflict: A record of this statement waits already.
        FileRefused: A file is not a kind we take.
        Invalid: No file, no name, an impossible day, or an answer that does not fit the disputes.
    """
    actor.require(Permission.STATEMENTS_RECORD)
    if not actor.is_staff or actor.person_id is None:
        raise NotAllowed
    statement = lock_statement(session, public_id=public_id, actor=actor)
    require_current(session, statement, draft.content_hash)
    page = find_statement(session, public_id=public_id, actor=actor)
    waiting = select(PaperConfirmation.id).where(
        PaperConfirmation.statement_id == statement.id, PaperConfirmation.state == "pending"
    )
    if session.scalar(waiting) is not None:
        raise Conflict(N_("This already waits for a second person."))
    _require_usable(page, draft, files, today=business_day(now, page.entity.time_zone))
    row = PaperConfirmation(
        statement_id=statement.id, customer_id=statement.customer_id, statement_hash=statement.content_hash,
        outcome=draft.outcome, currency=page.currency,
        stated_minor=draft.stated.minor if draft.outcome == "disagreed" and draft.stated else None,
        reason=draft.reason.strip()[:2000] if draft.outcome == "disagreed" else "", channel=draft.channel,
        given_on=draft.given_on, given_by=clean_line(draft.given_by, field="given_by"),
        given_title=clean_line(draft.given_title, field="given_title"), note=draft.note.strip()[:2000],
        recorded_by_id=actor.person_id, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    store_files(
        session, files, subject_kind="paper-confirmation", subject_id=row.public_id, customer_id=row.customer_id,
        is_internal=False, actor=actor, now=now,
    )  # fmt: skip
    _ask(session, row, page, actor=actor, now=now)
    return row.public_id


def _require_usable(
    page: StatementPage, draft: PaperDraft, files: Sequence[FileDraft], *, today: date
) -> None:
    if draft.outcome not in OUTCOMES:
        raise Invalid(N_("Choose one of the three answers."), field="outcome")
    if draft.channel not in CHANNELS[1:]:
        raise Invalid(N_("Say how the answer came."), field="channel")
    if not page.as_of <= draft.given_on <= today:
        raise Invalid(N_("The day lies between the day of the balance and today."), field="given_on")
    for field in ("given_by", "given_title"):
        if not getattr(draft, field).strip():
            raise Invalid(N_("This is needed."), field=field)
    if draft.outcome == "disagreed":
        if draft.stated is None or draft.stated.currency != page.currency:
            raise Invalid(N_("Enter the balance in the customer’s books."), field="stated")
        if not draft.reason.strip():
            raise Invalid(N_("Say what differs."), field="reason")
    has_disputes = any(line.answer == "disputed" for line in page.all_lines)
    if has_disputes and draft.outcome == "agreed":
        raise Invalid(
            N_("Some lines are disputed. Agree except for these, or withdraw the disputes."), field="outcome"
        )
    if not has_disputes and draft.outcome == "agreed-except":
        raise Invalid(N_("No line is disputed. Dispute a line first, or agree to all."), field="outcome")
    if not files:
        raise Invalid(N_("Attach the paper, the mail or your note of the call."), field="files")


def _ask(
    session: Session, row: PaperConfirmation, page: StatementPage, *, actor: Actor, now: datetime
) -> None:
    money = Money(row.stated_minor, row.currency) if row.stated_minor is not None else page.figures.closing
    request_approval(
        session,
        RequestDraft(
            kind=PAPER_KIND, subject_kind="paper-confirmation", subject_id=row.public_id, customer_id=row.customer_id,
            title=f"{page.period_from:%Y-%m} v{page.version}", content=_content(session, row),
            effect={"statement": page.public_id, "closing": page.figures.closing, "money": money}, note=row.note,
        ),
        actor=actor, now=now,
    )  # fmt: skip


def _content(session: Session, row: PaperConfirmation) -> dict[str, Any]:
    files = session.execute(
        select(Attachment.file_name, Attachment.sha256)
        .where(Attachment.subject_kind == "paper-confirmation", Attachment.subject_id == row.public_id)
        .order_by(Attachment.id)
    )
    state = session.scalar(select(Statement.state).where(Statement.id == row.statement_id))
    return {
        "statement_hash": row.statement_hash, "outcome": row.outcome, "currency": row.currency,
        "stated_minor": row.stated_minor, "reason": row.reason, "channel": row.channel,
        "given_on": row.given_on.isoformat(), "given_by": row.given_by, "given_title": row.given_title,
        "files": [f"{name} {digest}" for name, digest in files], "is_answerable": state in ANSWERABLE,
    }  # fmt: skip


def _row(session: Session, public_id: str) -> PaperConfirmation:
    return session.scalars(
        select(PaperConfirmation).where(PaperConfirmation.public_id == public_id).with_for_update()
    ).one()


def _content_of(session: Session, subject_id: str) -> Mapping[str, Any]:
    return _content(session, _row(session, subject_id))


def recorded_text(page: StatementPage, row: PaperConfirmation, *, language: str) -> str:
    """Return what stands in place of a signed text: who said what, when, by which way, and that we wrote it down."""
    words = translator(language)
    money = page.figures.closing
    lines = [
        words.gettext(N_("Recorded by %(seller)s, not signed in the portal."), seller=page.entity_name(words.language)),
        words.gettext(
            N_("%(name)s (%(title)s) of %(company)s answered on %(day)s, %(channel)s."), name=row.given_by,
            title=row.given_title, company=page.customer_name(words.language), day=words.day(row.given_on),
            channel=words.gettext(CHANNEL_LABELS[row.channel]),
        ),
        f"{words.gettext(OUTCOME_LABELS[row.outcome])} · {words.headline(money)}",
    ]  # fmt: skip
    if row.stated_minor is not None:
        stated = Money(row.stated_minor, row.currency)
        lines.append(words.gettext(N_("According to the customer’s books: %(money)s."), money=stated))
    return "\n".join(lines)


def _write(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    """Turn the agreed record into a confirmation that says of itself that staff wrote it down."""
    row = _row(session, request.subject_id)
    statement = lock_statement(session, statement_id=row.statement_id, actor=actor)
    require_current(session, statement, row.statement_hash)
    page = find_statement(session, public_id=statement.public_id, actor=actor)
    made = _confirmation(session, page, row, actor=actor, now=now)
    session.add(made)
    row.state = "recorded"
    statement.state = next_state(statement.state, "record") or statement.state
    session.flush()
    record(
        session, "balances.recorded", subject_kind="statement", subject_id=statement.public_id,
        customer_id=statement.customer_id,
        details={
            "confirmation": made.public_id, "outcome": made.outcome, "channel": made.channel,
            "statement_hash": made.statement_hash, "content_hash": made.content_hash, "given_by": made.person_name,
            "recorded_by": row.recorded_by_id,
        },
        actor=actor, now=now,
    )  # fmt: skip


def _confirmation(
    session: Session, page: StatementPage, row: PaperConfirmation, *, actor: Actor, now: datetime
) -> Confirmation:
    recorder = session.get_one(Person, row.recorded_by_id)
    disputed = sum(line.disputed_minor for line in page.all_lines if line.answer == "disputed")
    values: dict[str, Any] = {
        "statement_id": page.id, "customer_id": page.customer.id, "statement_hash": page.content_hash,
        "outcome": row.outcome, "currency": page.currency, "closing_minor": page.figures.closing.minor,
        "agreed_minor": page.figures.closing.minor - disputed, "disputed_minor": disputed,
        "stated_minor": row.stated_minor, "reason": row.reason,
        "answers": [[line.no, line.answer, line.disputed_minor] for line in page.all_lines],
        "signed_text": recorded_text(page, row, language=recorder.language), "language": recorder.language,
        "channel": row.channel, "person_id": None, "person_name": row.given_by, "person_email": "",
        "job_title": row.given_title, "role": "", "authority": row.given_title, "method": "on-behalf", "address": "",
        "device": "", "evidence": {"files": _content(session, row)["files"], "paper": row.public_id},
        "given_on": row.given_on, "recorded_by_id": row.recorded_by_id, "approved_by_id": actor.person_id,
        "local_time": now.astimezone(ZoneInfo(page.entity.time_zone)).isoformat(timespec="seconds"),
    }  # fmt: skip
    return Confirmation(**values, signed_at=now, content_hash=evidence_hash(values, statement=page.public_id))


def _refused(session: Session, request: Request, _actor: Actor, _now: datetime) -> None:
    _row(session, request.subject_id).state = request.state
    session.flush()


register_kind(ApprovalKind(kind=PAPER_KIND, run=_write, content_of=_content_of, on_rejected=_refused))
