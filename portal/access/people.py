"""Add and change people; their passwords and their own choices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, tell_roles_changed
from portal.access.models import Grant, Person
from portal.access.passwords import end_open_resets, keep_password
from portal.access.rules import STAFF_ROLES, Actor, Permission
from portal.access.sign_ins import end_sign_ins_of
from portal.db import lock_when_writing
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound

_EMAIL = re.compile(r"[^@\s\x00-\x20,;:<>()\[\]\\\"]{1,64}@[^@\s\x00-\x20,;:<>()\[\]\\\"]{1,189}")


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person to be added; ``password_hash`` is made by ``hash_password`` outside the transaction."""

    email: str
    name: str
    job_title: str = ""
    phone: str = ""
    language: str = "zh"
    password_hash: str | None = None


def clean_email(email: str) -> str:
    """Return an address in the form it is kept: trimmed, lower case.

    Raises:
        Invalid: It is not an e-mail address.
    """
    cleaned = email.strip().lower()
    if not _EMAIL.fullmatch(cleaned):
        raise Invalid(N_("“%(address)s” is not an e-mail address."), field="email", address=cleaned[:80])
    return cleaned


def clean_line(text: str, *, field: str, longest: int = 120) -> str:
    """Return a one-line text as it is kept.

    Raises:
        Invalid: It is too long or holds control characters (a name goes into mail headers).
    """
    cleaned = text.strip()
    if len(cleaned) > longest:
        raise Invalid(N_("Use at most %(count)s characters."), field=field, count=longest)
    if any(not letter.isprintable() for letter in cleaned):
        raise Invalid(N_("A name cannot hold line breaks or control characters."), field=field)
    return cleaned


def person_row(session: Session, public_id: str) -> Person:
    """Return a person's row.

    Raises:
        NotFound: There is none.
    """
    row = session.scalars(
        lock_when_writing(session, select(Person).where(Person.public_id == public_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def holds_staff_role(session: Session, person_id: int) -> bool:
    """Say whether somebody is staff: holds a staff role, or never held any (an account that waits for its role)."""
    rows = session.execute(select(Grant.role, Grant.ended_at).where(Grant.person_id == person_id)).all()
    return any(role in STAFF_ROLES and ended is None for role, ended in rows) or all(
        role in STAFF_ROLES for role, _ in rows
    )


def add_person(session: Session, draft: PersonDraft, *, actor: Actor, now: datetime) -> str:
    """Add someone who can sign in; roles are granted apart.

    Returns:
        The person's public id.

    Raises:
        NotAllowed: The actor does not create accounts.
        Conflict: The address is taken.
        Invalid: Address or name cannot be used.
    """
    actor.require(Permission.PEOPLE_CREATE, Permission.PEOPLE_EDIT)
    email = clean_email(draft.email)
    name = clean_line(draft.name, field="name")
    if not name:
        raise Invalid(N_("A name is needed."), field="name")
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise Conflict(N_("Someone with the address %(email)s is already here."), email=email)
    row = Person(
        email=email, name=name, job_title=clean_line(draft.job_title, field="job_title"),
        phone=clean_line(draft.phone, field="phone", longest=60), language=draft.language,
        password_hash=draft.password_hash, password_set_at=now if draft.password_hash else None, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    details = {"email": email, "name": name, "language": draft.language}
    record_change(
        session, "people.added", person_public_id=row.public_id, details=details, actor=actor, now=now
    )
    return row.public_id


def set_password(
    session: Session,
    *,
    public_id: str,
    password_hash: str,
    keep: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Set a person's password and end their sign-ins.

    Args:
        session: A writing session.
        public_id: The person; one's own, or anybody's for who administers people.
        password_hash: From ``hash_password``.
        keep: Public id of the one sign-in that goes on.
        actor: Who does it.
        now: When.

    Raises:
        NotAllowed: Someone else's, without the permission.
        NotFound: Unknown.
    """
    row = person_row(session, public_id)
    if row.id != actor.person_id:
        actor.require(Permission.PEOPLE_EDIT)
        if actor.person_id is not None and holds_staff_role(session, row.id):
            raise NotAllowed(
                N_("A colleague sets their own password, by the link of an invitation or reset.")
            )
    keep_password(session, row, password_hash, now=now)
    end_open_resets(session, row.id, now=now)
    end_sign_ins_of(session, row.id, keep=keep, now=now)
    record_change(
        session, "people.password-set", person_public_id=public_id, details={}, actor=actor, now=now
    )


def set_active(session: Session, *, public_id: str, is_active: bool, actor: Actor, now: datetime) -> None:
    """Disable a person (their sign-ins end at once) or let them in again.

    Raises:
        NotAllowed: The actor does not administer such people, or it is their own account.
        NotFound: Unknown.
    """
    actor.require(Permission.PEOPLE_CREATE, Permission.PEOPLE_EDIT)
    row = person_row(session, public_id)
    actor.require(Permission.PEOPLE_CREATE if holds_staff_role(session, row.id) else Permission.PEOPLE_EDIT)
    if row.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    if row.is_active == is_active:
        return
    row.is_active = is_active
    if not is_active:
        end_sign_ins_of(session, row.id, now=now)
        tell_roles_changed(session, row.id, actor=actor, now=now)
    event = "people.enabled" if is_active else "people.disabled"
    record_change(session, event, person_public_id=public_id, details={}, actor=actor, now=now)


def end_all_sign_ins(session: Session, *, public_id: str, actor: Actor, now: datetime) -> int:
    """Sign a person out everywhere, e.g. after a lost phone.

    Returns:
        How many sign-ins ended.

    Raises:
        NotAllowed: Someone else's, without the permission to end sessions.
        NotFound: Unknown.
    """
    row = person_row(session, public_id)
    if row.id != actor.person_id:
        actor.require(Permission.SESSIONS_END)
    ended = end_sign_ins_of(session, row.id, now=now)
    details = {"ended": ended}
    record_change(
        session, "people.signed-out", person_public_id=public_id, details=details, actor=actor, now=now
    )
    return ended


@dataclass(frozen=True, slots=True)
class OwnChoices:
    """What a person decides for themselves."""

    name: str
    language: str
    theme: str
    has_single_keys: bool
    job_title: str = ""
    phone: str = ""


def edit_own_account(session: Session, choices: OwnChoices, *, actor: Actor, now: datetime) -> None:
    """Change one's own name, language, colours and keys.

    Raises:
        NotAllowed: The actor is no person.
        Invalid: A value cannot be used.
    """
    actor.require(Permission.ACCOUNT_OWN)
    row = person_row(session, actor.public_id)
    name = clean_line(choices.name, field="name")
    if not name:
        raise Invalid(N_("A name is needed."), field="name")
    if choices.language not in {"zh", "en"} or choices.theme not in {"auto", "light", "dark"}:
        raise Invalid(field="language")
    was = {"name": row.name, "job_title": row.job_title, "phone": row.phone}
    row.name, row.language, row.theme, row.has_single_keys = (
        name, choices.language, choices.theme, choices.has_single_keys,
    )  # fmt: skip
    row.job_title = clean_line(choices.job_title, field="job_title")
    row.phone = clean_line(choices.phone, field="phone", longest=60)
    became = {"name": row.name, "job_title": row.job_title, "phone": row.phone}
    if was != became:
        details = {"before": was, "after": became}
        record_change(
            session, "people.edited", person_public_id=row.public_id, details=details, actor=actor, now=now
        )


def set_language(session: Session, *, language: str, actor: Actor) -> None:
    """Remember the language a person chose with ``?lang=``."""
    if language in {"zh", "en"} and actor.public_id:
        person_row(session, actor.public_id).language = language
