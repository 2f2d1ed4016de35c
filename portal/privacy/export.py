"""Everything we hold of one person, as one ZIP of JSON files; no secret, nothing of anybody else."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import (
    Grant,
    Invitation,
    KnownDevice,
    Passkey,
    Person,
    SecurityEvent,
    SignIn,
    SsoLink,
)
from portal.audit import record
from portal.confirmations.models import Confirmation, TermsAcceptance
from portal.customers.models import Contact, Customer
from portal.db import Base
from portal.errors import NotFound
from portal.outbox.models import OutboxMessage
from portal.statements.models import Act

_FIXED = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PersonData:
    """What is held of one person: name of a file → its rows."""

    public_id: str
    files: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the ZIP."""
        return f"personal-data-{self.public_id}.zip"

    def as_zip(self) -> bytes:
        """Return the files as a ZIP, the same bytes for the same data."""
        made = BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in sorted(self.files.items()):
                text = json.dumps(rows, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
                archive.writestr(zipfile.ZipInfo(f"{name}.json", _FIXED), text.encode())
        return made.getvalue()


def export_person(session: Session, *, public_id: str, actor: Actor, now: datetime) -> PersonData:
    """Gather what is held of a person: profile, roles, sign-ins, acts, signatures, accepted terms, mails, security log.

    Args:
        session: A writing session: that data were handed out is recorded.
        public_id: The person; oneself, or anybody with ``privacy:manage``.
        actor: Who asks.
        now: When.

    Raises:
        NotAllowed: Somebody else's, without the permission.
        NotFound: Unknown.
    """
    if public_id != actor.public_id:
        actor.require(Permission.PRIVACY_MANAGE)
    person = session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFound
    files = _of_account(session, person) | _of_acts(session, person)
    record(
        session, "privacy.exported", subject_kind="person", subject_id=public_id,
        details={"files": {name: len(rows) for name, rows in files.items()}}, actor=actor, now=now,
    )  # fmt: skip
    return PersonData(public_id, files)


def _of_account(session: Session, person: Person) -> dict[str, Any]:
    sign_ins = select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.id)
    devices = select(KnownDevice).where(KnownDevice.person_id == person.id).order_by(KnownDevice.id)
    passkeys = select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)
    invitations = select(Invitation).where(Invitation.email == person.email).order_by(Invitation.id)
    contacts = (
        select(Contact, Customer.name).join(Customer, Customer.id == Contact.customer_id)
        .where(Contact.email == person.email).order_by(Contact.id)
    )  # fmt: skip
    return {
        "profile": [
            _facts(person, "public_id email name job_title phone language theme is_active created_at")
        ],
        "roles": _roles(session, person),
        "sign-ins": [
            _facts(row, "method address device started_at last_seen_at ended_at")
            for row in session.scalars(sign_ins)
        ],
        "devices": [_facts(row, "device first_seen_at last_seen_at") for row in session.scalars(devices)],
        "passkeys": [
            _facts(row, "name is_synced added_at last_used_at") for row in session.scalars(passkeys)
        ],
        "single-sign-on": [
            _facts(row, "issuer subject linked_at")
            for row in session.scalars(select(SsoLink).where(SsoLink.person_id == person.id))
        ],
        "invitations": [
            _facts(row, "email name role made_at accepted_at revoked_at")
            for row in session.scalars(invitations)
        ],
        "contacts": [
            _facts(row, "name email phone job_title language wants_statements wants_reminders")
            | {"company": company}
            for row, company in session.execute(contacts)
        ],
    }


def _roles(session: Session, person: Person) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Grant, Customer.number, Customer.name)
        .outerjoin(Customer, Customer.id == Grant.customer_id)
        .where(Grant.person_id == person.id)
        .order_by(Grant.id)
    )
    return [
        _facts(row, "role granted_at ended_at") | {"customer_no": number, "company": name}
        for row, number, name in rows
    ]


def _of_acts(session: Session, person: Person) -> dict[str, Any]:
    acts = select(Act).where(Act.person_id == person.id).order_by(Act.id)
    signed = select(Confirmation).where(Confirmation.person_id == person.id).order_by(Confirmation.id)
    terms = select(TermsAcceptance).where(TermsAcceptance.person_id == person.id).order_by(TermsAcceptance.id)
    mails = select(OutboxMessage).where(OutboxMessage.recipient == person.email).order_by(OutboxMessage.id)
    log = select(SecurityEvent).where(SecurityEvent.person_id == person.id).order_by(SecurityEvent.id)
    return {
        "acts": [
            _facts(row, "event subject_kind subject_id role authority method address device local_time text")
            for row in session.scalars(acts)
        ],
        "signatures": [
            _facts(row, "public_id outcome signed_text person_name person_email job_title role authority "
                        "method address device local_time content_hash")
            for row in session.scalars(signed)
        ],
        "accepted-terms": [
            _facts(row, "version language text text_hash method address device accepted_at")
            for row in session.scalars(terms)
        ],
        "mails": [
            _facts(row, "event recipient recipient_name state created_at sent_at") for row in session.scalars(mails)
        ],
        "security-log": [_facts(row, "at event address details") for row in session.scalars(log)],
    }  # fmt: skip


def _facts(row: Base, names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names.split()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
