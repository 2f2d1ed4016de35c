"""Unidentified cash (待查): money in the books without a payer, until someone says whose it is, or two people do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.bank.lines import set_line_state
from portal.errors import N_, Conflict, NotFound, SecondPersonRequired
from portal.matching.accept import (
    Chosen,
    chosen_decision,
    locked_match,
    needs_second_person,
    parts_of,
    policy_version_of,
    record_match,
)
from portal.matching.models import Match, UnidentifiedMoney
from portal.matching.post import Decision, lines_of, post_matches, posting_days, replace_parts, settled_of
from portal.matching.preview import preview_of
from portal.matching.rule_sets import active_rules
from portal.matching.rules import WrongState, next_state
from portal.money import Money
from portal.receivables import post_unidentified
from portal.receivables.models import Document, OpenItem
from portal.roles import approver_limit, maker_limit

IDENTIFY_KIND = "matching.identify"


def post_as_unidentified(
    session: Session, *, public_id: str, row_version: int, actor: Actor, now: datetime
) -> None:
    """Post a receipt whose payer nobody knows: Dr bank, Cr unidentified; it waits in the list of unidentified cash.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It moved on since.
        Invalid: Money out.
    """
    actor.require(Permission.MATCHES_WORK)
    match = locked_match(session, public_id, actor=actor)
    if match.row_version != row_version:
        raise WrongState
    state = next_state(match.state, "accept")
    line = lines_of(session, [match])[match.bank_line_id]
    day = posting_days(session, {match.id: (match.entity_id, match.booked_on)}, now=now)[match.id]
    match.entry_id = post_unidentified(
        session, entity_id=match.entity_id, money=Money(match.amount_minor, match.currency), posting_on=day,
        text=line.narrative, actor=actor, now=now,
    )  # fmt: skip
    replace_parts(session, {match.id: ()})
    match.state, match.outcome, match.customer_id = state, "unidentified", None
    match.is_ambiguous, match.alternatives = False, []
    match.decided_by_id, match.decided_at, match.decided_how = actor.person_id, now, "hand"
    match.row_version += 1
    session.add(
        UnidentifiedMoney(
            match_id=match.id, entry_id=match.entry_id, currency=match.currency, amount_minor=match.amount_minor,
            booked_on=match.booked_on,
        )
    )  # fmt: skip
    session.flush()
    set_line_state(session, line_ids=[match.bank_line_id], state="matched", actor=actor, now=now)
    record_match(session, match, event="matches.unidentified", actor=actor, now=now)


def identify_money(
    session: Session, *, public_id: str, row_version: int, chosen: Chosen, note: str = "", actor: Actor, now: datetime
) -> str:  # fmt: skip
    """Say whose unidentified money is and what it pays: Dr unidentified, Cr receivable or advance.

    Above what one person posts, a second person is asked; until then the money stays unidentified in the books.

    Args:
        session: A writing session.
        public_id: The match that posted the money as unidentified.
        row_version: As seen.
        chosen: Customer, documents and why they differ from the money.
        note: Words for the second person, where one is needed.
        actor: Needs ``matches:work``.
        now: When.

    Returns:
        ``posted``, or ``pending`` when a second person must agree.

    Raises:
        NotAllowed: The actor does not work on matches, or is no person where two are needed.
        NotFound: Unknown, or out of scope.
        WrongState: It was identified or taken back since.
        Conflict: It waits for a second person already.
        Invalid: Amounts do not add up.
        OverApplied: More is applied than is open.
    """
    actor.require(Permission.MATCHES_WORK)
    match = locked_match(session, public_id, actor=actor)
    money = money_of(session, match)
    if match.row_version != row_version or money.state != "open":
        raise WrongState
    require_decided(match)
    decision = chosen_decision(session, match, chosen=chosen, source="unidentified", actor=actor)
    if needs_second_person(session, active_rules(session), decision):
        _request(session, decision, note=note, actor=actor, now=now)
        return "pending"
    _identify(session, decision, money, actor=actor, now=now)
    return "posted"


def _identify(
    session: Session, decision: Decision, money: UnidentifiedMoney, *, actor: Actor, now: datetime
) -> None:
    (document_id,) = post_matches(session, [decision], actor=actor, now=now)
    money.state, money.document_id = "identified", document_id
    session.flush()
    record_match(session, decision.match, event="matches.identified", actor=actor, now=now)


def waits_for_second(match: Match) -> bool:
    """Say whether unidentified money has been given a customer that a second person has not agreed to yet."""
    return match.state == "posted" and match.outcome == "unidentified" and match.customer_id is not None


def require_decided(match: Match) -> None:
    """Refuse what must wait until a second person has said yes or no.

    Raises:
        Conflict: It waits for a second person.
    """
    if waits_for_second(match):
        raise Conflict(N_("Whose money this is waits for a second person. That is decided first."))


def money_of(session: Session, match: Match) -> UnidentifiedMoney:
    """Return the unidentified money of a match, its row locked.

    Raises:
        WrongState: It never was unidentified.
    """
    money = session.scalars(
        select(UnidentifiedMoney)
        .where(UnidentifiedMoney.match_id == match.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if money is None:
        raise WrongState
    return money


# --- the second person ----------------------------------------------------------------------------------------------


def _request(session: Session, decision: Decision, *, note: str, actor: Actor, now: datetime) -> None:
    match, settled = decision.match, settled_of(decision)
    effect = preview_of(session, decision) | _changes(session, decision, settled.parts)
    replace_parts(session, {match.id: settled.parts})
    match.customer_id, match.item_currency, match.note = decision.customer_id, decision.item_currency, ""
    match.rest_kind = "" if decision.rest == "part" else decision.rest
    match.row_version += 1
    session.flush()
    record_match(session, match, event="matches.requested", actor=actor, now=now)
    draft = RequestDraft(
        kind=IDENTIFY_KIND, subject_kind="match", subject_id=match.public_id, customer_id=match.customer_id,
        title=match.booked_on.isoformat(), money=Money(match.amount_minor, match.currency),
        content=_content_of(session, match.public_id), effect=effect, note=note.strip(),
        policy_version=policy_version_of(session, match, now=now),
    )  # fmt: skip
    request_approval(session, draft, actor=actor, now=now)


def _changes(session: Session, decision: Decision, parts: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    """Return what is unidentified and what is open of each document, before and after, in minor units."""
    rows = session.execute(
        select(Document.id, Document.document_no, OpenItem.side, OpenItem.open_minor)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .where(Document.id.in_([document_id for document_id, _ in parts]))
    )
    found = {row.id: row for row in rows}
    before = {found[one].document_no: int(found[one].side * found[one].open_minor) for one, _ in parts}
    after = {found[one].document_no: before[found[one].document_no] - minor for one, minor in parts}
    return {
        "before": {"unidentified": decision.match.amount_minor, "documents": before},
        "after": {"unidentified": 0, "documents": after},
    }


def _content_of(session: Session, public_id: str) -> dict[str, Any]:
    row = session.execute(
        select(Match, UnidentifiedMoney.state)
        .join(UnidentifiedMoney, UnidentifiedMoney.match_id == Match.id)
        .where(Match.public_id == public_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    match, state = row
    return {
        "bank_line_id": match.bank_line_id, "customer_id": match.customer_id, "currency": match.currency,
        "amount_minor": match.amount_minor, "item_currency": match.item_currency, "unidentified": state,
        "rest_kind": match.rest_kind, "row_version": match.row_version,
        "parts": [[document_id, minor] for document_id, minor in parts_of(session, match)],
    }  # fmt: skip


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    match = locked_match(session, request.subject_id, actor=actor)
    money = money_of(session, match)
    if not waits_for_second(match) or money.state != "open" or match.customer_id is None:
        raise WrongState
    if request.requested_by_id == actor.person_id:
        raise SecondPersonRequired
    decision = Decision(
        match, match.customer_id, match.item_currency, parts_of(session, match), match.rest_kind, "approval",
        "unidentified",
    )  # fmt: skip
    _identify(session, decision, money, actor=actor, now=now)


def _on_rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    match = locked_match(session, request.subject_id, actor=actor)
    if not waits_for_second(match):
        raise WrongState
    match.note = request.note[:500]
    record_match(session, match, event="matches.returned", actor=actor, now=now)
    match.customer_id, match.item_currency, match.rest_kind = None, match.currency, ""
    match.row_version += 1
    replace_parts(session, {match.id: ()})
    session.flush()


register_kind(
    ApprovalKind(
        kind=IDENTIFY_KIND, run=_run, content_of=_content_of, on_rejected=_on_rejected, limit=approver_limit,
        maker_limit=maker_limit,
    )
)  # fmt: skip
