"""Accept a match as proposed or as changed; above the limit or the tolerance a second person agrees first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.clock import business_day
from portal.customers.models import Customer
from portal.errors import N_, Conflict, Invalid, NotFound, SecondPersonRequired
from portal.ledger import entity_view
from portal.matching.models import Match, MatchPart
from portal.matching.post import Decision, post_matches, replace_parts, settled_of
from portal.matching.preview import preview_of
from portal.matching.rule_sets import active_rules
from portal.matching.rules import RuleSet, WrongState, next_state
from portal.matching.settle import rest_of, within_tolerance
from portal.money import Money
from portal.policies import current_policy
from portal.receivables.models import Document
from portal.roles import approver_limit, maker_limit

POST_KIND = "matching.post"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose instead of the proposal.

    Attributes:
        customer_public_id: Whose debt; empty = the customer of the proposal.
        parts: (public id of the document, minor units); debts positive, credit notes used negative.
        rest: Why parts and money differ, one of ``RESTS``.
    """

    parts: tuple[tuple[str, int], ...]
    rest: str = ""
    customer_public_id: str = ""


def accept_match(
    session: Session, *, public_id: str, row_version: int, chosen: Chosen | None = None, note: str = "",
    actor: Actor, now: datetime,
) -> str:  # fmt: skip
    """Post a match: as proposed, or as chosen. Above what one person posts, a second person is asked.

    Args:
        session: A writing session.
        public_id: The match.
        row_version: As seen; anything that changed since refuses.
        chosen: What to post instead of the proposal; None = exactly the proposal.
        note: Words for the second person, where one is needed.
        actor: Needs ``matches:work``.
        now: When.

    Returns:
        The state it came to: ``posted``, or ``pending`` when a second person must agree.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It was decided or changed since.
        Invalid: Nothing was chosen where two sets fit, or amounts do not add up (``Unexplained``).
        OverApplied: More is applied than is open.
        Conflict: A document belongs to another customer.
    """
    actor.require(Permission.MATCHES_WORK)
    match = locked_match(session, public_id, actor=actor)
    if match.row_version != row_version:
        raise WrongState
    next_state(match.state, "accept")
    if chosen is None:
        decision = proposed_decision(session, match, how="hand")
    else:
        decision = chosen_decision(session, match, chosen=chosen, actor=actor)
    if needs_second_person(session, active_rules(session), decision):
        _request(session, decision, note=note, actor=actor, now=now)
        return match.state
    post_matches(session, [decision], actor=actor, now=now)
    return match.state


def needs_second_person(session: Session, rules: RuleSet, decision: Decision) -> bool:
    """Say whether one person may not post a decision alone: its amount, or what is settled beyond the money."""
    match = decision.match
    if rules.needs_second_person(match.amount_minor, match.currency):
        return True
    number = session.scalar(select(Customer.number).where(Customer.id == decision.customer_id)) or ""
    tolerance = rules.tolerances.of(number, decision.item_currency)
    return not within_tolerance(settled_of(decision), tolerance)


def accept_many(session: Session, *, seen: Mapping[str, int], actor: Actor, now: datetime) -> dict[str, str]:
    """Accept several proposals exactly as they stand; each is posted or refused by itself.

    Args:
        session: A writing session.
        seen: Public id of each match → its version as listed before.
        actor: Needs ``matches:work``.
        now: When.

    Returns:
        Public id → ``posted``, ``pending``, or ``refused`` where it changed since it was listed or no longer fits.

    Raises:
        NotAllowed: The actor does not work on matches.
    """
    actor.require(Permission.MATCHES_WORK)
    results: dict[str, str] = {}
    for public_id, row_version in seen.items():
        try:
            with session.begin_nested():
                results[public_id] = accept_match(
                    session, public_id=public_id, row_version=row_version, actor=actor, now=now
                )
        except (Conflict, Invalid, NotFound):
            results[public_id] = "refused"
    return results


def locked_match(session: Session, public_id: str, *, actor: Actor) -> Match:
    """Return a match with its row locked, read anew.

    Raises:
        NotFound: Unknown, or of a customer or entity out of scope.
    """
    match = session.scalars(
        select(Match)
        .where(Match.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if match is None or not actor.sees_entity(match.entity_id):
        raise NotFound
    if match.customer_id is not None:
        actor.require_scope(match.customer_id)
    return match


def parts_of(session: Session, match: Match) -> tuple[tuple[int, int], ...]:
    """Return the stored parts of a match in order."""
    rows = session.execute(
        select(MatchPart.document_id, MatchPart.amount_minor)
        .where(MatchPart.match_id == match.id)
        .order_by(MatchPart.no)
    )
    return tuple((document_id, int(minor)) for document_id, minor in rows)


def chosen_decision(
    session: Session, match: Match, *, chosen: Chosen, source: str = "bank", actor: Actor
) -> Decision:
    """Return the decision to post what a person chose.

    Raises:
        NotFound: A document or customer is unknown or out of scope.
        Invalid: No customer, or documents of two currencies.
        Conflict: A document belongs to another customer.
    """
    customer_id = match.customer_id
    if chosen.customer_public_id:
        customer_id = session.scalar(
            select(Customer.id).where(Customer.public_id == chosen.customer_public_id)
        )
        if customer_id is None:
            raise NotFound
    if customer_id is None:
        raise Invalid(N_("Choose the customer first."), field="customer")
    actor.require_scope(customer_id)
    found = _documents(session, [public_id for public_id, _ in chosen.parts])
    currencies = {found[public_id].currency for public_id, _ in chosen.parts}
    if len(currencies) > 1:
        raise Invalid(N_("All chosen documents must be in one currency."), field="parts")
    if any(row.customer_id != customer_id for row in found.values()):
        raise Conflict(N_("A chosen document belongs to another customer."))
    return Decision(
        match, customer_id, next(iter(currencies), match.currency),
        tuple((found[public_id].id, minor) for public_id, minor in chosen.parts if minor), chosen.rest, "hand", source,
    )  # fmt: skip


def _documents(session: Session, public_ids: Sequence[str]) -> dict[str, Any]:
    rows = session.execute(
        select(Document.public_id, Document.id, Document.customer_id, Document.currency).where(
            Document.public_id.in_(public_ids)
        )
    )
    found = {row.public_id: row for row in rows}
    if len(found) != len(set(public_ids)):
        raise NotFound
    return found


def proposed_decision(session: Session, match: Match, *, how: str) -> Decision:
    """Return the decision to post exactly what is proposed.

    Raises:
        Invalid: There is nothing to accept, or two sets fit.
    """
    if match.is_ambiguous:
        raise Invalid(N_("Two sets fit. Please choose; nothing was applied."), field="set")
    if match.customer_id is None or match.outcome not in {"allocate", "advance"}:
        raise Invalid(N_("Nothing is proposed for this receipt. Choose what it pays."), field="parts")
    return Decision(
        match, match.customer_id, match.item_currency, parts_of(session, match), rest_of(match.rest_kind), how
    )


# --- the second person ----------------------------------------------------------------------------------------------


def _request(session: Session, decision: Decision, *, note: str, actor: Actor, now: datetime) -> None:
    match = decision.match
    settled = settled_of(decision)
    before = parts_of(session, match)
    match.was_changed = match.was_changed or (bool(before) and sorted(before) != sorted(settled.parts))
    replace_parts(session, {match.id: settled.parts})
    match.customer_id, match.item_currency = decision.customer_id, decision.item_currency
    match.outcome = "allocate" if settled.parts else "advance"
    match.rest_kind = "" if decision.rest == "part" else decision.rest
    match.state, match.is_ambiguous = next_state(match.state, "request"), False
    match.row_version += 1
    session.flush()
    record_match(session, match, event="matches.requested", actor=actor, now=now)
    draft = RequestDraft(
        kind=POST_KIND, subject_kind="match", subject_id=match.public_id, customer_id=match.customer_id,
        title=match.booked_on.isoformat(), money=Money(match.amount_minor, match.currency),
        content=_content_of(session, match.public_id), effect=preview_of(session, decision), note=note.strip(),
        policy_version=policy_version_of(session, match, now=now),
    )  # fmt: skip
    request_approval(session, draft, actor=actor, now=now)


def policy_version_of(session: Session, match: Match, *, now: datetime) -> int:
    """Return the version of the policy under which a second person is asked today: its limits hold."""
    today = business_day(now, entity_view(session, match.entity_id).time_zone)
    return current_policy(session, on=today).version


def _content_of(session: Session, public_id: str) -> dict[str, Any]:
    match = session.scalars(
        select(Match).where(Match.public_id == public_id).execution_options(populate_existing=True)
    ).one_or_none()
    if match is None:
        raise NotFound
    return {
        "bank_line_id": match.bank_line_id, "customer_id": match.customer_id, "currency": match.currency,
        "amount_minor": match.amount_minor, "item_currency": match.item_currency, "outcome": match.outcome,
        "rest_kind": match.rest_kind, "row_version": match.row_version,
        "parts": [[document_id, minor] for document_id, minor in parts_of(session, match)],
    }  # fmt: skip


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    match = locked_match(session, request.subject_id, actor=actor)
    if next_state(match.state, "approve") != "posted" or match.customer_id is None:
        raise WrongState
    if request.requested_by_id == actor.person_id:
        raise SecondPersonRequired
    decision = Decision(
        match, match.customer_id, match.item_currency, parts_of(session, match), match.rest_kind, "approval"
    )
    post_matches(session, [decision], actor=actor, now=now)


def _on_rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    match = locked_match(session, request.subject_id, actor=actor)
    match.state, match.note = next_state(match.state, "reject"), request.note[:500]
    match.row_version += 1
    session.flush()
    record_match(session, match, event="matches.returned", actor=actor, now=now)


def record_match(
    session: Session, match: Match, *, event: str, actor: Actor, now: datetime, **more: object
) -> None:
    """Record a change of a match in the audit trail."""
    details: dict[str, object] = {"money": Money(match.amount_minor, match.currency), "state": match.state}
    if match.note:
        details["note"] = match.note
    audit.record(
        session, event, subject_kind="match", subject_id=match.public_id, customer_id=match.customer_id,
        details=details | more, actor=actor, now=now,
    )  # fmt: skip


register_kind(
    ApprovalKind(
        kind=POST_KIND, run=_run, content_of=_content_of, on_rejected=_on_rejected, limit=approver_limit,
        maker_limit=maker_limit,
    )
)  # fmt: skip
