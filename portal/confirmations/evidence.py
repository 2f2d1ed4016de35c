"""What a signature keeps beside its figures: who stood behind it, and the hash that covers all of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Invitation, Person
from portal.confirmations.models import SignCode, TermsAcceptance
from portal.customers import domain_verdict
from portal.customers.models import Customer
from portal.db import canonical_json

#: Columns of a confirmation that its hash covers.
EVIDENCE = (
    "statement_id", "customer_id", "statement_hash", "outcome", "currency", "closing_minor", "agreed_minor",
    "disputed_minor", "stated_minor", "reason", "answers", "signed_text", "language", "channel", "person_id",
    "person_name", "person_email", "job_title", "role", "authority", "method", "address", "device", "local_time",
    "evidence", "given_on", "recorded_by_id", "approved_by_id",
)  # fmt: skip


def evidence_hash(values: Mapping[str, Any], *, statement: str) -> str:
    """Return the hash of a confirmation's columns (``EVIDENCE``) together with its statement's public id."""
    plain = {
        name: value.isoformat() if isinstance(value := values.get(name), date) else value for name in EVIDENCE
    }
    return sha256(canonical_json(plain | {"statement": statement}).encode()).hexdigest()


def evidence_of(session: Session, *, customer_id: int, actor: Actor) -> dict[str, Any]:
    """Return what is known at this moment of who signs: mail domain, invitation, accepted terms, mailed code.

    Args:
        session: Any session.
        customer_id: The customer signed for.
        actor: Who signs.
    """
    domains = (session.scalar(select(Customer.mail_domains).where(Customer.id == customer_id)) or "").split()
    return {
        "mail_domain": actor.email.rpartition("@")[2],
        "known_domains": domains,
        "domain": domain_verdict(actor.email, domains),
        "invitation": _invitation(session, customer_id, actor),
        "terms": _terms(session, customer_id, actor),
        "code": _code(session, customer_id, actor),
    }


def _moment(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value is not None else ""


def _invitation(session: Session, customer_id: int, actor: Actor) -> dict[str, str] | None:
    row = accepted_invitation(session, customer_id=customer_id, actor=actor)
    if row is None:
        return None
    inviter = session.scalar(select(Person.public_id).where(Person.id == row.invited_by_id))
    return {
        "public_id": row.public_id, "invited_by": inviter or "", "sent_at": _moment(row.made_at),
        "accepted_at": _moment(row.accepted_at),
    }  # fmt: skip


def accepted_invitation(session: Session, *, customer_id: int, actor: Actor) -> Invitation | None:
    """Return the newest invitation by which someone came to act for a customer."""
    query = select(Invitation).where(
        Invitation.person_id == actor.person_id, Invitation.customer_id == customer_id,
        Invitation.accepted_at.is_not(None),
    )  # fmt: skip
    return session.scalars(query.order_by(Invitation.accepted_at.desc()).limit(1)).one_or_none()


def _terms(session: Session, customer_id: int, actor: Actor) -> dict[str, str] | None:
    row = session.scalars(
        select(TermsAcceptance)
        .where(TermsAcceptance.person_id == actor.person_id, TermsAcceptance.customer_id == customer_id)
        .order_by(TermsAcceptance.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return {"version": row.version, "hash": row.text_hash, "accepted_at": _moment(row.accepted_at)}


def _code(session: Session, customer_id: int, actor: Actor) -> str:
    used = session.scalar(
        select(SignCode.used_at)
        .where(
            SignCode.person_id == actor.person_id,
            SignCode.customer_id == customer_id,
            SignCode.used_at.is_not(None),
        )
        .order_by(SignCode.used_at.desc())
        .limit(1)
    )
    return _moment(used)
