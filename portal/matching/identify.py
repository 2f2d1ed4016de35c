"""Unidentified cash (待查): money in the books without a payer, until someone says whose it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.bank.lines import set_line_state
from portal.errors import N_, Invalid
from portal.matching.accept import Chosen, chosen_decision, locked_match, needs_second_person, record_match
from portal.matching.models import Match, UnidentifiedMoney
from portal.matching.post import lines_of, post_matches, posting_days, replace_parts
from portal.matching.rule_sets import active_rules
from portal.matching.rules import WrongState, next_state
from portal.money import Money
from portal.receivables import post_unidentified


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
    session: Session, *, public_id: str, row_version: int, chosen: Chosen, actor: Actor, now: datetime
) -> None:
    """Say whose unidentified money is and what it pays: Dr unidentified, Cr receivable or advance.

    Args:
        session: A writing session.
        public_id: The match that posted the money as unidentified.
        row_version: As seen.
        chosen: Customer, documents and why they differ from the money.
        actor: Needs ``matches:work``.
        now: When.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown, or out of scope.
        WrongState: It was identified or taken back since.
        Invalid: Amounts do not add up, or it is above what one person posts: park it and ask.
        OverApplied: More is applied than is open.
    """
    actor.require(Permission.MATCHES_WORK)
    match = locked_match(session, public_id, actor=actor)
    money = money_of(session, match)
    if match.row_version != row_version or money.state != "open":
        raise WrongState
    decision = chosen_decision(session, match, chosen=chosen, source="unidentified", actor=actor)
    if needs_second_person(session, active_rules(session), decision) and not actor.may(
        Permission.APPROVALS_DECIDE
    ):
        raise Invalid(N_("This is above what one person posts. An approver must identify it."), field="parts")
    (document_id,) = post_matches(session, [decision], actor=actor, now=now)
    money.state, money.document_id = "identified", document_id
    session.flush()
    record_match(session, match, event="matches.identified", actor=actor, now=now)


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
