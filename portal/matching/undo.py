"""Undo a posted match exactly: the receipt is reversed in the open, every item is as open as before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.bank.lines import set_line_state
from portal.clock import business_day
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import entity_view, reverse_entry
from portal.ledger.models import Entry
from portal.matching.accept import locked_match, parts_of, record_match
from portal.matching.identify import money_of, require_decided
from portal.matching.models import Match, PayerSighting, RemittanceAdvice, UnidentifiedMoney
from portal.matching.post import replace_parts
from portal.matching.rules import next_state
from portal.money import Money
from portal.receivables import reverse_allocation, reverse_document
from portal.receivables.models import Allocation, Document

UNDO_KIND = "matching.undo"


def undo_match(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> str:
    """Undo a posted match: receipt reversed, credit notes freed, what was learned unlearned, the line open again.

    Identified money goes back to the list of unidentified cash first; undoing once more takes it out of the books.

    Args:
        session: A writing session.
        public_id: The match.
        reason: Why; stands on the reversal.
        actor: Needs ``matches:undo``.
        now: When; the reversal is dated today.

    Returns:
        Public id of the match that now waits for the line (the same one where money became unidentified again).

    Raises:
        NotAllowed: The actor may not undo; ``request_undo`` asks someone who may.
        NotFound: Unknown, or out of scope.
        WrongState: It is not posted.
        Conflict: It is unidentified cash whose customer waits for a second person.
        Invalid: No reason.
        PeriodClosed: Today lies in a closed period.
    """
    actor.require(Permission.MATCHES_UNDO)
    if not reason.strip():
        raise Invalid(N_("Say why it is undone."), field="reason")
    match = locked_match(session, public_id, actor=actor)
    next_state(match.state, "undo")
    require_decided(match)
    reason = reason.strip()[:500]
    if match.document_id is not None:
        _reverse_receipt(session, match, reason=reason, actor=actor, now=now)
    if match.entry_id is not None:
        money = money_of(session, match)
        if money.state == "identified":
            return _unidentified_again(session, match, money, reason=reason, actor=actor, now=now)
        money.state = "taken_back"
        session.flush()
        _reverse_entry(session, match, match.entry_id, reason=reason, actor=actor, now=now)
    return _line_again(session, match, reason=reason, actor=actor, now=now)


def _reverse_receipt(session: Session, match: Match, *, reason: str, actor: Actor, now: datetime) -> None:
    document = session.get_one(Document, match.document_id)
    today = business_day(now, entity_view(session, match.entity_id).time_zone)
    day = max(today, document.posting_on)
    for allocation in _standing(session, match.credit_allocations):
        reverse_allocation(
            session, public_id=allocation.public_id, allocated_on=max(day, allocation.allocated_on), reason=reason,
            actor=actor, now=now,
        )  # fmt: skip
    reversed_id = session.scalar(select(Document.id).where(Document.reverses_id == document.id))
    if reversed_id is None:
        reverse_document(
            session, public_id=document.public_id, posting_on=day, reason=reason, actor=actor, now=now
        )
    if match.exchange_id is not None:
        _reverse_entry(session, match, match.exchange_id, reason=reason, actor=actor, now=now)
    _unlearn(session, match, now=now)
    for advice in session.scalars(select(RemittanceAdvice).where(RemittanceAdvice.match_id == match.id)):
        advice.state, advice.match_id = "new", None
    session.flush()


def _unlearn(session: Session, match: Match, *, now: datetime) -> None:
    """Take back what the match taught about its payer."""
    sightings = session.scalars(
        select(PayerSighting).where(PayerSighting.match_id == match.id).order_by(PayerSighting.id)
    ).all()
    standing: dict[tuple[str, int], int] = {}
    for row in sightings:
        standing[row.key, row.customer_id] = standing.get((row.key, row.customer_id), 0) + row.times
    taken = [
        {"key": key, "customer_id": customer_id, "match_id": match.id, "times": -1, "seen_at": now}
        for (key, customer_id), times in standing.items()
        if times > 0
    ]
    if taken:
        session.execute(insert(PayerSighting), taken)


def _standing(session: Session, ids: list[int]) -> list[Allocation]:
    undoing = aliased(Allocation)
    return list(
        session.scalars(
            select(Allocation)
            .where(
                Allocation.id.in_(ids),
                ~select(undoing.id).where(undoing.reverses_id == Allocation.id).exists(),
            )
            .order_by(Allocation.id)
        )
    )


def _reverse_entry(
    session: Session, match: Match, entry_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    entry = session.get_one(Entry, entry_id)
    today = business_day(now, entity_view(session, match.entity_id).time_zone)
    reverse_entry(
        session, entry_id=entry_id, posting_on=max(today, entry.posting_on), text=reason, actor=actor, now=now
    )


def _unidentified_again(
    session: Session, match: Match, money: UnidentifiedMoney, *, reason: str, actor: Actor, now: datetime
) -> str:
    money.state, money.document_id = "open", None
    match.document_id, match.customer_id, match.outcome, match.note = None, None, "unidentified", reason
    match.credit_allocations, match.rest_kind, match.exchange_id = [], "", None
    match.row_version += 1
    replace_parts(session, {match.id: ()})
    session.flush()
    record_match(session, match, event="matches.undone", actor=actor, now=now)
    return match.public_id


def _line_again(session: Session, match: Match, *, reason: str, actor: Actor, now: datetime) -> str:
    parts = parts_of(session, match)
    match.state, match.note = next_state(match.state, "undo"), reason
    match.row_version += 1
    session.flush()
    again = Match(
        bank_line_id=match.bank_line_id, entity_id=match.entity_id, booked_on=match.booked_on,
        currency=match.currency, amount_minor=match.amount_minor, customer_id=match.customer_id,
        outcome=match.outcome if match.outcome in {"allocate", "advance"} else "none",
        item_currency=match.item_currency, rest_kind=match.rest_kind, rest_minor=match.rest_minor, rule="undone",
        reasons=[[N_("It was undone before: %(reason)s"), {"reason": reason}]],
        rule_set_version=match.rule_set_version, made_at=now,
    )  # fmt: skip
    session.add(again)
    session.flush()
    replace_parts(session, {again.id: parts})
    set_line_state(
        session, line_ids=[match.bank_line_id], state="new", note=reason[:300], actor=actor, now=now
    )
    record_match(session, match, event="matches.undone", actor=actor, now=now)
    return again.public_id


# --- asking for it --------------------------------------------------------------------------------------------------


def request_undo(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> str:
    """Ask an approver to undo a posted match; returns the approval's public id.

    Raises:
        NotAllowed: The actor does not work on matches, or is no person.
        NotFound: Unknown, or out of scope.
        WrongState: It is not posted.
        Conflict: It was asked before, or its identification waits for a second person.
        Invalid: No reason.
    """
    actor.require(Permission.MATCHES_WORK)
    if actor.person_id is None:
        raise NotAllowed
    if not reason.strip():
        raise Invalid(N_("Say why it is undone."), field="reason")
    match = locked_match(session, public_id, actor=actor)
    next_state(match.state, "undo")
    require_decided(match)
    match.note = reason.strip()[:500]
    session.flush()
    draft = RequestDraft(
        kind=UNDO_KIND, subject_kind="match", subject_id=match.public_id, customer_id=match.customer_id,
        title=match.booked_on.isoformat(), money=Money(match.amount_minor, match.currency),
        content=_content_of(session, match.public_id), effect={}, note=reason.strip(),
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def undo_last(session: Session, *, reason: str, actor: Actor, now: datetime) -> str:
    """Undo the last match the actor posted by hand; a clerk asks for it. Returns the public id of that match.

    Raises:
        NotAllowed: The actor may neither undo nor ask.
        NotFound: The actor has posted nothing that stands.
    """
    actor.require(Permission.MATCHES_UNDO, Permission.MATCHES_WORK)
    match = last_own(session, actor=actor)
    if match is None:
        raise NotFound(N_("You have posted nothing that could be undone."))
    if actor.may(Permission.MATCHES_UNDO):
        undo_match(session, public_id=match.public_id, reason=reason, actor=actor, now=now)
    else:
        request_undo(session, public_id=match.public_id, reason=reason, actor=actor, now=now)
    return match.public_id


def last_own(session: Session, *, actor: Actor) -> Match | None:
    """Return the last match the actor posted that still stands; approvers: the last anyone posted by hand."""
    waits = (Match.outcome == "unidentified") & Match.customer_id.is_not(None)
    query = select(Match).where(Match.state == "posted", Match.decided_how != "auto", ~waits)
    if not actor.may(Permission.MATCHES_UNDO):
        query = query.where(Match.decided_by_id == actor.person_id)
    if actor.customer_ids is not None:
        query = query.where(Match.customer_id.in_(actor.customer_ids))
    return session.scalars(query.order_by(Match.decided_at.desc(), Match.id.desc()).limit(1)).one_or_none()


def _content_of(session: Session, public_id: str) -> dict[str, Any]:
    match = session.scalars(
        select(Match).where(Match.public_id == public_id).execution_options(populate_existing=True)
    ).one_or_none()
    if match is None:
        raise NotFound
    return {
        "match": match.public_id, "state": match.state, "row_version": match.row_version, "reason": match.note,
        "amount_minor": match.amount_minor, "currency": match.currency,
    }  # fmt: skip


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    if request.requested_by_id == actor.person_id:
        raise Conflict
    reason = str(request.content["reason"])
    undo_match(session, public_id=request.subject_id, reason=reason, actor=actor, now=now)


register_kind(
    ApprovalKind(kind=UNDO_KIND, run=_run, content_of=_content_of, permission=Permission.MATCHES_UNDO)
)
