"""Terms of electronic confirmation: accepted once a version, kept word for word as they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, themselves
from portal.access.models import Consent, Person
from portal.errors import N_

TERMS_VERSION = "2026-11"
#: Paragraphs in order; pages translate and number them.
TERMS = (
    N_("You confirm statements in your own name and for the company that you act for."),
    N_("A confirmation, dispute or signature given after you have signed in counts as yours. Keep your password, "
       "passkey and codes to yourself."),
    N_("What you sign is kept unchanged with the text you saw, the time, your address and device, so that both sides "
       "can prove it later."),
    N_("A signature confirms the balance shown at that time. It neither waives rights nor makes a debt where there is "
       "none, and no answer is never taken as agreement."),
    N_("Either company may ask for a statement on paper instead. Tell your contact at the seller when your role ends."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a person accepted, and when."""

    version: str
    text: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """The terms as they were shown, and where."""

    text: str
    language: str
    address: str
    device: str


def accept_terms(session: Session, *, public_id: str, shown: Shown, now: datetime) -> None:
    """Keep that a person accepted the present terms.

    Args:
        session: A writing session.
        public_id: The person.
        shown: Exactly what was on the page, and where from.
        now: When.
    """
    person = session.scalars(select(Person).where(Person.public_id == public_id)).one()
    digest = sha256(shown.text.encode()).hexdigest()
    session.add(
        Consent(
            person_id=person.id, version=TERMS_VERSION, language=shown.language, text=shown.text, text_hash=digest,
            address=shown.address[:64], device=shown.device[:255], accepted_at=now,
        )
    )  # fmt: skip
    session.flush()
    details = {"version": TERMS_VERSION, "text_hash": digest, "language": shown.language}
    record_change(
        session,
        "people.terms-accepted",
        person_public_id=public_id,
        details=details,
        actor=themselves(person),
        now=now,
    )


def accepted_terms(session: Session, *, person_id: int | None) -> ConsentView | None:
    """Return a person's newest consent, or None."""
    query = select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc()).limit(1)
    row = session.scalars(query).one_or_none()
    return ConsentView(row.version, row.text, row.accepted_at) if row else None
