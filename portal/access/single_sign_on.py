"""Single sign-on: a person already here is recognised by the subject of an identity provider, never by e-mail alone.

| the subject is | what happens |
|---|---|
| linked with somebody who may sign in | they are in; our own second factor is asked for if the provider had none |
| unknown, or linked with somebody who may not | the password of the account is asked for once, and then links the two |
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from portal.access.letters import SellerWords
from portal.access.models import Person, SignIn, SsoLink, UsedOnce
from portal.access.oidc import (
    Identity,
    Provider,
    ProviderFault,
    SsoAnswer,
    SsoStart,
    read_identity,
    way_to_provider,
)
from portal.access.second_factor import factors_of, tell_person
from portal.access.security_log import SecurityNote, note_security
from portal.access.sign_in import (
    Attempt,
    SignInRules,
    Started,
    begin_sign_in,
    count_failure,
    next_stage,
)
from portal.access.sign_ins import BREAK_GLASS, AccessEnded, hash_token
from portal.access.throttle import address_key, refuse_when_full
from portal.db import Database, insert_missing
from portal.errors import N_, Invalid, NotFound

METHOD = "oidc"


class SsoRefused(Invalid):
    """The provider could not be asked, or its answer proves nothing; why stands in the security log."""

    code = "sso_refused"
    default_message = N_("Signing in with %(name)s did not work. Try again, or use your password.")


def start_sso(
    database: Database, attempt: Attempt, *, provider: Provider, now: datetime
) -> tuple[str, SsoStart]:
    """Return the address to send the browser to, and what to keep until it comes back.

    Raises:
        SsoRefused: The provider cannot be reached.
        Throttled: Too many failures from the address or on the site.
    """
    with database.reading() as session:
        refuse_when_full(session, _keys(attempt), now=now)
    try:
        return way_to_provider(provider)
    except ProviderFault as fault:
        _note_fault(database, attempt, fault, now)
        raise SsoRefused(name=provider.name) from fault


def finish_sso(
    database: Database,
    attempt: Attempt,
    *,
    provider: Provider,
    answer: SsoAnswer,
    start: SsoStart | None,
    rules: SignInRules,
    seller: SellerWords | None = None,
    now: datetime,
) -> Started | Identity:
    """Check what a browser brought back from the provider, and sign its person in.

    Args:
        database: Where people are.
        attempt: Where it came from.
        provider: Of the installation.
        answer: What came back.
        start: What was kept of the way there; None = nothing.
        rules: Of the installation.
        seller: By language, what a notice says of the seller.
        now: When.

    Returns:
        A sign-in; or, while no person who may sign in is linked, the identity they have to prove once.

    Raises:
        SsoRefused: The answer was not asked for, came twice, or proves nothing.
        Throttled: Too many of those from the address or on the site.
    """
    keys = _keys(attempt)
    with database.reading() as session:
        refuse_when_full(session, keys, now=now)
    try:
        identity = read_identity(provider, answer, start=_use_once(database, start, now), now=now)
    except ProviderFault as fault:
        _note_fault(database, attempt, fault, now)
        if not fault.is_ours:
            count_failure(database, attempt, None, keys, "sign-in.sso-failed", now)
        raise SsoRefused(name=provider.name) from fault
    return _sign_in(database, attempt, identity, rules, seller, now) or identity


def _keys(attempt: Attempt) -> tuple[str, ...]:
    return f"address:{address_key(attempt.address)}", "site:sign-in"


def _use_once(database: Database, start: SsoStart | None, now: datetime) -> SsoStart:
    """Refuse a way back that nobody asked for or that was gone before; from here on it is used."""
    if start is None:
        raise ProviderFault("nothing was asked for")
    key = sha256(f"sso:{start.state}".encode()).hexdigest()
    with database.writing() as session:
        if not insert_missing(session, UsedOnce, [{"key": key, "used_at": now}]):
            raise ProviderFault("used before")
    return start


def _note_fault(database: Database, attempt: Attempt, fault: ProviderFault, now: datetime) -> None:
    with database.writing() as session:
        note = SecurityNote(
            "sign-in.sso-refused", None, attempt.address, attempt.request_id, fault.reason[:200]
        )
        note_security(session, note, now=now)


def _sign_in(
    database: Database, attempt: Attempt, identity: Identity, rules: SignInRules, seller: SellerWords | None,
    now: datetime,
) -> Started | None:  # fmt: skip
    try:
        with database.writing() as session:
            person = session.scalars(_linked(identity).with_for_update()).one_or_none()
            if person is None or not person.is_active:
                return None
            stage = _stage(session, person, identity, rules, now)
            return begin_sign_in(session, person, attempt, METHOD, stage, seller, now)
    except (NotFound, AccessEnded):  # no role any more, or a sealed account: told apart by nobody
        return None


def _linked(identity: Identity) -> Select[Person]:
    return (
        select(Person)
        .join(SsoLink, SsoLink.person_id == Person.id)
        .where(SsoLink.issuer == identity.issuer, SsoLink.subject == identity.subject)
    )


def _stage(session: Session, person: Person, identity: Identity, rules: SignInRules, now: datetime) -> str:
    if identity.has_second_factor:
        return "full"
    return "code" if factors_of(session, person.id).is_any else next_stage(session, person, rules, now)


def link_identity(
    database: Database, *, token: str, identity: Identity, seller: SellerWords | None = None, now: datetime
) -> bool:
    """Link a subject with the person of a sign-in that just began; they are told by mail.

    Args:
        database: Where people are.
        token: Secret id of the sign-in: it was begun by password (and code) or passkey, so all they have is proved.
        identity: Whom the provider named; its verified e-mail must be the person's.
        seller: By language, what the notice says of the seller.
        now: When.

    Returns:
        Whether they are linked; an earlier subject of the same person is forgotten.
    """
    with database.writing() as session:
        row = session.scalars(select(SignIn).where(SignIn.token_hash == hash_token(token))).one_or_none()
        if row is None or row.ended_at is not None or row.stage == "code" or row.method == BREAK_GLASS:
            return False
        person = session.get_one(Person, row.person_id, with_for_update=True)
        if not person.is_active or person.email != identity.email:
            return False
        if session.scalar(_linked(identity).where(Person.id != person.id)) is not None:
            return False
        session.execute(
            delete(SsoLink).where(SsoLink.issuer == identity.issuer, SsoLink.person_id == person.id)
        )
        session.add(
            SsoLink(issuer=identity.issuer, subject=identity.subject, person_id=person.id, linked_at=now)
        )
        session.flush()
        note = SecurityNote("sign-in.sso-linked", person.id, row.address, "", identity.issuer)
        note_security(session, note, now=now)
        tell_person(session, person, "sso-linked", seller=seller, now=now)
        return True
