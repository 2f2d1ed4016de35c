"""Sign in: password, then a code; or a passkey alone. Secrets are compared outside every transaction where they cost.

| stage | what is there | what comes next |
|---|---|---|
| code | the password was right | a code of the app or of the paper, within ten minutes |
| enrol | staff without a second factor | they set one up, and can do nothing else |
| password | the password is older than its profile allows | they change it, and can do nothing else |
| full | signed in | – |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.known_devices import has_devices, is_known, remember_device
from portal.access.letters import SellerWords
from portal.access.models import Person, SignIn
from portal.access.passkeys import PasskeyRefused, Site, prove_passkey
from portal.access.passwords import PasswordRules, end_open_resets, hash_again, password_fits
from portal.access.people import holds_staff_role
from portal.access.second_factor import WrongCode, check_code, factors_of, tell_person
from portal.access.security_log import SecurityNote, note_security
from portal.access.sign_ins import hash_token, start_sign_in
from portal.access.throttle import address_key, count_try, forget_tries, refuse_when_full, wait_for
from portal.db import Database, lock_when_writing
from portal.errors import N_, Invalid, NotFound, Throttled

#: How long the password counts while the code is missing.
CODE_WITHIN = timedelta(minutes=10)


class WrongPassword(Invalid):
    """Unknown, disabled, without a password or with another one: never told apart."""

    code = "wrong_password"
    default_message = N_("E-mail or password is not right.")


class SignInAgain(Invalid):
    """The first step of a sign-in is too long ago, or was never there."""

    code = "sign_in_again"
    default_message = N_("That took too long. Please sign in again.")


@dataclass(frozen=True, slots=True)
class SignInRules:
    """What an installation asks at sign-in; ``needs_factor`` = staff must have a second factor."""

    passwords: PasswordRules = field(default_factory=PasswordRules)
    needs_factor: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in: what was typed, where from, and what the browser's device cookie carries."""

    email: str
    password: str
    address: str
    device: str
    request_id: str = ""
    device_token: str = ""


class Started(NamedTuple):
    """A sign-in that began: the secret id for the cookie, the side, the stage, and the token of the device cookie."""

    token: str
    side: str
    stage: str = "full"
    device_token: str = ""


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in whose code is missing."""

    person_id: int
    has_totp: bool
    has_passkeys: bool
    has_codes: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    person_id: int
    password_hash: str | None
    is_known_here: bool


def _candidate(session: Session, attempt: Attempt, email: str) -> _Candidate | None:
    row = session.execute(
        select(Person.id, Person.password_hash).where(Person.email == email, Person.is_active)
    ).one_or_none()
    return (
        None if row is None else _Candidate(row[0], row[1], is_known(session, row[0], attempt.device_token))
    )


def _keys(attempt: Attempt, email: str, candidate: _Candidate | None) -> tuple[str, ...]:
    # A browser this person signed in with has a budget of its own: no stranger can use it up.
    if candidate is not None and candidate.is_known_here:
        return f"device:{candidate.person_id}:{hash_token(attempt.device_token)[:24]}", "site-known:sign-in"
    return f"account:{email[:100]}", f"address:{address_key(attempt.address)}", "site:sign-in"


def sign_in_with_password(
    database: Database,
    attempt: Attempt,
    *,
    rules: SignInRules,
    seller: SellerWords | None = None,
    now: datetime,
) -> Started:
    """Check a password and start a sign-in; every part commits in a short transaction of its own.

    Args:
        database: Where people are.
        attempt: What was typed and where from.
        rules: Of the installation.
        seller: By language, what a notice says of the seller.
        now: When.

    Raises:
        WrongPassword: Person and password do not fit; the same answer and the same time for every reason.
        Throttled: More than 10 wrong tries in 5 minutes for the account or the address, or 1,000 on the site.
    """
    email, cost = attempt.email.strip().lower(), rules.passwords.cost
    with database.reading() as session:
        candidate = _candidate(session, attempt, email)
        keys = _keys(attempt, email, candidate)
        refuse_when_full(session, keys, now=now)
    fits = password_fits(attempt.password, candidate.password_hash if candidate else None, cost=cost)
    if candidate is not None and candidate.password_hash and fits:
        better = hash_again(attempt.password, candidate.password_hash, cost=cost)
        started = _start(database, attempt, candidate, keys, better, rules, seller, now)
        if started is not None:
            return started
    count_failure(database, attempt, candidate.person_id if candidate else None, keys, "sign-in.failed", now)
    raise WrongPassword


def _start(
    database: Database, attempt: Attempt, candidate: _Candidate, keys: tuple[str, ...], better: str | None,
    rules: SignInRules, seller: SellerWords | None, now: datetime,
) -> Started | None:  # fmt: skip
    try:
        with database.writing() as session:
            person = session.get_one(Person, candidate.person_id, with_for_update=True)
            if not person.is_active or person.password_hash != candidate.password_hash:
                return None
            person.password_hash = better or person.password_hash
            forget_tries(session, keys[0])
            stage = (
                "code" if factors_of(session, person.id).is_any else next_stage(session, person, rules, now)
            )
            return begin_sign_in(session, person, attempt, "password", stage, seller, now)
    except NotFound:
        return None


def next_stage(session: Session, person: Person, rules: SignInRules, now: datetime) -> str:
    """Return the stage of somebody who has proved all they have."""
    if (
        rules.needs_factor
        and not factors_of(session, person.id).is_any
        and holds_staff_role(session, person.id)
    ):
        return "enrol"
    is_old = person.password_hash is not None and rules.passwords.is_old(person.password_set_at, now)
    return "password" if is_old else "full"


def begin_sign_in(
    session: Session, person: Person, attempt: Attempt, method: str, stage: str, seller: SellerWords | None,
    now: datetime,
) -> Started:  # fmt: skip
    """Start the sign-in; unless a code is missing, note the device and tell the person of a new one."""
    token, side = start_sign_in(
        session,
        person_id=person.id,
        method=method,
        address=attempt.address,
        device=attempt.device,
        stage=stage,
        now=now,
    )
    if stage == "code":
        return Started(token, side, stage)
    was_here = has_devices(session, person.id)
    kept, is_new = remember_device(
        session, person.id, token=attempt.device_token, device=attempt.device, now=now
    )
    if is_new and was_here:
        facts: dict[str, object] = {"device": attempt.device[:255], "address": attempt.address[:64]}
        tell_person(session, person, "new-device", seller=seller, facts=facts, now=now)
    end_open_resets(session, person.id, now=now)
    _note(session, attempt, "sign-in.succeeded", person.id, now)
    return Started(token, side, stage, kept)


def pending_sign_in(session: Session, token: str, *, now: datetime) -> PendingSignIn | None:
    """Return the sign-in that waits for its code, or None."""
    row = _pending(session, token, now)
    if row is None:
        return None
    factors = factors_of(session, row.person_id)
    return PendingSignIn(row.person_id, factors.has_totp, bool(factors.passkeys), factors.codes_left > 0)


def _pending(session: Session, token: str, now: datetime) -> SignIn | None:
    query = select(SignIn).where(
        SignIn.token_hash == hash_token(token), SignIn.stage == "code", SignIn.ended_at.is_(None),
        SignIn.started_at > now - CODE_WITHIN,
    )  # fmt: skip
    return session.scalars(lock_when_writing(session, query)).one_or_none()


def sign_in_with_code(
    database: Database, attempt: Attempt, *, token: str, typed: str, rules: SignInRules,
    seller: SellerWords | None = None, now: datetime,
) -> Started:  # fmt: skip
    """Finish a sign-in with a code of the app or of the paper.

    Raises:
        SignInAgain: The password step is too long ago.
        WrongCode: Not one of the codes, or used before.
        Throttled: More than 5 wrong codes in 5 minutes, 20 in an hour or 50 in a day.
    """
    refusal: Invalid | Throttled | None = None
    started: Started | None = None
    with database.writing() as session:
        pending = _pending(session, token, now)
        person = session.get_one(Person, pending.person_id) if pending else None
        if pending is None or person is None or not person.is_active:
            raise SignInAgain
        key = f"code:{person.id}"
        if count_try(session, key, now=now):
            _note(session, attempt, "sign-in.throttled", person.id, now)
            refusal = Throttled(max(1, wait_for(session, [key], now=now)))
        elif (kind := check_code(session, person.id, typed=typed, now=now)) is None:
            _note(session, attempt, "sign-in.code-failed", person.id, now)
            refusal = WrongCode(field="code")
        else:
            forget_tries(session, key)
            pending.ended_at = now
            stage = next_stage(session, person, rules, now)
            started = begin_sign_in(session, person, attempt, f"{pending.method}+{kind}", stage, seller, now)
    if started is None:
        raise refusal or SignInAgain
    return started


def sign_in_with_passkey(
    database: Database, attempt: Attempt, *, answer: str, site: Site, seller: SellerWords | None = None,
    now: datetime,
) -> Started:  # fmt: skip
    """Sign in with a passkey alone: it is held by the person and unlocked by them, so it is two factors at once.

    Raises:
        PasskeyRefused: It is not one of ours, or its owner cannot sign in.
        Throttled: Too many wrong ones from the address or on the site.
    """
    keys = (f"address:{address_key(attempt.address)}", "site:sign-in")
    with database.reading() as session:
        refuse_when_full(session, keys, now=now)
    try:
        with database.writing() as session:
            person = _owner_of_passkey(session, site, answer, now)
            return begin_sign_in(session, person, attempt, "passkey", "full", seller, now)
    except (PasskeyRefused, NotFound):
        count_failure(database, attempt, None, keys, "sign-in.passkey-failed", now)
        raise PasskeyRefused from None


def _owner_of_passkey(session: Session, site: Site, answer: str, now: datetime) -> Person:
    person = session.get_one(Person, prove_passkey(session, site=site, answer=answer, now=now).person_id)
    if not person.is_active:
        raise PasskeyRefused
    return person


def advance_sign_in(session: Session, *, sign_in: str, rules: SignInRules, now: datetime) -> str:
    """Go on to the next stage after a factor was set up or a password changed; return it.

    Args:
        session: A writing session.
        sign_in: Public id of the sign-in.
        rules: Of the installation.
        now: When.
    """
    row = session.scalars(select(SignIn).where(SignIn.public_id == sign_in)).one()
    person = session.get_one(Person, row.person_id)
    row.stage = next_stage(session, person, rules, now)
    session.flush()
    return row.stage


def count_failure(
    database: Database,
    attempt: Attempt,
    person_id: int | None,
    keys: tuple[str, ...],
    event: str,
    now: datetime,
) -> None:
    """Count a failure and note it.

    Raises:
        Throttled: It is one too many.
    """
    with database.writing() as session:
        counted = [count_try(session, key, now=now) for key in keys]
        is_over = any(counted)
        _note(session, attempt, "sign-in.throttled" if is_over else event, person_id, now)
        wait = wait_for(session, keys, now=now) if is_over else 0
    if is_over:
        raise Throttled(max(1, wait))


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
