"""Erase a person: what names or reaches them goes; books, chain, signatures and decisions by two people stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, end_sign_ins_of
from portal.access.models import (
    DeepLink,
    Grant,
    Invitation,
    KnownDevice,
    MailChange,
    MailCode,
    OldPassword,
    Passkey,
    PasswordReset,
    Person,
    RecoveryCode,
    SignIn,
    SsoLink,
    Totp,
)
from portal.audit import record
from portal.audit.models import PersonalValue
from portal.customers.models import Contact, RoleRequest
from portal.disputes.models import DisputeEvent
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from portal.outbox.models import OutboxMessage
from portal.privacy.rules import erased_address, erased_name
from portal.reminders.models import Reminder
from portal.tasks.models import Task

#: Tables that hold nothing but a person's own keys and codes.
_OWN = (
    SignIn, Totp, RecoveryCode, Passkey, SsoLink, KnownDevice, OldPassword, PasswordReset, MailChange, MailCode,
)  # fmt: skip


def erase_person(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Take a person's name, addresses and phone out of everything that may forget them; it cannot be taken back.

    Contacts with the same address are erased too. What stays, because books must be proved for years, names the
    person by number, or is evidence they gave: signed confirmations and decisions by two people.

    Args:
        session: A writing session.
        public_id: The person; their roles must have ended.
        reason: Why: who asked, and when.
        actor: Needs ``privacy:manage``.
        now: When.

    Raises:
        NotAllowed: The actor may not, or it is themselves.
        NotFound: Unknown.
        Conflict: They still hold a role, or are erased already.
        Invalid: No reason.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    row = session.scalars(select(Person).where(Person.public_id == public_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    if row.erased_at is not None:
        raise Conflict(N_("This person is erased already."))
    holds = select(Grant.id).where(Grant.person_id == row.id, Grant.ended_at.is_(None))
    if session.scalar(holds.limit(1)) is not None:
        raise Conflict(N_("End this person’s roles first."))
    words = _reason(reason)
    email, name, phone = row.email, row.name, row.phone
    end_sign_ins_of(session, row.id, now=now)
    for table in _OWN:
        session.execute(delete(table).where(table.person_id == row.id))
    row.email, row.name, row.job_title, row.phone = erased_address(row.id), erased_name(row.id), "", ""
    row.password_hash, row.is_active, row.erased_at = None, False, now
    session.flush()
    _forget_address(session, email, person_id=row.id)
    _forget_name(session, row.id, name)
    _forget_values(session, "person", public_id, (email, phone))
    contacts = session.scalars(select(Contact).where(Contact.email == email)).all()
    for contact in contacts:
        _erase_contact(session, contact)
    record(
        session, "people.erased", subject_kind="person", subject_id=public_id,
        details={"reason": words, "contacts": len(contacts)}, actor=actor, now=now,
    )  # fmt: skip


def erase_contact(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Erase a contact without a sign-in: name, addresses and phone go, the row stays without mail.

    Raises:
        NotAllowed: The actor may not.
        NotFound: Unknown.
        Conflict: Erased already.
        Invalid: No reason.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    contact = session.scalars(
        select(Contact).where(Contact.public_id == public_id).with_for_update()
    ).one_or_none()
    if contact is None:
        raise NotFound
    if not contact.email and not contact.is_active:
        raise Conflict(N_("This person is erased already."))
    words = _reason(reason)
    email = contact.email
    _erase_contact(session, contact)
    _forget_address(session, email, person_id=contact.id)
    _forget_values(session, "contact", public_id, (email,))
    record(
        session, "contacts.erased", subject_kind="contact", subject_id=public_id, customer_id=contact.customer_id,
        details={"reason": words}, actor=actor, now=now,
    )  # fmt: skip


def _reason(text: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid(N_("Give a reason; auditors read it."), field="reason")
    return words[:500]


def _erase_contact(session: Session, contact: Contact) -> None:
    _forget_values(
        session, "contact", contact.public_id, (contact.email, contact.previous_email, contact.phone)
    )
    contact.name, contact.job_title, contact.phone = erased_name(contact.id), "", ""
    contact.email, contact.previous_email, contact.email_from_at = "", "", None
    contact.wants_statements = contact.wants_reminders = contact.is_active = False
    session.flush()


def _forget_address(session: Session, email: str, *, person_id: int) -> None:
    """Put the pseudonym where the address stood; mails that still waited never leave."""
    if not email:
        return
    stand_in = erased_address(person_id)
    links = select(DeepLink.id).where(DeepLink.recipient == email)
    session.execute(delete(MailCode).where(MailCode.link_id.in_(links)))
    session.execute(delete(DeepLink).where(DeepLink.recipient == email))
    for invitation in session.scalars(select(Invitation).where(Invitation.email == email)):
        invitation.email, invitation.name = stand_in, erased_name(person_id)
        _forget_values(session, "invitation", invitation.public_id, ())
    for request in session.scalars(select(RoleRequest).where(RoleRequest.email == email)):
        request.email, request.name = stand_in, erased_name(person_id)
    session.execute(
        delete(OutboxMessage).where(
            OutboxMessage.recipient == email, OutboxMessage.state.in_(("queued", "failed"))
        )
    )
    for message in session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == email)):
        message.recipient, message.recipient_name, message.payload = stand_in, "", {}
        message.key = message.key.replace(email, stand_in)[:200]
    for reminder in session.scalars(select(Reminder).where(Reminder.recipient == email)):
        reminder.recipient = stand_in
        reminder.outbox_key = reminder.outbox_key.replace(email, stand_in)[:200]
    session.flush()


def _forget_name(session: Session, person_id: int, name: str) -> None:
    session.execute(
        update(DisputeEvent)
        .where(DisputeEvent.person_id == person_id)
        .values(person_name=erased_name(person_id))
    )
    for task in session.scalars(select(Task).where(Task.kind == "question")):
        if task.facts.get("asked_by") == name:
            task.facts = task.facts | {"asked_by": erased_name(person_id)}
    session.flush()


def _forget_values(session: Session, subject_kind: str, subject_id: str, values: tuple[str, ...]) -> None:
    """Delete what audit rows point to; the rows themselves stay as they are."""
    about = (PersonalValue.subject_kind == subject_kind) & (PersonalValue.subject_id == subject_id)
    known = [value for value in values if value]
    session.execute(delete(PersonalValue).where(or_(about, PersonalValue.value.in_(known))))
