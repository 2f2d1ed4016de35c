"""A short code mailed apart from its link: a way in for people who only look, where the policy allows it."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access.known_devices import remember_device
from portal.access.letters import Letter, SellerWords, send_letter
from portal.access.models import DeepLink, Grant, MailCode, Person
from portal.access.rules import Permission, permissions_of
from portal.access.second_factor import factors_of
from portal.access.security_log import SecurityNote, note_security
from portal.access.sign_in import Attempt, Started
from portal.access.sign_ins import hash_token, start_sign_in
from portal.access.throttle import count_try
from portal.db import Database
from portal.errors import N_, Invalid
from portal.sealing import sealer_of

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
#: What nobody may hold who signs in by a mailed code.
_ACTS = frozenset({Permission.STATEMENTS_ANSWER, Permission.STATEMENTS_SIGN, Permission.DISPUTES_OPEN})


class WrongMailCode(Invalid):
    """Not the code, or too late, or used: never told apart."""

    code = "wrong_code"
    default_message = N_("This code is not right, or no longer works. Ask for a new one.")


def send_mail_code(session: Session, *, token: str, address: str, seller: SellerWords, now: datetime) -> None:
    """Mail a code to the recipient of a link when they only look; for everybody else do nothing, in silence.

    Args:
        session: A writing session.
        token: Of the link.
        address: Where the request came from.
        seller: By language, what the mail says of the seller.
        now: When.
    """
    link = _link(session, token, now)
    person = _reader(session, link) if link else None
    if link is None or person is None or count_try(session, f"mail-code:{link.id}", now=now):
        return
    session.execute(
        update(MailCode).where(MailCode.link_id == link.id, MailCode.ended_at.is_(None)).values(ended_at=now)
    )
    code = f"{secrets.randbelow(10**8):08d}"
    session.add(
        MailCode(
            link_id=link.id, person_id=person.id, sealed_code=sealer_of(session).seal_text(code), made_at=now,
            ends_at=now + CODE_LIFE,
        )
    )  # fmt: skip
    note_security(session, SecurityNote("sign-in.code-mailed", person.id, address), now=now)
    letter = Letter(
        event="mail-code", recipient=person.email, name=person.name, language=person.language, why="asked",
        secret=code, facts={"minutes": int(CODE_LIFE.total_seconds() // 60)},
    )  # fmt: skip
    send_letter(session, letter, seller=seller, now=now)


def sign_in_with_mail_code(
    database: Database, attempt: Attempt, *, token: str, typed: str, now: datetime
) -> tuple[Started, str]:
    """Sign in with the mailed code; it counts once, and after five wrong tries no more.

    Returns:
        The sign-in, and the page of the link.

    Raises:
        WrongMailCode: Anything does not fit.
    """
    started: Started | None = None
    path = "/"
    with database.writing() as session:
        link = _link(session, token, now)
        query = select(MailCode).where(
            MailCode.link_id == (link.id if link else 0), MailCode.ended_at.is_(None), MailCode.ends_at > now
        )
        row = session.scalars(query.with_for_update()).one_or_none()
        person = _reader(session, link) if link and row else None
        if link is not None and row is not None and person is not None:
            row.tries += 1
            kept = sealer_of(session).open_text(row.sealed_code)
            if hmac.compare_digest(kept.encode(), typed.strip().replace(" ", "").encode()):
                row.ended_at, path = now, link.path
                started = _enter(session, person, attempt, now)
            elif row.tries >= MOST_TRIES:
                row.ended_at = now
            if started is None:
                note = SecurityNote("sign-in.code-failed", person.id, attempt.address, attempt.request_id)
                note_security(session, note, now=now)
    if started is None:
        raise WrongMailCode(field="code")
    return started, path


def _enter(session: Session, person: Person, attempt: Attempt, now: datetime) -> Started:
    token, side = start_sign_in(
        session,
        person_id=person.id,
        method="mail-code",
        address=attempt.address,
        device=attempt.device,
        now=now,
    )
    kept, _is_new = remember_device(
        session, person.id, token=attempt.device_token, device=attempt.device, now=now
    )
    note = SecurityNote("sign-in.succeeded", person.id, attempt.address, attempt.request_id, attempt.device)
    note_security(session, note, now=now)
    return Started(token, side, "full", kept)


def _link(session: Session, token: str, now: datetime) -> DeepLink | None:
    query = select(DeepLink).where(DeepLink.token_hash == hash_token(token), DeepLink.ends_at > now)
    return session.scalars(query).one_or_none()


def _reader(session: Session, link: DeepLink | None) -> Person | None:
    """Return the recipient when nothing they may do goes beyond looking, and no second factor guards them."""
    if link is None:
        return None
    person = session.scalars(
        select(Person).where(Person.email == link.recipient, Person.is_active, Person.is_sealed.is_(False))
    ).one_or_none()
    if person is None or factors_of(session, person.id).is_any:
        return None
    grants = select(Grant.role, Grant.customer_id).where(
        Grant.person_id == person.id, Grant.ended_at.is_(None)
    )
    held = session.execute(grants).all()
    roles = frozenset(role for role, _customer_id in held)
    is_customers = all(customer_id is not None for _role, customer_id in held)
    return (
        person
        if held and is_customers and roles <= {"viewer"} and not permissions_of(roles) & _ACTS
        else None
    )
