"""Passkeys (WebAuthn): the browser proves a key that never leaves the device and answers only to our address."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Passkey, Person, UsedOnce
from portal.access.people import clean_line
from portal.db import insert_missing
from portal.errors import N_, Conflict, Invalid, NotFound

CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS = 20


class PasskeyRefused(Invalid):
    """The browser's answer does not prove a key of ours."""

    code = "passkey_refused"
    default_message = N_("The passkey did not work. Try again, or use your password.")


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are bound to.

    Attributes:
        host: Name of the host without port: the "relying party".
        origin: Scheme, host and port.
        name: Of the seller, as the browser shows it.
        secret: Signs challenges.
    """

    host: str
    origin: str
    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as the account page lists it."""

    public_id: str
    name: str
    is_synced: bool
    added_at: datetime
    last_used_at: datetime | None


def new_challenge(site: Site, *, purpose: str, now: datetime) -> bytes:
    """Return a signed challenge; nothing is kept until an answer comes, so that asking for one costs no row."""
    body = f"{purpose}.{int(now.timestamp())}.{secrets.token_hex(16)}"
    return f"{body}.{_sign(site, body)}".encode("ascii")


def _sign(site: Site, body: str) -> str:
    return hmac.new(site.secret.encode(), b"concord challenge " + body.encode(), sha256).hexdigest()[:32]


def _spend(session: Session, site: Site, challenge: bytes, *, purpose: str, now: datetime) -> None:
    """Refuse a challenge that is not ours, too old or used before; from here on it is used."""
    body, _dot, signature = challenge.decode("ascii", "replace").rpartition(".")
    named, _dot, rest = body.partition(".")
    made_at = rest.partition(".")[0]
    is_ours = hmac.compare_digest(_sign(site, body).encode(), signature.encode("ascii", "replace"))
    if not is_ours or named != purpose or now.timestamp() - int(made_at) > CHALLENGE_LIFE.total_seconds():
        raise PasskeyRefused
    row = {"key": sha256(challenge).hexdigest(), "used_at": now}
    if not insert_missing(session, UsedOnce, [row]):
        raise PasskeyRefused


def _challenge_in(answer: str) -> bytes:
    """Return the challenge that the browser says it answered; the library checks that it is the one it signed."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        import json

        data = json.loads(answer)["response"]["clientDataJSON"]
        return parse_client_data_json(base64url_to_bytes(data)).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None


def _handle(person: Person) -> bytes:
    return person.public_id.encode("ascii")


def options_to_add(session: Session, *, site: Site, person_id: int, now: datetime) -> str:
    """Return the JSON a browser needs to make a passkey for a person."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    person = session.get_one(Person, person_id)
    held = session.scalars(select(Passkey.credential_id).where(Passkey.person_id == person_id))
    options = generate_registration_options(
        rp_id=site.host, rp_name=site.name, user_id=_handle(person), user_name=person.email,
        user_display_name=person.name, challenge=new_challenge(site, purpose=f"add-{person_id}", now=now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(one)) for one in held],
    )  # fmt: skip
    return options_to_json(options)


def options_to_prove(*, site: Site, now: datetime) -> str:
    """Return the JSON a browser needs to prove any passkey of ours; whose it is comes with the answer."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.host, challenge=new_challenge(site, purpose="prove", now=now),
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json(options)


def keep_passkey(
    session: Session, *, site: Site, person_id: int, answer: str, name: str, now: datetime
) -> Passkey:
    """Check a new passkey and keep its public half.

    Raises:
        PasskeyRefused: The answer does not fit.
        Conflict: There are twenty already.
        Invalid: The name cannot be used.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    held = session.scalars(select(Passkey.id).where(Passkey.person_id == person_id)).all()
    if len(held) >= MOST_PASSKEYS:
        raise Conflict(N_("There are %(count)s passkeys already. Remove one first."), count=len(held))
    challenge = _challenge_in(answer)
    _spend(session, site, challenge, purpose=f"add-{person_id}", now=now)
    try:
        found = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError):
        raise PasskeyRefused from None
    credential_id = bytes_to_base64url(found.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        raise PasskeyRefused
    row = Passkey(
        person_id=person_id, credential_id=credential_id, public_key=bytes_to_base64url(found.credential_public_key),
        sign_count=found.sign_count, name=clean_line(name, field="name", longest=60) or "Passkey",
        is_synced=found.credential_backed_up, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def prove_passkey(
    session: Session, *, site: Site, answer: str, person_id: int | None = None, now: datetime
) -> Passkey:
    """Check that a browser holds one of our passkeys, and count its use.

    Args:
        session: A writing session.
        site: What the key is bound to.
        answer: JSON of the browser.
        person_id: Whose it must be; None = anybody's.
        now: When.

    Raises:
        PasskeyRefused: It does not, or not within five minutes, or the key was copied.
    """
    import json

    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge_in(answer)
    _spend(session, site, challenge, purpose="prove", now=now)
    credential_id = str(json.loads(answer).get("id", ""))[:1400]
    row = session.scalars(
        select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    ).one_or_none()
    if row is None or (person_id is not None and row.person_id != person_id):
        raise PasskeyRefused
    try:
        found = verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            credential_public_key=_bytes(row.public_key), credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError):
        raise PasskeyRefused from None
    row.sign_count, row.is_synced, row.last_used_at = found.new_sign_count, found.credential_backed_up, now
    session.flush()
    return row


def passkeys_of(session: Session, person_id: int) -> tuple[PasskeyView, ...]:
    """Return a person's passkeys, the oldest first."""
    rows = session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id))
    return tuple(
        PasskeyView(row.public_id, row.name, row.is_synced, row.added_at, row.last_used_at) for row in rows
    )


def own_passkey(session: Session, *, public_id: str, person_id: int | None) -> Passkey:
    """Return the row of one of a person's passkeys.

    Raises:
        NotFound: Not theirs.
    """
    row = session.scalars(
        select(Passkey).where(Passkey.public_id == public_id, Passkey.person_id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _bytes(text: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(text)
