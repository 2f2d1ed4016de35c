"""Second factors of a person: apps, recovery codes and passkeys; set up, taken away, reset, used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access.changes import record_change
from portal.access.letters import Letter, SellerWords, send_letter
from portal.access.models import Passkey, Person, SsoLink
from portal.access.passkeys import (
    PasskeyView,
    Site,
    keep_passkey,
    own_passkey,
    passkeys_of,
)
from portal.access.people import clean_line, person_row
from portal.access.recovery_codes import (
    codes_left,
    drop_codes,
    make_recovery_codes,
    plain_code,
    use_recovery_code,
)
from portal.access.rules import Actor, Permission
from portal.access.sign_ins import end_sign_ins_of
from portal.access.totp import (
    accept_seed,
    drop_seed,
    has_totp,
    keep_seed,
    kept_seed,
    propose_seed,
    proposed_seed,
    use_totp,
)
from portal.errors import N_, Invalid, NotAllowed


class WrongCode(Invalid):
    """Not a code of the app or the paper, or one that was used before."""

    code = "wrong_code"
    default_message = N_("This code is not right, or was used before.")


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person can prove themselves with, beside the password."""

    has_totp: bool
    passkeys: tuple[PasskeyView, ...]
    codes_left: int
    password_set_at: datetime | None = None

    @property
    def is_any(self) -> bool:
        """Whether there is a second factor; codes on paper alone are none."""
        return self.has_totp or bool(self.passkeys)


def factors_of(session: Session, person_id: int) -> Factors:
    """Return a person's factors."""
    return Factors(
        has_totp(session, person_id), passkeys_of(session, person_id), codes_left(session, person_id)
    )


def own_factors(session: Session, *, actor: Actor) -> Factors:
    """Return one's own factors, and since when the password is what it is."""
    set_at = session.scalar(select(Person.password_set_at).where(Person.id == actor.person_id))
    return replace(factors_of(session, actor.person_id or 0), password_set_at=set_at)


def start_totp(session: Session, *, actor: Actor) -> None:
    """Propose a new seed for one's app; it counts from its first code on.

    Raises:
        NotAllowed: The actor has no account of their own.
    """
    actor.require(Permission.ACCOUNT_OWN)
    propose_seed(session, actor.person_id or 0)


def waiting_seed(session: Session, *, actor: Actor) -> str | None:
    """Return one's own proposed seed, to be shown as a QR code."""
    return proposed_seed(session, actor.person_id or 0)


def set_up_totp(
    session: Session, *, code: str, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Prove the proposed app with its first code.

    Returns:
        Ten recovery codes, shown once, when there were none; else nothing.

    Raises:
        NotAllowed: The actor has no account of their own.
        WrongCode: The code is not one of the app.
    """
    actor.require(Permission.ACCOUNT_OWN)
    person = person_row(session, actor.public_id)
    if not accept_seed(session, person.id, code=plain_code(code), now=now):
        raise WrongCode(field="code")
    _tell(session, person, "people.totp-set", "totp-on", {}, seller, actor, now)
    return _first_codes(session, person, now)


def remove_totp(
    session: Session, *, is_needed: bool, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> None:
    """Remove one's app.

    Raises:
        NotAllowed: It is the last factor of somebody who needs one.
    """
    person = person_row(session, actor.public_id)
    if drop_seed(session, person.id):
        _require_rest(session, person, is_needed=is_needed)
        _tell(session, person, "people.totp-removed", "totp-off", {}, seller, actor, now)


def renew_recovery_codes(
    session: Session, *, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Make ten new recovery codes; the earlier ones count no more.

    Raises:
        NotAllowed: There is no second factor they could stand in for.
    """
    actor.require(Permission.ACCOUNT_OWN)
    person = person_row(session, actor.public_id)
    if not factors_of(session, person.id).is_any:
        raise NotAllowed(N_("Set up an app or a passkey first."))
    made = make_recovery_codes(session, person.id, now=now)
    _tell(session, person, "people.recovery-codes-made", "recovery-codes", {}, seller, actor, now)
    return made


def add_passkey(
    session: Session,
    *,
    site: Site,
    answer: str,
    name: str,
    seller: SellerWords | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Add a passkey to one's account.

    Args:
        session: A writing session.
        site: What the key is bound to.
        answer: JSON of the browser.
        name: As the person calls the device.
        seller: For the notice.
        actor: Oneself.
        now: When.

    Returns:
        Ten recovery codes, shown once, when there were none; else nothing.

    Raises:
        PasskeyRefused: The answer does not fit.
        Conflict: There are too many.
        Invalid: The name cannot be used.
        NotAllowed: The actor has no account of their own.
    """
    actor.require(Permission.ACCOUNT_OWN)
    person = person_row(session, actor.public_id)
    made = keep_passkey(session, site=site, person_id=person.id, answer=answer, name=name, now=now)
    details = {"passkey": made.public_id, "name": made.name, "is_synced": made.is_synced}
    _tell(session, person, "people.passkey-added", "passkey-added", details, seller, actor, now)
    return _first_codes(session, person, now)


def name_passkey(session: Session, *, public_id: str, name: str, actor: Actor) -> None:
    """Give one's passkey another name.

    Raises:
        NotFound: Not theirs.
        Invalid: The name cannot be used.
    """
    row = own_passkey(session, public_id=public_id, person_id=actor.person_id)
    cleaned = clean_line(name, field="name", longest=60)
    if not cleaned:
        raise Invalid(N_("A name is needed."), field="name")
    row.name = cleaned
    session.flush()


def remove_passkey(
    session: Session, *, public_id: str, is_needed: bool, seller: SellerWords | None = None, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Remove one's passkey.

    Raises:
        NotFound: Not theirs.
        NotAllowed: It is the last factor of somebody who needs one.
    """
    row = own_passkey(session, public_id=public_id, person_id=actor.person_id)
    person = person_row(session, actor.public_id)
    details = {"passkey": row.public_id, "name": row.name}
    session.delete(row)
    session.flush()
    _require_rest(session, person, is_needed=is_needed)
    _tell(session, person, "people.passkey-removed", "passkey-removed", details, seller, actor, now)


def reset_second_factor(
    session: Session, *, public_id: str, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> None:
    """Take all second factors from a person who lost them; they set up new ones at the next sign-in.

    Args:
        session: A writing session.
        public_id: The person.
        seller: By language, what the notice says of the seller.
        actor: The security administrator, never the person themselves (rule R4).
        now: When.

    Raises:
        NotAllowed: The actor does not administer people, or it is themselves.
        NotFound: Unknown.
    """
    actor.require(Permission.FACTORS_RESET)
    person = person_row(session, public_id)
    if person.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    had = factors_of(session, person.id)
    drop_seed(session, person.id)
    drop_codes(session, person.id)
    session.execute(delete(Passkey).where(Passkey.person_id == person.id))
    session.execute(delete(SsoLink).where(SsoLink.person_id == person.id))
    end_sign_ins_of(session, person.id, now=now)
    details = {"had_totp": had.has_totp, "passkeys": len(had.passkeys)}
    _tell(session, person, "people.second-factor-reset", "factor-reset", details, seller, actor, now)


def set_up_totp_from_console(
    session: Session, *, public_id: str, seed: str, actor: Actor, now: datetime
) -> None:
    """Set up an app for somebody from the console, where the seed is shown to whoever hands the account over.

    Raises:
        NotAllowed: The actor is a person.
        NotFound: Unknown.
    """
    if actor.person_id is not None:
        raise NotAllowed
    person = person_row(session, public_id)
    keep_seed(session, person.id, seed, now=now)
    record_change(session, "people.totp-set", person_public_id=public_id, details={}, actor=actor, now=now)


def seed_for_console(session: Session, *, public_id: str, actor: Actor) -> str | None:
    """Return a person's seed for the list of sign-ins that ``demo --accounts`` writes.

    Raises:
        NotAllowed: The actor is a person.
        NotFound: Unknown.
    """
    if actor.person_id is not None:
        raise NotAllowed
    return kept_seed(session, person_row(session, public_id).id)


def check_code(session: Session, person_id: int, *, typed: str, now: datetime) -> str | None:
    """Check and spend a code of the app or of the paper; return ``code``, ``recovery`` or None."""
    plain = plain_code(typed)
    if len(plain) == 6 and plain.isdigit():
        return "code" if use_totp(session, person_id, code=plain, now=now) else None
    return "recovery" if use_recovery_code(session, person_id, code=plain, now=now) else None


def _first_codes(session: Session, person: Person, now: datetime) -> tuple[str, ...]:
    return () if codes_left(session, person.id) else make_recovery_codes(session, person.id, now=now)


def _require_rest(session: Session, person: Person, *, is_needed: bool) -> None:
    rest = factors_of(session, person.id)
    if not rest.is_any:
        if is_needed:
            raise NotAllowed(N_("Staff sign in with a second factor: set up another one first."))
        drop_codes(session, person.id)


def _tell(
    session: Session, person: Person, event: str, what: str, details: Mapping[str, object], seller: SellerWords | None,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    record_change(session, event, person_public_id=person.public_id, details=details, actor=actor, now=now)
    tell_person(session, person, what, seller=seller, now=now)


def tell_person(
    session: Session, person: Person, what: str, *, seller: SellerWords | None,
    facts: Mapping[str, object] | None = None, recipient: str = "", now: datetime,
) -> None:  # fmt: skip
    """Mail a person what happened to their sign-in; ``what`` is a word of templates/mail/security-notice."""
    letter = Letter(
        event="security-notice", recipient=recipient or person.email, name=person.name, language=person.language,
        why="account", facts={"what": what, "at": now.isoformat(), "device": "", "address": "", "email": ""}
        | dict(facts or {}),
    )  # fmt: skip
    send_letter(session, letter, seller=seller or {}, now=now)


def tell_password_changed(
    session: Session, *, seller: SellerWords | None = None, actor: Actor, now: datetime
) -> None:
    """Mail a person that their own password changed, and void the open links that would change it again."""
    person = person_row(session, actor.public_id)
    tell_person(session, person, "password-changed", seller=seller, now=now)
