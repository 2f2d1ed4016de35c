"""The account for the day nobody else can get in: sealed, opened with a reason, watched, over in an hour."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import (
    BREAK_GLASS,
    Actor,
    Permission,
    SecurityNote,
    end_sign_ins_of,
    note_security,
    start_sign_in,
)
from portal.access.grants import roles_of
from portal.access.models import Grant, Person, SecurityEvent, SignIn
from portal.access.passwords import password_fits
from portal.access.sign_in import WrongPassword
from portal.access.throttle import address_key, count_try, refuse_when_full
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from portal.outbox import MessageDraft, put_messages
from portal.roles.models import BreakGlass

OPEN_FOR = timedelta(minutes=60)
#: Who is told at once.
TOLD = ("security-admin", "auditor")
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Opening:
    """What is typed to break a seal, and from where."""

    email: str
    secret: str
    opened_by: str
    reason: str
    address: str
    device: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class DeedView:
    """One thing that was done while an account was open."""

    at: datetime
    event: str
    details: str


@dataclass(frozen=True, slots=True)
class BreakGlassView:
    """One seal: unbroken, or broken by whom, why, until when, and what was done.

    Attributes:
        state: ``sealed``, ``open``, ``to-review``, ``reviewed`` or ``voided``.
    """

    public_id: str
    person_public_id: str
    person: str
    email: str
    roles: tuple[str, ...]
    state: str
    sealed_by: str
    sealed_at: datetime
    opened_by: str
    reason: str
    address: str
    opened_at: datetime | None
    ends_at: datetime | None
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str
    deeds: tuple[DeedView, ...] = ()


def new_secret() -> str:
    """Return a secret for the envelope: 30 letters and digits in fives, without those that look alike (148 bits)."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(6))
    return "-".join(groups)


def seal_account(session: Session, *, person: str, secret_hash: str, actor: Actor, now: datetime) -> str:
    """Make somebody's account a break-glass account with a new sealed secret; an earlier seal is void.

    The account loses its password and living sign-ins; from now on it opens only by its seal.

    Args:
        session: A writing session.
        person: Public id of an account that holds a staff role.
        secret_hash: Of ``new_secret()``, made outside the transaction; the secret itself is kept nowhere.
        actor: Needs ``roles:grant``; not their own account.
        now: When.

    Returns:
        Public id of the seal.

    Raises:
        NotAllowed: The actor may not, or it is their own account.
        NotFound: Unknown.
        Conflict: The account holds no role, so it would open nothing.
    """
    actor.require(Permission.ROLES_GRANT)
    row = session.scalars(select(Person).where(Person.public_id == person).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    if not roles_of(session, row.id):
        raise Conflict(N_("Give the account its role first; without one it opens nothing."))
    session.execute(
        update(BreakGlass)
        .where(BreakGlass.person_id == row.id, BreakGlass.opened_at.is_(None), BreakGlass.voided_at.is_(None))
        .values(voided_at=now)
    )
    row.is_sealed, row.password_hash = True, None
    end_sign_ins_of(session, row.id, now=now)
    seal = BreakGlass(person_id=row.id, secret_hash=secret_hash, sealed_by_id=actor.person_id, sealed_at=now)
    session.add(seal)
    session.flush()
    audit.record(
        session, "people.sealed", subject_kind="person", subject_id=row.public_id, details={"seal": seal.public_id},
        actor=actor, now=now,
    )  # fmt: skip
    return seal.public_id


def break_seal(
    database: Database, opening: Opening, *, cost: str, seller: Mapping[str, Mapping[str, str]], now: datetime
) -> str:
    """Open a sealed account for an hour: alerts every security administrator and auditor, and starts a sign-in.

    Args:
        database: Where people are; every part commits in a short transaction of its own.
        opening: What was typed and where from; a reason and a name are needed.
        cost: Of the password hash.
        seller: By language, what the alert says of the seller.
        now: When.

    Returns:
        The secret id for the cookie.

    Raises:
        Invalid: No name or no reason.
        WrongPassword: Account and secret do not fit, whatever the reason.
        Throttled: Too many tries.
    """
    if not opening.opened_by.strip():
        raise Invalid(N_("Say who you are."), field="opened_by")
    if len(opening.reason.strip()) < 10:
        raise Invalid(N_("Say why nobody else can do it, in at least 10 characters."), field="reason")
    email = opening.email.strip().lower()
    keys = (f"account:{email[:100]}", f"address:{address_key(opening.address)}", "site:sign-in")
    with database.reading() as session:
        refuse_when_full(session, keys, now=now)
        sealed = _sealed(session, email)
    fits = password_fits(_plain(opening.secret), sealed[1] if sealed else None, cost=cost)
    with database.writing() as session:
        if sealed is not None and fits:
            token = _open(session, sealed[0], opening, seller, now)
            if token:
                return token
        for key in keys:
            count_try(session, key, now=now)
        note = SecurityNote("break-glass.failed", None, opening.address, opening.request_id, email[:100])
        note_security(session, note, now=now)
    raise WrongPassword(N_("Account and secret do not fit, or the seal was broken before."))


def _plain(secret: str) -> str:
    return secret.strip().lower()


def _sealed(session: Session, email: str) -> tuple[int, str] | None:
    found = session.execute(
        select(BreakGlass.id, BreakGlass.secret_hash)
        .join(Person, Person.id == BreakGlass.person_id)
        .where(
            Person.email == email, Person.is_active, Person.is_sealed, BreakGlass.opened_at.is_(None),
            BreakGlass.voided_at.is_(None),
        )
        .order_by(BreakGlass.id.desc())
    ).first()  # fmt: skip
    return (found[0], found[1]) if found else None


def _open(
    session: Session, seal_id: int, opening: Opening, seller: Mapping[str, Mapping[str, str]], now: datetime
) -> str | None:
    row = session.scalars(
        select(BreakGlass)
        .where(BreakGlass.id == seal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.opened_at is not None or row.voided_at is not None:
        return None
    ends_at = now + OPEN_FOR
    row.opened_at, row.ends_at, row.reason = now, ends_at, opening.reason.strip()[:2000]
    row.opened_by, row.address, row.device = (
        opening.opened_by.strip()[:120],
        opening.address[:64],
        opening.device[:255],
    )
    session.flush()
    token = _let_in(session, row.person_id, opening, ends_at, now)
    person = session.get_one(Person, row.person_id)
    note = SecurityNote("break-glass.opened", person.id, opening.address, opening.request_id, row.opened_by)
    note_security(session, note, now=now)
    audit.record(
        session, "people.seal-broken", subject_kind="person", subject_id=person.public_id,
        details={"seal": row.public_id, "opened_by": row.opened_by, "reason": row.reason, "until": ends_at},
        actor=_guest(person, opening), now=now,
    )  # fmt: skip
    _alert(session, row, person, seller, now)
    return token


def _let_in(session: Session, person_id: int, opening: Opening, ends_at: datetime, now: datetime) -> str:
    """Start the sign-in of an open account, which ends with the hour however busy it is."""
    token, _side = start_sign_in(
        session,
        person_id=person_id,
        method=BREAK_GLASS,
        address=opening.address,
        device=opening.device,
        now=now,
    )
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.method == BREAK_GLASS, SignIn.ended_at.is_(None))
        .values(ends_at=ends_at)
    )
    return token


def _guest(person: Person, opening: Opening) -> Actor:
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email, side="staff",
        roles=frozenset(), permissions=frozenset(), method=BREAK_GLASS, address=opening.address[:64],
        device=opening.device[:255], request_id=opening.request_id,
    )  # fmt: skip


def _alert(
    session: Session, row: BreakGlass, person: Person, seller: Mapping[str, Mapping[str, str]], now: datetime
) -> None:
    query = select(Person).where(
        Person.is_active, ~Person.is_sealed,
        Person.id.in_(select(Grant.person_id).where(Grant.role.in_(TOLD), Grant.ended_at.is_(None))),
    )  # fmt: skip
    nobody = {"seller": "", "seller_phone": "", "seller_email": ""}
    drafts = [
        MessageDraft(
            key=f"break-glass:{row.public_id}:{one.email}", event="break-glass-opened", recipient=one.email,
            recipient_name=one.name, language=one.language,
            payload={
                "customer": "", **(seller.get(one.language) or nobody), "account": person.name,
                "opened_by": row.opened_by, "reason": row.reason, "link": "/admin/break-glass", "why": "guard",
            },
        )
        for one in session.scalars(query.order_by(Person.id))
    ]  # fmt: skip
    put_messages(session, drafts, now=now)


def review_opening(session: Session, *, public_id: str, note: str, actor: Actor, now: datetime) -> None:
    """Note that what was done while an account was open has been looked at.

    Raises:
        NotAllowed: The actor does not review, or it is their own account.
        NotFound: Unknown, or never opened.
        Conflict: Still open, or reviewed before.
        Invalid: No words.
    """
    actor.require(Permission.REVIEWS_DO)
    row = session.scalars(
        select(BreakGlass).where(BreakGlass.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None or row.ends_at is None:
        raise NotFound
    if actor.person_id is None or row.person_id == actor.person_id:
        raise NotAllowed
    if row.reviewed_at is not None or now < row.ends_at:
        raise Conflict(N_("It can be reviewed once, after the hour is over."))
    if not note.strip():
        raise Invalid(N_("Say what you found."), field="note")
    row.reviewed_by_id, row.reviewed_at, row.review_note = actor.person_id, now, note.strip()[:2000]
    session.flush()
    person = session.get_one(Person, row.person_id)
    audit.record(
        session, "people.opening-reviewed", subject_kind="person", subject_id=person.public_id,
        details={"seal": row.public_id, "note": row.review_note}, actor=actor, now=now,
    )  # fmt: skip


def list_break_glass(session: Session, *, actor: Actor, now: datetime) -> tuple[BreakGlassView, ...]:
    """Return every seal, the newest first, with what was done while it was broken.

    Raises:
        NotAllowed: The actor does not read reviews.
    """
    actor.require(Permission.REVIEWS_READ)
    rows = session.execute(
        select(BreakGlass, Person)
        .join(Person, Person.id == BreakGlass.person_id)
        .order_by(BreakGlass.id.desc())
    ).all()
    ids = {row.sealed_by_id for row, _ in rows} | {row.reviewed_by_id for row, _ in rows}
    names: dict[int | None, str] = dict(
        session.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None}))).tuples().all()
    )
    return tuple(_view(session, row, person, names, now) for row, person in rows)


def _view(
    session: Session, row: BreakGlass, person: Person, names: Mapping[int | None, str], now: datetime
) -> BreakGlassView:
    return BreakGlassView(
        public_id=row.public_id, person_public_id=person.public_id, person=person.name, email=person.email,
        roles=tuple(sorted(roles_of(session, person.id))), state=_state(row, now),
        sealed_by=names.get(row.sealed_by_id, ""), sealed_at=row.sealed_at, opened_by=row.opened_by,
        reason=row.reason, address=row.address, opened_at=row.opened_at, ends_at=row.ends_at,
        reviewed_by=names.get(row.reviewed_by_id, ""), reviewed_at=row.reviewed_at, review_note=row.review_note,
        deeds=_deeds(session, row),
    )  # fmt: skip


def _state(row: BreakGlass, now: datetime) -> str:
    if row.ends_at is None:
        return "voided" if row.voided_at else "sealed"
    if now < row.ends_at:
        return "open"
    return "reviewed" if row.reviewed_at else "to-review"


def _deeds(session: Session, row: BreakGlass) -> tuple[DeedView, ...]:
    """Return what the account did while open, from the audit trail and the security log."""
    if row.opened_at is None or row.ends_at is None:
        return ()
    acts = session.execute(
        select(AuditRow.at, AuditRow.event, AuditRow.subject_id).where(
            AuditRow.actor_id == row.person_id, AuditRow.at >= row.opened_at, AuditRow.at <= row.ends_at
        )
    )
    notes = session.execute(
        select(SecurityEvent.at, SecurityEvent.event, SecurityEvent.details).where(
            SecurityEvent.person_id == row.person_id,
            SecurityEvent.at >= row.opened_at,
            SecurityEvent.at <= row.ends_at,
        )
    )
    found: list[Any] = [*acts.all(), *notes.all()]
    return tuple(DeedView(*one) for one in sorted(found, key=lambda one: one[0]))
