"""The one place where a dispute changes: lock it, check the transition, add to its timeline, record it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.attachments import FileDraft, store_files
from portal.attachments.models import Attachment
from portal.clock import business_day
from portal.disputes.models import Dispute, DisputeEvent
from portal.disputes.reasons import REASONS
from portal.disputes.rules import TURNS, due_day, next_state
from portal.disputes.words import EVENT_WORDS
from portal.errors import N_, Invalid, NotFound
from portal.i18n import translator
from portal.ledger import entity_view
from portal.money import Money
from portal.statements import ActDraft, keep_act
from portal.statements.models import Statement

#: Verb of a transition → name of its audit event.
AUDIT_EVENTS: dict[str, str] = {
    "submit": "disputes.opened",
    "acknowledge": "disputes.acknowledged",
    "assign": "disputes.assigned",
    "reply": "disputes.replied",
    "answer": "disputes.replied",
    "note": "disputes.noted",
    "ask": "disputes.waiting",
    "hold": "disputes.waiting",
    "resume": "disputes.resumed",
    "propose": "disputes.proposed",
    "accept": "disputes.accepted",
    "counter": "disputes.countered",
    "refuse": "disputes.refused",
    "escalate": "disputes.escalated",
    "settle": "disputes.submitted",
    "return": "disputes.returned",
    "post": "disputes.posted",
    "resolve": "disputes.resolved",
    "close": "disputes.closed",
    "reopen": "disputes.reopened",
    "withdraw": "disputes.withdrawn",
}
MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Words:
    """What goes with a move: the words, an amount, files, and whether only staff see it."""

    text: str = ""
    kind: str = "state"
    money: Money | None = None
    files: Sequence[FileDraft] = ()
    is_internal: bool = False


def is_in_scope(dispute: Dispute, actor: Actor) -> bool:
    """Say whether customer, legal entity and department of a dispute are in the actor's scope."""
    return (
        actor.sees(dispute.customer_id)
        and actor.sees_entity(dispute.entity_id)
        and actor.sees_department(dispute.department)
    )


def locked_dispute(session: Session, *, public_id: str, verb: str, actor: Actor) -> Dispute:
    """Return a dispute in the actor's scope, its row locked and fresh, ready for a verb.

    Raises:
        NotFound: Unknown, or another customer's.
        Conflict: The verb is not possible in its state.
    """
    found = session.scalars(
        select(Dispute)
        .where(Dispute.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or not is_in_scope(found, actor):
        raise NotFound
    next_state(found.state, verb)
    return found


def require_words(text: str, *, field: str = "text") -> str:
    """Return words without blanks around them.

    Raises:
        Invalid: There are none, or more than 4,000 characters.
    """
    text = text.strip()
    if not text:
        raise Invalid(N_("Write a few words."), field=field)
    if len(text) > MAX_TEXT:
        raise Invalid(N_("At most %(count)s characters, please."), field=field, count=MAX_TEXT)
    return text


def today_of(session: Session, entity_id: int, now: datetime) -> date:
    """Return the business date of an instant where the seller is."""
    return business_day(now, entity_view(session, entity_id).time_zone)


def state_moves(session: Session, dispute: Dispute) -> list[tuple[str, date]]:
    """Return (state entered, business date) of a dispute, oldest first."""
    zone = entity_view(session, dispute.entity_id).time_zone
    rows = session.execute(
        select(DisputeEvent.to_state, DisputeEvent.at)
        .where(
            DisputeEvent.dispute_id == dispute.id,
            DisputeEvent.to_state != "",
            DisputeEvent.to_state != DisputeEvent.from_state,
        )
        .order_by(DisputeEvent.id)
    )
    return [(state, business_day(at, zone)) for state, at in rows]


def move_dispute(
    session: Session, dispute: Dispute, *, verb: str, words: Words | None = None, actor: Actor, now: datetime
) -> None:
    """Carry out one verb: state, turn, due day, one point of the timeline (and its files), one audit row.

    Args:
        session: A writing session.
        dispute: Locked.
        verb: A verb of ``rules.TRANSITIONS``; permission and values have been checked.
        words: What goes with it.
        actor: Who does it.
        now: When.

    Raises:
        Conflict: The verb is not possible in this state; nothing has changed.
    """
    words = words or Words()
    before, after = dispute.state, next_state(dispute.state, verb)
    today = today_of(session, dispute.entity_id, now)
    if TURNS[before] != TURNS[after] or after == "reopened":
        moves = [*state_moves(session, dispute), (after, today)]
        days = REASONS[dispute.reason].sla_days
        dispute.due_on = due_day(after, moves=moves, sla_days=days, today=today)
    dispute.state, dispute.turn = after, TURNS[after]
    dispute.row_version += 1
    session.flush()
    event = DisputeEvent(
        dispute_id=dispute.id, verb=verb, kind=words.kind, side=actor.side, is_internal=words.is_internal,
        person_id=actor.person_id, person_name=actor.name[:120], text=words.text, from_state=before, to_state=after,
        currency=words.money.currency if words.money else None, amount_minor=words.money.minor if words.money else None,
        at=now,
    )  # fmt: skip
    session.add(event)
    session.flush()
    names = _add_files(session, dispute, verb=verb, words=words, actor=actor, now=now)
    if actor.person_id is not None:
        _keep_evidence(session, dispute, verb=verb, words=words, actor=actor, now=now)
    details: dict[str, object] = {"number": dispute.number, "verb": verb, "from": before, "to": after}
    if words.text:
        details["text"] = words.text
    if words.money is not None:
        details["money"] = words.money
    if names:
        details["files"] = names
    audit.record(
        session, AUDIT_EVENTS[verb], subject_kind="dispute", subject_id=dispute.public_id,
        customer_id=dispute.customer_id, details=details, actor=actor, now=now,
    )  # fmt: skip


def _keep_evidence(
    session: Session, dispute: Dispute, *, verb: str, words: Words, actor: Actor, now: datetime
) -> None:
    """Keep who did it in which role, how and from where, with the words as they read in the actor's language."""
    said = translator(actor.language)
    amount = said.headline(words.money) if words.money is not None else ""
    event = said.gettext(EVENT_WORDS[verb], amount=amount, text=words.text) if verb in EVENT_WORDS else ""
    lines = [f"{dispute.number} · {said.gettext(REASONS[dispute.reason].name)}", event, amount, words.text]
    statement_hash = ""
    if dispute.statement_id is not None:
        query = select(Statement.content_hash).where(Statement.id == dispute.statement_id)
        statement_hash = session.scalar(query) or ""
    draft = ActDraft(
        event=AUDIT_EVENTS[verb], subject_kind="dispute", subject_id=dispute.public_id,
        customer_id=dispute.customer_id, entity_id=dispute.entity_id,
        text="\n".join(line for line in lines if line), statement_hash=statement_hash,
    )  # fmt: skip
    keep_act(session, draft, actor=actor, now=now)


def _add_files(
    session: Session, dispute: Dispute, *, verb: str, words: Words, actor: Actor, now: datetime
) -> list[str]:
    if not words.files:
        return []
    ids = store_files(
        session, words.files, subject_kind="dispute", subject_id=dispute.public_id,
        customer_id=dispute.customer_id, is_internal=words.is_internal, actor=actor, now=now,
    )  # fmt: skip
    rows = session.scalars(
        select(Attachment).where(Attachment.public_id.in_(ids)).order_by(Attachment.id)
    ).all()
    session.add_all(
        DisputeEvent(
            dispute_id=dispute.id, verb=verb, kind="file", side=actor.side, is_internal=words.is_internal,
            person_id=actor.person_id, person_name=actor.name[:120], text=row.file_name, attachment_id=row.id, at=now,
        )
        for row in rows
    )  # fmt: skip
    session.flush()
    return [f"{row.file_name} {row.sha256}" for row in rows]
