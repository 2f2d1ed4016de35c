"""Change one's own e-mail: the new address confirms, the old one is told, twice."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from portal.access.changes import record_change
from portal.access.letters import Letter, SellerWords, send_letter
from portal.access.models import MailChange, Person
from portal.access.passwords import end_open_resets
from portal.access.people import clean_email, person_row
from portal.access.rules import Actor, Permission
from portal.access.second_factor import tell_person
from portal.access.sign_ins import hash_token
from portal.access.throttle import count_try, wait_for
from portal.db import lock_when_writing
from portal.errors import N_, Invalid, NotFound, Throttled

CHANGE_LIFE = timedelta(hours=24)


def ask_mail_change(
    session: Session, *, email: str, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> None:
    """Ask to sign in with another address from now on; it counts once the new address confirms, within 24 hours.

    The answer is the same when the address belongs to somebody else: then nothing is sent there.

    Raises:
        NotAllowed: The actor has no account of their own.
        Invalid: Not an address, or the present one.
        Throttled: More than five a day.
    """
    actor.require(Permission.ACCOUNT_OWN)
    person = person_row(session, actor.public_id)
    address = clean_email(email)
    if address == person.email:
        raise Invalid(N_("This is your address already."), field="email")
    key = f"mail-change:{person.id}"
    if count_try(session, key, now=now):
        raise Throttled(max(1, wait_for(session, [key], now=now)))
    _void(session, person.id, now)
    token = secrets.token_urlsafe(32)
    session.add(
        MailChange(
            token_hash=hash_token(token),
            person_id=person.id,
            email=address,
            made_at=now,
            ends_at=now + CHANGE_LIFE,
        )
    )
    session.flush()
    if session.scalar(select(Person.id).where(Person.email == address)) is None:
        letter = Letter(
            event="mail-change", recipient=address, name=person.name, language=person.language, why="mail-change",
            link=f"/account/e-mail/{token}", facts={"email": address, "hours": 24},
        )  # fmt: skip
        send_letter(session, letter, seller=seller or {}, now=now)
    tell_person(session, person, "mail-changing", seller=seller, facts={"email": address}, now=now)
    _record(session, person, "people.mail-change-asked", {"to": address}, actor, now)


def waiting_mail_change(session: Session, *, actor: Actor, now: datetime) -> str | None:
    """Return the address that has not confirmed yet."""
    query = _open_ones(now).where(MailChange.person_id == actor.person_id)
    row = session.scalars(query.order_by(MailChange.id.desc())).first()
    return row.email if row else None


def find_mail_change(session: Session, *, token: str, actor: Actor, now: datetime) -> str | None:
    """Return the new address of one's own link that still works, else None. Nothing changes."""
    row = _living(session, token, actor, now)
    return row.email if row else None


def confirm_mail_change(
    session: Session, *, token: str, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> str:
    """Change the address: who asked is signed in, and the link came to the new mailbox.

    Returns:
        The new address.

    Raises:
        NotFound: The link is used, void, too old, unknown or somebody else's, or the address was taken meanwhile.
    """
    row = _living(session, token, actor, now)
    if row is None:
        raise NotFound
    person = person_row(session, actor.public_id)
    if session.scalar(select(Person.id).where(Person.email == row.email)) is not None:
        raise NotFound
    before, person.email = person.email, row.email
    _void(session, person.id, now)
    end_open_resets(session, person.id, now=now)
    for recipient in (before, row.email):
        facts = {"email": row.email}
        tell_person(session, person, "mail-changed", seller=seller, facts=facts, recipient=recipient, now=now)
    _record(session, person, "people.mail-changed", {"before": before, "after": row.email}, actor, now)
    return row.email


def _open_ones(now: datetime) -> Select[MailChange]:
    return select(MailChange).where(MailChange.ended_at.is_(None), MailChange.ends_at > now)


def _living(session: Session, token: str, actor: Actor, now: datetime) -> MailChange | None:
    query = _open_ones(now).where(
        MailChange.token_hash == hash_token(token), MailChange.person_id == actor.person_id
    )
    return session.scalars(lock_when_writing(session, query)).one_or_none()


def _void(session: Session, person_id: int, now: datetime) -> None:
    session.execute(
        update(MailChange)
        .where(MailChange.person_id == person_id, MailChange.ended_at.is_(None))
        .values(ended_at=now)
    )


def _record(
    session: Session, person: Person, event: str, details: dict[str, str], actor: Actor, now: datetime
) -> None:
    record_change(session, event, person_public_id=person.public_id, details=details, actor=actor, now=now)
