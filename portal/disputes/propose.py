"""Offer a result, and the customer's answer to it: accept, counter, refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.disputes.models import Dispute
from portal.disputes.notify import tell_customer
from portal.disputes.rules import RESOLUTIONS, ROOT_CAUSES
from portal.disputes.settle import finish_without_posting
from portal.disputes.timeline import Words, locked_dispute, move_dispute, require_words
from portal.errors import N_, Conflict, Invalid, NotAllowed
from portal.money import Money


@dataclass(frozen=True, slots=True)
class Proposal:
    """What we offer.

    Attributes:
        approved: Zero up to the disputed amount.
        resolution: Key of ``RESOLUTIONS``.
        text: Explanation for the customer.
        root_cause: Key of ``ROOT_CAUSES``, for the house only; empty = not known yet.
    """

    approved: Money
    resolution: str
    text: str
    root_cause: str = ""


def require_amount(amount: Money, *, most: Money, least_minor: int = 1, field: str = "amount") -> Money:
    """Return an amount within bounds of the same currency.

    Raises:
        Invalid: Below, above, or in another currency.
    """
    if amount.currency != most.currency or not least_minor <= amount.minor <= most.minor:
        raise Invalid(
            N_("The amount must be between %(low)s and %(high)s."), field=field,
            low=Money(least_minor, most.currency), high=most,
        )  # fmt: skip
    return amount


def propose_resolution(
    session: Session, *, public_id: str, proposal: Proposal, actor: Actor, now: datetime
) -> None:
    """Offer a result to the customer; it replaces an earlier offer, and the customer's people get a mail.

    Raises:
        NotAllowed: The actor may not work on disputes.
        NotFound: Unknown.
        Conflict: Not possible in this state.
        Invalid: Amount above what is disputed, or not fitting the way of resolution; unknown words; no text.
    """
    actor.require(Permission.DISPUTES_WORK)
    dispute = locked_dispute(session, public_id=public_id, verb="propose", actor=actor)
    _require_fitting(proposal, disputed=Money(dispute.disputed_minor, dispute.currency))
    text = require_words(proposal.text)
    dispute.approved_minor = proposal.approved.minor
    dispute.resolution = proposal.resolution
    dispute.root_cause = proposal.root_cause or dispute.root_cause
    words = Words(text, "offer", proposal.approved)
    move_dispute(session, dispute, verb="propose", words=words, actor=actor, now=now)
    tell_customer(session, dispute, event="dispute-proposed", now=now)


def _require_fitting(proposal: Proposal, *, disputed: Money) -> None:
    resolution = RESOLUTIONS.get(proposal.resolution)
    if resolution is None:
        raise Invalid(N_("Choose how it is resolved."), field="resolution")
    if proposal.root_cause and proposal.root_cause not in ROOT_CAUSES:
        raise Invalid(field="root_cause")
    least = 1 if resolution.posts else 0
    require_amount(proposal.approved, most=disputed, least_minor=least, field="approved")
    if resolution.code in {"explanation", "charge_back"} and proposal.approved:
        raise Invalid(N_("Nothing is credited with this result: the amount must be 0."), field="approved")


def _offered(session: Session, *, public_id: str, verb: str, seen_minor: int | None, actor: Actor) -> Dispute:
    actor.require(Permission.DISPUTES_OPEN)
    if actor.side == "staff":
        raise NotAllowed(N_("Only the customer can answer a proposal."))
    dispute = locked_dispute(session, public_id=public_id, verb=verb, actor=actor)
    if seen_minor is not None and seen_minor != dispute.approved_minor:
        raise Conflict(N_("Our proposal has changed since you opened it. Nothing was accepted."))
    return dispute


def accept_proposal(
    session: Session, *, public_id: str, seen: Money | None = None, actor: Actor, now: datetime
) -> None:
    """Accept exactly the amount that was shown; what needs no posting is then resolved at once.

    Args:
        session: A writing session.
        public_id: Of the dispute.
        seen: The amount on the button; None = not compared.
        actor: The customer's confirmer.
        now: When.

    Raises:
        NotAllowed: The actor may not answer, or is staff.
        NotFound: Unknown, or another customer's.
        Conflict: Nothing is offered, or the offer is another by now.
    """
    seen_minor = seen.minor if seen else None
    dispute = _offered(session, public_id=public_id, verb="accept", seen_minor=seen_minor, actor=actor)
    offer = Money(dispute.approved_minor or 0, dispute.currency)
    move_dispute(
        session, dispute, verb="accept", words=Words(kind="offer", money=offer), actor=actor, now=now
    )
    if not offer and not RESOLUTIONS[dispute.resolution].posts:
        finish_without_posting(session, dispute, actor=actor, now=now)


def counter_proposal(
    session: Session, *, public_id: str, amount: Money, text: str, actor: Actor, now: datetime
) -> None:
    """Name another amount, with a reason; it is our turn again.

    Raises:
        NotAllowed: The actor may not answer, or is staff.
        NotFound: Unknown, or another customer's.
        Conflict: Nothing is offered.
        Invalid: The amount is not between 0.01 and the disputed amount, is the offered one, or no reason is given.
    """
    dispute = _offered(session, public_id=public_id, verb="counter", seen_minor=None, actor=actor)
    require_amount(amount, most=Money(dispute.disputed_minor, dispute.currency))
    if amount.minor == dispute.approved_minor:
        raise Invalid(N_("This is the amount we offer. Accept it, or name another."), field="amount")
    words = Words(require_words(text), "offer", amount)
    move_dispute(session, dispute, verb="counter", words=words, actor=actor, now=now)


def refuse_proposal(session: Session, *, public_id: str, text: str, actor: Actor, now: datetime) -> None:
    """Refuse the offer, with a reason; it is our turn again.

    Raises:
        NotAllowed: The actor may not answer, or is staff.
        NotFound: Unknown, or another customer's.
        Conflict: Nothing is offered.
        Invalid: No reason is given.
    """
    dispute = _offered(session, public_id=public_id, verb="refuse", seen_minor=None, actor=actor)
    words = Words(require_words(text), "message")
    move_dispute(session, dispute, verb="refuse", words=words, actor=actor, now=now)
