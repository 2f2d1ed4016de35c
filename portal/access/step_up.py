"""Prove oneself again before an act that matters: by passkey, code or password; the sign-in keeps the instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from portal.access.models import Person, SignIn
from portal.access.passkeys import PasskeyRefused, Site, prove_passkey
from portal.access.passwords import password_fits
from portal.access.second_factor import WrongCode, check_code
from portal.access.security_log import SecurityNote, note_security
from portal.access.throttle import count_try, forget_tries, wait_for
from portal.db import Database
from portal.errors import N_, Invalid, Throttled

#: How long a proof counts.
PROOF_LIFE = timedelta(minutes=15)


class WrongProof(Invalid):
    """What was given does not prove the person."""

    code = "wrong_proof"
    default_message = N_("This is not your password.")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a person gives: one of the three."""

    password: str = ""
    code: str = ""
    passkey: str = ""


def is_recent(proved_at: datetime | None, now: datetime) -> bool:
    """Say whether a proof still counts."""
    return proved_at is not None and now - proved_at < PROOF_LIFE


def prove_again(
    database: Database, proof: Proof, *, person_id: int, sign_in: str, site: Site, cost: str, now: datetime
) -> None:
    """Check a proof and note it at the sign-in, in transactions of its own.

    Raises:
        WrongProof: Not the password.
        WrongCode: Not a code of theirs, or used before.
        PasskeyRefused: Not a passkey of theirs.
        Throttled: Too many wrong ones.
    """
    with database.reading() as session:
        kept = session.scalar(select(Person.password_hash).where(Person.id == person_id))
    is_fit = bool(proof.password) and password_fits(proof.password, kept, cost=cost)
    refusal: Invalid | Throttled | None = None
    with database.writing() as session:
        key = f"code:{person_id}"
        if count_try(session, key, now=now):
            refusal = Throttled(max(1, wait_for(session, [key], now=now)))
        elif proof.passkey:
            try:
                prove_passkey(session, site=site, answer=proof.passkey, person_id=person_id, now=now)
            except PasskeyRefused as error:
                refusal = error
        elif proof.code:
            if check_code(session, person_id, typed=proof.code, now=now) is None:
                refusal = WrongCode(field="proof_code")
        elif not is_fit:
            refusal = WrongProof(field="proof_password")
        if refusal is None:
            forget_tries(session, key)
            session.execute(update(SignIn).where(SignIn.public_id == sign_in).values(proved_at=now))
        event = "sign-in.proved" if refusal is None else "sign-in.proof-failed"
        note_security(session, SecurityNote(event, person_id), now=now)
    if refusal is not None:
        raise refusal
