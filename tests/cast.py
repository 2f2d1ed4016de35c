"""The permanent cast: Mei requests, Chen approves, Aud only reads; Ping (Acme) and Bo (Globex) never meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, permissions_of
from portal.access.models import Grant, Person
from portal.access.terms import TERMS_VERSION
from portal.confirmations.models import TermsAcceptance
from portal.customers.models import Customer

#: The instant at which every test's story stands unless it says otherwise: 10:00 in Shanghai.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Part:
    """One member of the cast."""

    email: str
    name: str
    role: str
    customer_no: str | None = None
    language: str = "en"


MEI = Part("mei@seller.example", "Mei Lin", "clerk")
CHEN = Part("chen@seller.example", "Chen Bo", "approver")
AUD = Part("aud@seller.example", "Aud Reyes", "auditor")
SEC = Part("sec@seller.example", "Sefa Okoro", "security-admin")
SYS = Part("sys@seller.example", "Yusuf Sahin", "system-admin")
PING = Part("ping@acme.example", "Ping Zhou", "confirmer", "ACME", "zh")
VERA = Part("vera@acme.example", "Vera Adler", "viewer", "ACME")
BO = Part("bo@globex.example", "Bo Svensson", "confirmer", "GLOBEX")
CAST = (MEI, CHEN, AUD, SEC, SYS, PING, VERA, BO)

CUSTOMERS = (
    ("ACME", "埃克米商贸", "Acme Trading", "CNY", "zh"),
    ("GLOBEX", "Globex GmbH", "Globex GmbH", "EUR", "en"),
)


def seat_cast(session: Session) -> None:
    """Write the two customers, the people and their roles into an empty database that has its legal entity."""
    for number, name, name_en, currency, language in CUSTOMERS:
        session.add(
            Customer(
                number=number, name=name, name_en=name_en, name_key=f"{name} {name_en}".lower(), currency=currency,
                language=language, first_on=date(2025, 1, 1), created_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    for part in CAST:
        person = Person(
            email=part.email, name=part.name, language=part.language, job_title="Bookkeeper", created_at=NOW
        )
        session.add(person)
        session.flush()
        customer_id = _customer_id(session, part.customer_no)
        session.add(Grant(person_id=person.id, role=part.role, customer_id=customer_id, granted_at=NOW))
        if part.role == "confirmer" and customer_id is not None:
            session.add(_accepted_terms(person.id, customer_id))
    session.flush()


def _accepted_terms(person_id: int, customer_id: int) -> TermsAcceptance:
    return TermsAcceptance(
        person_id=person_id, customer_id=customer_id, version=TERMS_VERSION, language="en", text="Terms",
        text_hash="0" * 64, method="password", address="192.0.2.7", device="Test browser", accepted_at=NOW,
    )  # fmt: skip


def _customer_id(session: Session, number: str | None) -> int | None:
    return session.scalar(select(Customer.id).where(Customer.number == number)) if number else None


def actor_of(session: Session, part: Part) -> Actor:
    """Return the actor that a member of the cast is when signed in."""
    person = session.scalars(select(Person).where(Person.email == part.email)).one()
    customer_id = _customer_id(session, part.customer_no)
    roles = frozenset({part.role})
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email,
        job_title=person.job_title, side="customer" if customer_id else "staff", roles=roles,
        permissions=permissions_of(roles), customer_ids=frozenset({customer_id}) if customer_id else None,
        language=part.language, method="password", address="192.0.2.7", device="Test browser", request_id="test",
    )  # fmt: skip


SEC_TWO = Part("sec.two@seller.example", "Tomo Abe", "security-admin")


def second_security_admin(session: Session) -> Actor:
    """Return a second security administrator, seated when first asked for: roles take two."""
    if session.scalar(select(Person.id).where(Person.email == SEC_TWO.email)) is None:
        person = Person(email=SEC_TWO.email, name=SEC_TWO.name, language="en", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(Grant(person_id=person.id, role=SEC_TWO.role, granted_at=NOW))
        session.flush()
    return actor_of(session, SEC_TWO)
