"""Sign-ins as rows: start, look up, touch, end. The cookie holds a random id, the table only its hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.access.companies import Company, companies_by_id
from portal.access.models import Grant, Person, SignIn
from portal.access.rules import STAFF_ROLES, Actor, permissions_of
from portal.errors import NotFound

STAFF_IDLE, STAFF_LONGEST = timedelta(minutes=15), timedelta(hours=8)
CUSTOMER_IDLE, CUSTOMER_LONGEST = timedelta(minutes=30), timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
#: How far the clocks of two web processes may differ.
SKEW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living sign-in.

    Attributes:
        actor: Who acts; for a customer's person with the roles held for the chosen company only.
        public_id: Of the sign-in, for the list of devices.
        theme: ``auto``, ``light`` or ``dark``.
        has_single_keys: Whether keys without Ctrl are on.
        companies: The companies the person may choose from, by number.
        company: The chosen one; None for staff.
        is_stale: Whether "last seen" is older than a minute and should be written.
    """

    actor: Actor
    public_id: str
    theme: str
    has_single_keys: bool
    companies: tuple[Company, ...]
    company: Company | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Device:
    """One of a person's living sign-ins, as the account page lists it."""

    public_id: str
    device: str
    address: str
    started_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class _Held:
    staff: frozenset[str]
    by_customer: dict[int, frozenset[str]]


def hash_token(token: str) -> str:
    """Return what the tables keep of a random token."""
    return sha256(token.encode()).hexdigest()


_GRANTS = select(Grant.role, Grant.customer_id).where(
    Grant.person_id == bindparam("person_id"), Grant.ended_at.is_(None)
)


def _held(session: Session, person_id: int) -> _Held:
    rows = session.execute(_GRANTS, {"person_id": person_id}).all()
    by_customer: dict[int, frozenset[str]] = {}
    for role, customer_id in rows:
        if customer_id is not None:
            by_customer[customer_id] = by_customer.get(customer_id, frozenset()) | {role}
    return _Held(frozenset(role for role, _ in rows if role in STAFF_ROLES), by_customer)


def start_sign_in(
    session: Session, *, person_id: int, method: str, address: str, device: str, now: datetime
) -> tuple[str, str]:
    """Start a sign-in with a new random id.

    Returns:
        The secret id for the cookie (43 characters, kept nowhere), and ``staff`` or ``customer``.

    Raises:
        NotFound: The person holds no role for any company that is still there.
    """
    held = _held(session, person_id)
    companies = () if held.staff else companies_by_id(session, frozenset(held.by_customer))
    if not held.staff and not companies:
        raise NotFound
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=hash_token(token), person_id=person_id, customer_id=companies[0].id if companies else None,
            method=method, address=address[:64], device=device[:255], started_at=now, proved_at=now,
            last_seen_at=now, ends_at=now + (STAFF_LONGEST if held.staff else CUSTOMER_LONGEST),
        )
    )  # fmt: skip
    session.flush()
    return token, "staff" if held.staff else "customer"


#: Built once, like ``_GRANTS``: every request asks both.
_SIGNED_IN = (
    select(SignIn, Person)
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.token_hash == bindparam("token_hash"))
)


def actor_of_sign_in(session: Session, token: str, *, now: datetime, request_id: str = "") -> SignedIn | None:
    """Return who a cookie's secret id stands for, or None when the sign-in is over."""
    found = session.execute(_SIGNED_IN, {"token_hash": hash_token(token)}).one_or_none()
    if found is None:
        return None
    row, person = found
    held = _held(session, person.id)
    idle = STAFF_IDLE if held.staff else CUSTOMER_IDLE
    is_alive = (
        row.ended_at is None and row.started_at - SKEW <= now < row.ends_at and now - row.last_seen_at < idle
    )
    if not is_alive or not person.is_active:
        return None
    companies = () if held.staff else companies_by_id(session, frozenset(held.by_customer))
    company = next(
        (one for one in companies if one.id == row.customer_id), companies[0] if companies else None
    )
    if not held.staff and company is None:
        return None
    roles = held.staff if company is None else held.by_customer[company.id]
    return SignedIn(
        actor=_actor(person, row, roles, company, request_id), public_id=row.public_id, theme=person.theme,
        has_single_keys=person.has_single_keys, companies=companies, company=company,
        is_stale=now - row.last_seen_at >= TOUCH_EVERY,
    )  # fmt: skip


def _actor(
    person: Person, row: SignIn, roles: frozenset[str], company: Company | None, request_id: str
) -> Actor:
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email,
        job_title=person.job_title, side="staff" if company is None else "customer", roles=roles,
        permissions=permissions_of(roles), customer_ids=None if company is None else frozenset({company.id}),
        language=person.language, method=row.method, address=row.address, device=row.device, request_id=request_id,
    )  # fmt: skip


def touch_sign_in(session: Session, *, public_id: str, now: datetime) -> None:
    """Note that a sign-in is in use; in a short transaction of its own, at most once a minute."""
    session.execute(
        update(SignIn)
        .where(SignIn.public_id == public_id, SignIn.ended_at.is_(None), SignIn.last_seen_at < now)
        .values(last_seen_at=now)
    )


def choose_company(session: Session, *, sign_in: str, company: str, actor: Actor) -> None:
    """Act for another of one's companies from now on.

    Args:
        session: A writing session.
        sign_in: Public id of the sign-in.
        company: Public id of the company.
        actor: The person.

    Raises:
        NotFound: Not a company of theirs.
    """
    held = _held(session, actor.person_id or 0)
    for one in companies_by_id(session, frozenset(held.by_customer)):
        if one.public_id == company:
            session.execute(
                update(SignIn)
                .where(SignIn.public_id == sign_in, SignIn.person_id == actor.person_id)
                .values(customer_id=one.id)
            )
            return
    raise NotFound


def end_sign_in(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """End one of one's own sign-ins.

    Raises:
        NotFound: Not theirs, or over already.
    """
    row = session.scalars(
        select(SignIn).where(
            SignIn.public_id == public_id, SignIn.person_id == actor.person_id, SignIn.ended_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    row.ended_at = now
    session.flush()


def end_sign_ins_of(session: Session, person_id: int, *, keep: str | None = None, now: datetime) -> int:
    """End every sign-in of a person but the one to keep (its public id); called by verbs that changed the person.

    Returns:
        How many ended.
    """
    query = select(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    rows = [row for row in session.scalars(query) if row.public_id != keep]
    for row in rows:
        row.ended_at = now
    session.flush()
    return len(rows)


def list_devices(session: Session, *, this: str, actor: Actor, now: datetime) -> tuple[Device, ...]:
    """Return one's own living sign-ins, the newest first; ``this`` is the public id of the one asking."""
    idle = STAFF_IDLE if actor.is_staff else CUSTOMER_IDLE
    query = select(SignIn).where(
        SignIn.person_id == actor.person_id, SignIn.ended_at.is_(None), SignIn.ends_at > now,
        SignIn.last_seen_at > now - idle,
    )  # fmt: skip
    rows = session.scalars(query.order_by(SignIn.id.desc()))
    return tuple(
        Device(
            row.public_id, row.device, row.address, row.started_at, row.last_seen_at, row.public_id == this
        )
        for row in rows
    )
