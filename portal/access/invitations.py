"""Invitations: someone is asked to join, and becomes a person with a role only by accepting in time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, themselves
from portal.access.companies import COMPANIES
from portal.access.letters import Letter, SellerWords, send_letter
from portal.access.models import Grant, Invitation, Person
from portal.access.people import clean_email, clean_line
from portal.access.rules import ALL_ROLES, CUSTOMER_ROLES, Actor, Permission, refused_mix
from portal.access.sign_ins import end_sign_ins_of, hash_token
from portal.db import lock_when_writing
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound

INVITATION_LIFE = timedelta(hours=72)
#: The roles a customer's own administrator may give.
COLLEAGUE_ROLES = ("viewer", "confirmer")
#: How often an invitation may be sent again.
MOST_SENT = 10


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as lists and the page of the invited show it.

    Attributes:
        state: ``open``, ``expired``, ``accepted`` or ``revoked``.
        role: Empty = an account to which roles are given apart.
        company: Name of the customer in the invitation's language; empty for staff.
    """

    public_id: str
    email: str
    name: str
    language: str
    role: str
    customer_id: int | None
    company: str
    state: str
    sent: int
    made_at: datetime
    ends_at: datetime


class Joined(NamedTuple):
    """Who joined, and the actor of it."""

    public_id: str
    actor: Actor


def invite_person(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    customer_id: int | None,
    language: str = "",
    seller: SellerWords | None = None,
    actor: Actor,
    now: datetime,
) -> str:
    """Ask someone to join; the mail's link works once, within 72 hours, and an earlier invitation ends.

    The answer is the same whether or not the address is known: who has an account already accepts after signing in.

    Args:
        session: A writing session.
        email: Where the invitation goes.
        name: How the person is addressed; they may correct it.
        role: A role; empty = an account of staff to which roles are given apart.
        customer_id: Row number of the customer for a customer's role, else None.
        language: ``zh`` or ``en``; empty = the inviter's.
        seller: By language, what the mail says of the seller (``portal.http.door.seller_payload()``).
        actor: Staff who administer people, or a customer's administrator for viewers and confirmers of their own.
        now: When.

    Returns:
        The invitation's public id.

    Raises:
        NotAllowed: The actor may not invite, or not for this role.
        NotFound: No such customer in the actor's scope.
        Invalid: Address, name or role cannot be used.
    """
    _require_inviter(actor, role, customer_id)
    if role not in {"", *ALL_ROLES} or (role in CUSTOMER_ROLES) != (customer_id is not None):
        raise Invalid(N_("Choose a role that fits."), field="role")
    address, cleaned = clean_email(email), clean_line(name, field="name")
    if not cleaned:
        raise Invalid(N_("A name is needed."), field="name")
    company = _company(session, customer_id)
    for earlier in session.scalars(_open_ones().where(Invitation.email == address)):
        if (earlier.customer_id, earlier.role) == (customer_id, role):
            earlier.revoked_at = now
    token = secrets.token_urlsafe(32)
    row = Invitation(
        token_hash=hash_token(token), email=address, name=cleaned, role=role, customer_id=customer_id, sent=1,
        language=language or actor.language, invited_by_id=actor.person_id, made_at=now, ends_at=now + INVITATION_LIFE,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _send(session, row, token, company, seller or {}, actor, now)
    _record(session, "people.invited", row, actor=actor, now=now)
    return row.public_id


def resend_invitation(
    session: Session, *, public_id: str, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> None:
    """Send an invitation again with a new link and 72 new hours; the old link is void.

    Raises:
        NotFound: Unknown, or out of the actor's scope.
        NotAllowed: The actor may not invite.
        Conflict: It was accepted or taken back, or sent too often.
    """
    row = _row_in_scope(session, public_id, actor)
    if row.accepted_at or row.revoked_at:
        raise Conflict(N_("This invitation was accepted or taken back."))
    if row.sent >= MOST_SENT:
        raise Conflict(N_("This invitation was sent %(count)s times. Check the address."), count=row.sent)
    token = secrets.token_urlsafe(32)
    row.token_hash, row.ends_at, row.sent = hash_token(token), now + INVITATION_LIFE, row.sent + 1
    session.flush()
    _send(session, row, token, _company(session, row.customer_id), seller or {}, actor, now)
    _record(session, "people.invitation-resent", row, actor=actor, now=now)


def revoke_invitation(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Take an invitation back; its link is void.

    Raises:
        NotFound: Unknown, or out of the actor's scope.
        NotAllowed: The actor may not invite.
        Conflict: It was accepted already.
    """
    row = _row_in_scope(session, public_id, actor)
    if row.accepted_at:
        raise Conflict(N_("This invitation was accepted or taken back."))
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        _record(session, "people.invitation-revoked", row, actor=actor, now=now)


def list_invitations(
    session: Session, *, customer_id: int | None, actor: Actor, now: datetime
) -> tuple[InvitationView, ...]:
    """Return the invitations that wait or ran out, the newest first: of one customer, or (None) those of staff.

    Raises:
        NotAllowed: The actor may not invite.
        NotFound: The customer is out of scope.
    """
    _require_inviter(actor, "viewer" if customer_id is not None else "", customer_id)
    query = select(Invitation).where(
        Invitation.customer_id.is_not_distinct_from(customer_id),
        Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None),
    )  # fmt: skip
    rows = session.scalars(query.order_by(Invitation.id.desc()).limit(200))
    return tuple(_view(session, row, now) for row in rows)


def find_invitation(session: Session, *, token: str, now: datetime) -> InvitationView | None:
    """Return the living invitation of a link; None for unknown, used, revoked and old ones alike. Nothing changes."""
    row = living_invitation(session, token, now)
    return None if row is None else _view(session, row, now)


def has_account(session: Session, invitation: InvitationView) -> bool:
    """Say whether the invited has an account already; told only to who holds the link."""
    return session.scalar(select(Person.id).where(Person.email == invitation.email)) is not None


def accept_invitation(
    session: Session,
    *,
    token: str,
    name: str = "",
    password_hash: str | None = None,
    actor: Actor | None = None,
    now: datetime,
) -> Joined:
    """Join: make the person (or take the signed-in one) and give them the role. The link is used up.

    Args:
        session: A writing session.
        token: Of the link.
        name: As the person writes it; empty = as in the invitation.
        password_hash: From ``hash_password``; None where a passkey follows in the same transaction.
        actor: The signed-in person, when the address has an account already.
        now: When.

    Returns:
        The person, and the actor in whose name what belongs to the joining (the terms) is kept.

    Raises:
        NotFound: No living invitation has this token, or it is for somebody else.
        Conflict: The address has an account: sign in with it first; or roles would be mixed that must not.
    """
    row = living_invitation(session, token, now)
    if row is None or (actor is not None and actor.email != row.email):
        raise NotFound
    person = session.scalars(select(Person).where(Person.email == row.email).with_for_update()).one_or_none()
    if person is not None and (actor is None or person.id != actor.person_id):
        raise Conflict(N_("This address has an account already. Sign in with it, then accept."))
    if person is None:
        person = Person(
            email=row.email, name=clean_line(name, field="name") or row.name, language=row.language, created_at=now,
            password_hash=password_hash, password_set_at=now if password_hash else None,
        )  # fmt: skip
        session.add(person)
        session.flush()
    row.accepted_at, row.person_id = now, person.id
    _grant(session, row, person, now)
    if actor is not None:
        end_sign_ins_of(session, person.id, now=now)
    joined = actor or themselves(person)
    _record(session, "people.joined", row, person=person, actor=joined, now=now)
    scope = None if row.customer_id is None else frozenset({row.customer_id})
    return Joined(person.public_id, replace(joined, side="customer", customer_ids=scope))


def living_invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """Return the row of a link that still works, locked."""
    gone = select(Person.id).where(Person.is_active.is_(False))
    query = _open_ones().where(
        Invitation.token_hash == hash_token(token), Invitation.ends_at > now,
        Invitation.invited_by_id.is_(None) | Invitation.invited_by_id.not_in(gone),
    )  # fmt: skip
    return session.scalars(lock_when_writing(session, query)).one_or_none()


def _open_ones() -> Select[Invitation]:
    return select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


def _require_inviter(actor: Actor, role: str, customer_id: int | None) -> None:
    if actor.side != "customer":
        if customer_id is None:
            actor.require(Permission.PEOPLE_CREATE)
            if role and actor.person_id is not None:
                raise NotAllowed(N_("A colleague joins without a role; two security administrators give it."))
        else:
            actor.require(Permission.PEOPLE_EDIT, Permission.PEOPLE_COMPANY)
            actor.require_scope(customer_id)
        return
    if customer_id is None:
        raise NotAllowed
    actor.require_scope(customer_id)
    if "customer-admin" not in actor.roles:
        raise NotAllowed
    if role not in COLLEAGUE_ROLES:
        raise NotAllowed(
            N_("You may invite people who look or confirm; other roles are given by the seller.")
        )


def _row_in_scope(session: Session, public_id: str, actor: Actor) -> Invitation:
    row = session.scalars(
        select(Invitation).where(Invitation.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    _require_inviter(actor, row.role if row.role in COLLEAGUE_ROLES else "viewer", row.customer_id)
    return row


def _company(session: Session, customer_id: int | None) -> tuple[str, str]:
    """Return a customer's two names; two empty ones for staff.

    Raises:
        NotFound: No such customer, or it is archived.
    """
    if customer_id is None:
        return "", ""
    found = session.execute(
        select(COMPANIES.c.name, COMPANIES.c.name_en).where(
            COMPANIES.c.id == customer_id, COMPANIES.c.archived_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0] or found[1], found[1] or found[0]


def _send(
    session: Session, row: Invitation, token: str, company: tuple[str, str], seller: SellerWords, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    named = company[1] if row.language == "en" else company[0]
    letter = Letter(
        event="invitation", recipient=row.email, name=row.name, language=row.language, why="invited",
        link=f"/invitation/{token}", facts={"customer": named, "inviter": actor.name, "hours": 72},
        customer_id=row.customer_id,
    )  # fmt: skip
    send_letter(session, letter, seller=seller, now=now)


def _grant(session: Session, row: Invitation, person: Person, now: datetime) -> None:
    """Give the role of an accepted invitation, in the inviter's name."""
    held = session.execute(
        select(Grant.role, Grant.customer_id).where(Grant.person_id == person.id, Grant.ended_at.is_(None))
    ).all()
    roles = frozenset(role for role, _customer_id in held)
    is_mixed = bool(roles) and bool(roles & set(CUSTOMER_ROLES)) != (row.customer_id is not None)
    if is_mixed or refused_mix(roles | {row.role}):
        raise Conflict(N_("This account cannot hold that role beside its own. Ask who invited you."))
    if row.role and (row.role, row.customer_id) not in {(role, customer_id) for role, customer_id in held}:
        session.add(
            Grant(
                person_id=person.id, role=row.role, customer_id=row.customer_id, granted_at=now,
                granted_by_id=row.invited_by_id,
            )
        )  # fmt: skip
    session.flush()


def _view(session: Session, row: Invitation, now: datetime) -> InvitationView:
    names = ("", "")
    if row.customer_id is not None:
        found = session.execute(
            select(COMPANIES.c.name, COMPANIES.c.name_en).where(COMPANIES.c.id == row.customer_id)
        ).one()
        names = (found[0] or found[1], found[1] or found[0])
    state = "open" if now < row.ends_at else "expired"
    state = "accepted" if row.accepted_at else "revoked" if row.revoked_at else state
    return InvitationView(
        public_id=row.public_id, email=row.email, name=row.name, language=row.language, role=row.role,
        customer_id=row.customer_id, company=names[1] if row.language == "en" else names[0], state=state,
        sent=row.sent, made_at=row.made_at, ends_at=row.ends_at,
    )  # fmt: skip


def _record(
    session: Session,
    event: str,
    row: Invitation,
    *,
    person: Person | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    details = {"email": row.email, "name": row.name, "role": row.role, "invitation": row.public_id}
    record_change(
        session, event, person_public_id=person.public_id if person else row.public_id,
        subject_kind="person" if person else "invitation", customer_id=row.customer_id, details=details,
        actor=actor, now=now,
    )  # fmt: skip
