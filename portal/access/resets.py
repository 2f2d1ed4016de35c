"""A forgotten password: a link by mail, one hour, once. Whether an address is known never shows in the answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.changes import record_change, themselves
from portal.access.letters import Letter, SellerWords, send_letter
from portal.access.models import PasswordReset, Person
from portal.access.passwords import earlier_hashes, end_open_resets, keep_password
from portal.access.second_factor import tell_person
from portal.access.security_log import SecurityNote, note_security
from portal.access.sign_ins import end_sign_ins_of, hash_token
from portal.access.throttle import address_key, count_try, wait_for
from portal.db import lock_when_writing
from portal.errors import NotFound, Throttled
from portal.jobs import JobRun, enqueue

RESET_LIFE = timedelta(hours=1)
#: Name of the job that looks the address up and mails the link.
SEND_RESET = "people.send-reset"


@dataclass(frozen=True, slots=True)
class ResetView:
    """A link that still works: whose it is, and the hashes they must not come back to (等保)."""

    email: str
    earlier: tuple[str, ...]


def ask_reset(session: Session, *, email: str, address: str, seller: SellerWords, now: datetime) -> None:
    """Ask for a link to set a new password.

    The request writes the same rows for every address, known or not: the worker looks it up and mails. More than five
    a day for one address have no effect, and are not told.

    Args:
        session: A writing session.
        email: As typed.
        address: Where the request came from.
        seller: By language, what the mail says of the seller.
        now: When.

    Raises:
        Throttled: Too many from this address.
    """
    key = f"reset-address:{address_key(address)}"
    if count_try(session, key, now=now):
        raise Throttled(max(1, wait_for(session, [key], now=now)))
    typed = email.strip().lower()[:254]
    is_over = count_try(session, f"reset:{typed[:100]}", now=now)
    words = {language: dict(one) for language, one in seller.items()}
    payload = {"email": "" if is_over else typed, "address": address[:64], "seller": words}
    enqueue(session, SEND_RESET, key=f"{SEND_RESET}:{secrets.token_hex(12)}", payload=payload, now=now)


def send_reset(run: JobRun) -> dict[str, int]:
    """Mail the link when the address belongs to somebody who may sign in; the job of ``ask_reset``."""
    with run.database.writing() as session:
        return {"sent": int(_send(session, run.payload, run.now))}


def _send(session: Session, payload: Mapping[str, Any], now: datetime) -> bool:
    query = select(Person).where(
        Person.email == payload["email"], Person.is_active, Person.is_sealed.is_(False)
    )
    person = session.scalars(query).one_or_none()
    note = SecurityNote("sign-in.reset-asked", person.id if person else None, payload["address"])
    note_security(session, note, now=now)
    if person is None:
        return False
    end_open_resets(session, person.id, now=now)
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordReset(
            token_hash=hash_token(token), person_id=person.id, made_at=now, ends_at=now + RESET_LIFE
        )
    )
    session.flush()
    letter = Letter(
        event="password-reset", recipient=person.email, name=person.name, language=person.language, why="reset",
        link=f"/reset/{token}", facts={"minutes": int(RESET_LIFE.total_seconds() // 60)},
    )  # fmt: skip
    send_letter(session, letter, seller=payload["seller"], now=now)
    return True


def find_reset(session: Session, *, token: str, now: datetime) -> ResetView | None:
    """Return the living reset of a link; None for unknown, used, void and old ones alike. Nothing changes."""
    row = _living(session, token, now)
    if row is None:
        return None
    person = session.get_one(Person, row.person_id)
    return ResetView(person.email, earlier_hashes(session, person.id))


def reset_password(
    session: Session, *, token: str, password_hash: str, seller: SellerWords | None = None, now: datetime
) -> None:
    """Set a new password by link; all sign-ins of the person end, and they are told. Nobody is signed in by it.

    Raises:
        NotFound: The link is used, void, too old or unknown.
    """
    row = _living(session, token, now)
    if row is None:
        raise NotFound
    person = session.get_one(Person, row.person_id, with_for_update=True)
    end_open_resets(session, person.id, now=now)
    keep_password(session, person, password_hash, now=now)
    end_sign_ins_of(session, person.id, now=now)
    details = {"by": "reset"}
    record_change(
        session, "people.password-set", person_public_id=person.public_id, details=details, actor=themselves(person),
        now=now,
    )  # fmt: skip
    tell_person(session, person, "password-changed", seller=seller, now=now)


def _living(session: Session, token: str, now: datetime) -> PasswordReset | None:
    query = select(PasswordReset).where(
        PasswordReset.token_hash == hash_token(token), PasswordReset.ended_at.is_(None), PasswordReset.ends_at > now,
        PasswordReset.person_id.in_(select(Person.id).where(Person.is_active)),
    )  # fmt: skip
    return session.scalars(lock_when_writing(session, query)).one_or_none()
