"""The terms of electronic confirmation: accepted once by each person for each company, before the first signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.terms import TERMS, TERMS_VERSION
from portal.audit import record
from portal.confirmations.models import TermsAcceptance
from portal.customers.models import Customer
from portal.errors import N_, Invalid, NotAllowed
from portal.i18n import translator


@dataclass(frozen=True, slots=True)
class TermsText:
    """The terms as they are shown: what is accepted is exactly ``text``, whose hash comes back with the form."""

    version: str
    language: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """Title and paragraphs, one a line."""
        return "\n".join((self.title, *self.paragraphs))

    @property
    def text_hash(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()


def terms_text(session: Session, *, customer_id: int, language: str) -> TermsText:
    """Return the present terms for a company, in a language."""
    words = translator(language)
    names = session.execute(select(Customer.name, Customer.name_en).where(Customer.id == customer_id)).one()
    name = (names[1] or names[0]) if words.language == "en" else (names[0] or names[1])
    title = words.gettext(
        N_("Terms of electronic confirmation for %(company)s, version %(version)s"),
        company=name,
        version=TERMS_VERSION,
    )
    return TermsText(TERMS_VERSION, words.language, title, tuple(words.gettext(one) for one in TERMS))


def has_accepted_terms(session: Session, *, customer_id: int, actor: Actor) -> bool:
    """Say whether a person has accepted the present version for a company."""
    query = select(TermsAcceptance.id).where(
        TermsAcceptance.person_id == actor.person_id, TermsAcceptance.customer_id == customer_id,
        TermsAcceptance.version == TERMS_VERSION,
    )  # fmt: skip
    return session.scalar(query) is not None


def accept_terms(
    session: Session, *, customer_id: int, language: str, seen_hash: str, actor: Actor, now: datetime
) -> None:
    """Keep a person's yes to the terms for a company: version, exact text and its hash; once is enough.

    Args:
        session: A writing session.
        customer_id: The company.
        language: In which they were shown.
        seen_hash: Of the text on the page; another text is not accepted by it.
        actor: The person.
        now: When.

    Raises:
        NotAllowed: The actor is no person of a customer.
        NotFound: The company is out of scope.
        Invalid: The terms were not accepted, or have changed since they were shown.
    """
    if actor.person_id is None or actor.side != "customer":
        raise NotAllowed
    actor.require_scope(customer_id)
    if has_accepted_terms(session, customer_id=customer_id, actor=actor):
        return
    shown = terms_text(session, customer_id=customer_id, language=language)
    if seen_hash != shown.text_hash:
        raise Invalid(N_("Accept the terms of electronic confirmation first."), field="terms")
    row = TermsAcceptance(
        person_id=actor.person_id, customer_id=customer_id, version=shown.version, language=shown.language,
        text=shown.text, text_hash=shown.text_hash, method=actor.method[:20], address=actor.address[:64],
        device=actor.device[:255], accepted_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, "terms.accepted", subject_kind="person", subject_id=actor.public_id, customer_id=customer_id,
        details={"version": shown.version, "hash": shown.text_hash, "language": shown.language}, actor=actor, now=now,
    )  # fmt: skip
