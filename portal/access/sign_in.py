"""Sign in with a password: the hash is compared outside every transaction, unknown people cost the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Person, SignIn
from portal.access.passwords import password_fits
from portal.access.security_log import SecurityNote, note_security
from portal.access.sign_ins import start_sign_in
from portal.access.throttle import WINDOW, count_try, forget_tries, limit_of, refuse_when_full
from portal.db import Database
from portal.errors import N_, Invalid, NotFound, Throttled

_KNOWN_FOR = timedelta(days=30)


class WrongPassword(Invalid):
    """Unknown, disabled, without a password or with another one: never told apart."""

    code = "wrong_password"
    default_message = N_("E-mail or password is not right.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in: what was typed and where from."""

    email: str
    password: str
    address: str
    device: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    person_id: int
    password_hash: str | None
    is_known_here: bool


def _candidate(session: Session, attempt: Attempt, email: str, now: datetime) -> _Candidate | None:
    row = session.execute(
        select(Person.id, Person.password_hash).where(Person.email == email, Person.is_active)
    ).one_or_none()
    if row is None:
        return None
    earlier = select(SignIn.id).where(
        SignIn.person_id == row[0],
        SignIn.address == attempt.address[:64],
        SignIn.started_at > now - _KNOWN_FOR,
    )
    return _Candidate(row[0], row[1], session.scalar(earlier.limit(1)) is not None)


def _keys(attempt: Attempt, email: str, candidate: _Candidate | None) -> tuple[str, ...]:
    # From an address this person used before, tries count apart: a stranger cannot lock the person out.
    is_known = candidate is not None and candidate.is_known_here
    account = f"account:{email[:80]}:{attempt.address[:60]}" if is_known else f"account:{email[:80]}"
    return account, f"address:{attempt.address}", "site:sign-in"


def sign_in_with_password(
    database: Database, attempt: Attempt, *, cost: str, now: datetime
) -> tuple[str, str]:
    """Check a password and start a sign-in; every part commits in a short transaction of its own.

    Args:
        database: Where people are.
        attempt: What was typed and where from.
        cost: ``settings.password_cost``.
        now: When.

    Returns:
        The secret id for the cookie, and ``staff`` or ``customer``.

    Raises:
        WrongPassword: Person and password do not fit; the same answer and the same time for every reason.
        Throttled: More than 10 wrong tries in 5 minutes for the account or the address, or 1,000 on the site.
    """
    email = attempt.email.strip().lower()
    with database.reading() as session:
        candidate = _candidate(session, attempt, email, now)
        keys = _keys(attempt, email, candidate)
        refuse_when_full(session, keys, now=now)
    fits = password_fits(attempt.password, candidate.password_hash if candidate else None, cost=cost)
    if candidate is not None and fits:
        started = _start(database, attempt, candidate.person_id, keys, now)
        if started is not None:
            return started
    _count_failure(database, attempt, candidate, keys, now)
    raise WrongPassword


def _start(
    database: Database, attempt: Attempt, person_id: int, keys: tuple[str, ...], now: datetime
) -> tuple[str, str] | None:
    try:
        with database.writing() as session:
            started = start_sign_in(
                session,
                person_id=person_id,
                method="password",
                address=attempt.address,
                device=attempt.device,
                now=now,
            )
            forget_tries(session, keys[0])
            _note(session, attempt, "sign-in.succeeded", person_id, now)
    except NotFound:
        return None
    return started


def _count_failure(
    database: Database, attempt: Attempt, candidate: _Candidate | None, keys: tuple[str, ...], now: datetime
) -> None:
    person_id = candidate.person_id if candidate else None
    with database.writing() as session:
        is_over = max(count_try(session, key, now=now) - limit_of(key) for key in keys) > 0
        _note(session, attempt, "sign-in.throttled" if is_over else "sign-in.failed", person_id, now)
    if is_over:
        raise Throttled(int(WINDOW.total_seconds()))


def _note(session: Session, attempt: Attempt, event: str, person_id: int | None, now: datetime) -> None:
    note = SecurityNote(event, person_id, attempt.address, attempt.request_id, attempt.device)
    note_security(session, note, now=now)


def require_own_password(database: Database, *, person_id: int | None, password: str, cost: str) -> None:
    """Compare a password with a person's own; asked before it is changed, outside the writing transaction.

    Raises:
        Invalid: It is another.
    """
    with database.reading() as session:
        kept = session.scalar(select(Person.password_hash).where(Person.id == person_id))
    if not password_fits(password, kept, cost=cost):
        raise Invalid(N_("This is not your password."), field="current")
