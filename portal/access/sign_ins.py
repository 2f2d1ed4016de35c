"""Sign-ins as rows: start, look up, touch, end. The cookie holds a random id, the table only its hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.access.companies import Company, companies_by_id, first_choice, members_of
from portal.access.models import Grant, Person, SignIn
from portal.access.rules import STAFF_ROLES, Actor, Permission, permissions_of
from portal.access.scopes import Scope, scope_of
from portal.errors import N_, NotAllowed, NotFound

STAFF_IDLE, STAFF_LONGEST = timedelta(minutes=15), timedelta(hours=8)
CUSTOMER_IDLE, CUSTOMER_LONGEST = timedelta(minutes=30), timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
#: How far the clocks of two web processes may differ.
SKEW = timedelta(minutes=2)
#: Method of a sign-in with a sealed account, see portal.roles.
BREAK_GLASS = "break-glass"


class AccessEnded(NotAllowed):
    """The roles a person held were for a time that is over, e.g. an external auditor's."""

    code = "access_ended"
    default_message = N_(
        "Your access ended on %(moment)s. Ask the security administrator if you still need it."
    )


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
        viewing: The company whose pages a member of staff looks at without acting; None for everybody else.
        is_stale: Whether "last seen" is older than a minute and should be written.
        stage: ``full``; or ``enrol`` (must set up a second factor first), ``password`` (must change it first).
        proved_at: When the person last proved who they are, by password, code or passkey.
    """

    actor: Actor
    public_id: str
    theme: str
    has_single_keys: bool
    companies: tuple[Company, ...]
    company: Company | None
    is_stale: bool
    viewing: Company | None = None
    stage: str = "full"
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One of a person's living sign-ins, as the account page lists it."""

    public_id: str
    device: str
    address: str
    started_at: datetime
    last_seen_at: datetime
    is_this: bool


#: What is left to the people of a customer whose access staff have paused.
_PAUSED = frozenset({Permission.ACCOUNT_OWN})


@dataclass(frozen=True, slots=True)
class _Held:
    staff: frozenset[str]
    by_customer: dict[int, frozenset[str]]
    scope: Scope
    changed_at: datetime | None
    expired_at: datetime | None


def hash_token(token: str) -> str:
    """Return what the tables keep of a random token."""
    return sha256(token.encode()).hexdigest()


_GRANTS = select(Grant).where(Grant.person_id == bindparam("person_id"))


def _held(session: Session, person_id: int, now: datetime | None = None) -> _Held:
    ever = session.scalars(_GRANTS, {"person_id": person_id}).all()
    living = [row for row in ever if row.ended_at is None]
    rows = [row for row in living if row.ends_at is None or now is None or row.ends_at > now]
    heads = frozenset(row.customer_id for row in rows if row.is_for_group and row.customer_id is not None)
    members = members_of(session, heads) if heads else {}
    by_customer: dict[int, frozenset[str]] = {}
    for row in rows:
        if row.customer_id is not None:
            for one in (row.customer_id, *(members.get(row.customer_id, ()) if row.is_for_group else ())):
                by_customer[one] = by_customer.get(one, frozenset()) | {row.role}
    staff = frozenset(row.role for row in rows if row.role in STAFF_ROLES)
    changes = [row.ended_at or row.granted_at for row in ever if row.role in STAFF_ROLES]
    expired = max((row.ends_at for row in living if row.ends_at), default=None) if not rows else None
    scope = scope_of(session, person_id, rows)
    return _Held(staff, by_customer, scope, max(changes, default=None), expired)


def _is_outdated(row: SignIn, held: _Held) -> bool:
    """Say whether a staff role was given or taken after a sign-in began (rule R5): it must begin anew."""
    return held.changed_at is not None and held.changed_at > row.started_at


def start_sign_in(
    session: Session,
    *,
    person_id: int,
    method: str,
    address: str,
    device: str,
    stage: str = "full",
    now: datetime,
) -> tuple[str, str]:
    """Start a sign-in with a new random id; ``stage`` is one of ``models.SIGN_IN_STAGES``.

    Returns:
        The secret id for the cookie (43 characters, kept nowhere), and ``staff`` or ``customer``.

    Raises:
        NotFound: The person holds no role for any company that is still there, or the account is sealed.
        AccessEnded: Every role the person held was for a time that is over.
    """
    held = _held(session, person_id, now)
    if session.scalar(select(Person.is_sealed).where(Person.id == person_id)) and method != BREAK_GLASS:
        raise NotFound
    if held.expired_at is not None:
        raise AccessEnded(moment=held.expired_at)
    companies = () if held.staff else companies_by_id(session, frozenset(held.by_customer))
    if not held.staff and not companies:
        raise NotFound
    token = secrets.token_urlsafe(32)
    first = first_choice(companies)
    session.add(
        SignIn(
            token_hash=hash_token(token), person_id=person_id, customer_id=first.id if first else None,
            method=method, address=address[:64], device=device[:255], started_at=now, stage=stage, proved_at=now,
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
    held = _held(session, person.id, now)
    idle = STAFF_IDLE if held.staff else CUSTOMER_IDLE
    is_alive = (
        row.ended_at is None and row.started_at - SKEW <= now < row.ends_at and now - row.last_seen_at < idle
    )
    if not is_alive or row.stage == "code" or not person.is_active or _is_outdated(row, held):
        return None
    companies = () if held.staff else companies_by_id(session, frozenset(held.by_customer))
    company = next((one for one in companies if one.id == row.customer_id), first_choice(companies))
    if not held.staff and company is None:
        return None
    roles = held.staff if company is None else held.by_customer[company.id]
    actor = _actor(person, row, roles, company, request_id, held.scope)
    viewing = _viewed(session, row, actor) if held.staff and row.customer_id is not None else None
    return SignedIn(
        actor=_looking_as(actor, viewing) if viewing else actor, public_id=row.public_id, theme=person.theme,
        has_single_keys=person.has_single_keys, companies=companies, company=company,
        is_stale=now - row.last_seen_at >= TOUCH_EVERY, viewing=viewing, stage=row.stage, proved_at=row.proved_at,
    )  # fmt: skip


def _viewed(session: Session, row: SignIn, actor: Actor) -> Company | None:
    """Return the company a member of staff looks at, as long as they may and it is in their scope."""
    found = companies_by_id(session, frozenset({row.customer_id or 0}))
    may = actor.may(Permission.CUSTOMERS_VIEW_AS) and found and actor.sees(found[0].id)
    return found[0] if may else None


def _looking_as(actor: Actor, company: Company) -> Actor:
    """Return the actor that sees what a company's confirmer sees; the plumbing refuses every act of theirs."""
    return replace(
        actor, side="customer", permissions=permissions_of(frozenset({"confirmer"})) - {Permission.ACCOUNT_OWN},
        customer_ids=frozenset({company.id}), extra={**actor.extra, "viewing": company.number},
    )  # fmt: skip


def _actor(
    person: Person, row: SignIn, roles: frozenset[str], company: Company | None, request_id: str, scope: Scope
) -> Actor:
    permissions = _PAUSED if company is not None and company.is_paused else permissions_of(roles)
    if row.stage != "full":  # a second factor or a new password comes before anything else
        permissions = _PAUSED
    if row.method == BREAK_GLASS:  # an hour's guest changes nothing of the account itself
        permissions -= {Permission.ACCOUNT_OWN}
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email,
        job_title=person.job_title, side="staff" if company is None else "customer", roles=roles,
        permissions=permissions, customer_ids=scope.customer_ids if company is None else frozenset({company.id}),
        entity_ids=scope.entity_ids if company is None else None,
        departments=scope.departments if company is None else None,
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


def look_as_company(session: Session, *, sign_in: str, customer_id: int | None, actor: Actor) -> bool:
    """Let one's own staff sign-in show the pages of a company, or (None) one's own again; the caller has checked.

    Returns:
        Whether anything changed.
    """
    row = session.scalars(
        select(SignIn).where(SignIn.public_id == sign_in, SignIn.person_id == actor.person_id)
    ).one_or_none()
    if row is None or row.customer_id == customer_id:
        return False
    row.customer_id = customer_id
    session.flush()
    return True


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
        SignIn.last_seen_at > now - idle, SignIn.stage != "code",
    )  # fmt: skip
    rows = session.scalars(query.order_by(SignIn.id.desc()))
    return tuple(
        Device(
            row.public_id, row.device, row.address, row.started_at, row.last_seen_at, row.public_id == this
        )
        for row in rows
    )
