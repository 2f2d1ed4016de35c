"""The auditor's panel: who really answered, with which authority, from where, and how they came to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Invitation, Person
from portal.confirmations.models import Confirmation
from portal.confirmations.queries import ConfirmationView, find_confirmation
from portal.customers import domain_verdict
from portal.customers.models import Customer
from portal.statements import ActView, acts_on


@dataclass(frozen=True, slots=True)
class InvitationStep:
    """One invitation of the signer for this customer."""

    invited_by: str
    sent_at: datetime
    accepted_at: datetime | None
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Authenticity:
    """Everything an auditor compares, for one signature.

    Attributes:
        signature: The signature with its evidence.
        domain: ``match``, ``mismatch``, ``free-mail`` or ``unknown``, against the domains known when it was signed.
        domain_now: The same against the domains known now; differs when they were entered afterwards.
        known_domains: The customer's domains when it was signed.
        invitations: Oldest first.
        acts: Every act on the statement before it, oldest first.
        signed_before: How many statements the same person signed for this customer before this one.
    """

    signature: ConfirmationView
    domain: str
    domain_now: str
    known_domains: tuple[str, ...]
    invitations: tuple[InvitationStep, ...]
    acts: tuple[ActView, ...]
    signed_before: int

    @property
    def terms(self) -> Mapping[str, Any] | None:
        """Version, hash and time of the accepted terms."""
        found: Mapping[str, Any] | None = self.signature.evidence.get("terms")
        return found

    @property
    def is_flagged(self) -> bool:
        """Whether the address is not one of the customer's."""
        return self.signature.is_electronic and self.domain in {"mismatch", "free-mail"}


def authenticity_of(session: Session, *, public_id: str, actor: Actor) -> Authenticity:
    """Return the authenticity of a signature; for staff, auditors above all.

    Args:
        session: Any session.
        public_id: Of the confirmation.
        actor: Needs ``customers:read``: a customer sees the receipt, not our assessment of it.

    Raises:
        NotAllowed: The actor does not read customers.
        NotFound: Unknown, or out of scope.
    """
    actor.require(Permission.CUSTOMERS_READ)
    view = find_confirmation(session, public_id=public_id, actor=actor)
    row = session.scalars(select(Confirmation).where(Confirmation.public_id == public_id)).one()
    now_known = (
        session.scalar(select(Customer.mail_domains).where(Customer.id == row.customer_id)) or ""
    ).split()
    earlier = select(Confirmation.id).where(
        Confirmation.person_id == row.person_id,
        Confirmation.customer_id == row.customer_id,
        Confirmation.id < row.id,
    )
    return Authenticity(
        signature=view, domain=str(row.evidence.get("domain", "unknown")),
        domain_now=domain_verdict(row.person_email, now_known) if row.person_email else "unknown",
        known_domains=tuple(row.evidence.get("known_domains", ())), invitations=_invitations(session, row),
        acts=acts_on(session, subject_kind="statement", subject_id=view.statement_public_id),
        signed_before=len(session.scalars(earlier).all()) if row.person_id is not None else 0,
    )  # fmt: skip


def _invitations(session: Session, row: Confirmation) -> tuple[InvitationStep, ...]:
    if row.person_id is None:
        return ()
    rows = session.execute(
        select(Invitation, Person.name)
        .outerjoin(Person, Person.id == Invitation.invited_by_id)
        .where(Invitation.person_id == row.person_id, Invitation.customer_id == row.customer_id)
        .order_by(Invitation.id)
    )
    return tuple(
        InvitationStep(name or "", one.made_at, one.accepted_at, one.revoked_at is not None)
        for one, name in rows
    )
