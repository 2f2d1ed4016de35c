"""A fresh mailed code before the first signature of someone who was invited: a forwarded invitation is not enough."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.letters import Letter, send_letter
from portal.audit import record
from portal.confirmations.evidence import accepted_invitation
from portal.confirmations.models import Confirmation, SignCode
from portal.customers.models import Customer
from portal.errors import N_, Conflict, NotAllowed, Throttled
from portal.ledger import default_entity

CODE_LIFE = timedelta(minutes=10)
#: How long a right code counts until the signature.
GOOD_FOR = timedelta(hours=1)
MOST_TRIES = 5
#: Codes for one person and company within an hour.
MOST_CODES = 5


def needs_code(session: Session, *, customer_id: int, actor: Actor, now: datetime) -> bool:
    """Say whether a mailed code must be given first: invited, not signed since, and no right code within the hour."""
    invitation = accepted_invitation(session, customer_id=customer_id, actor=actor)
    if invitation is None or invitation.accepted_at is None:
        return False
    signed = select(Confirmation.id).where(
        Confirmation.person_id == actor.person_id, Confirmation.customer_id == customer_id,
        Confirmation.signed_at >= invitation.accepted_at,
    )  # fmt: skip
    if session.scalar(signed.limit(1)) is not None:
        return False
    proved = select(SignCode.id).where(
        SignCode.person_id == actor.person_id, SignCode.customer_id == customer_id,
        SignCode.used_at > max(now - GOOD_FOR, invitation.accepted_at),
    )  # fmt: skip
    return session.scalar(proved.limit(1)) is None


def send_code(session: Session, *, customer_id: int, actor: Actor, now: datetime) -> None:
    """Mail a code of six digits to the signer's own address; it holds 10 minutes, earlier ones no longer.

    Raises:
        NotAllowed: The actor may not sign, or has no address.
        NotFound: The company is out of scope.
        Throttled: Five codes within an hour.
    """
    person_id = _signer(actor, customer_id)
    recent = select(func.count(SignCode.id)).where(
        SignCode.person_id == person_id,
        SignCode.customer_id == customer_id,
        SignCode.made_at > now - GOOD_FOR,
    )
    if (session.scalar(recent) or 0) >= MOST_CODES:
        raise Throttled(int(GOOD_FOR.total_seconds()))
    for row in session.scalars(_living(person_id, customer_id, now)):
        row.ends_at = now
    code = f"{secrets.randbelow(10**6):06d}"
    row = SignCode(
        person_id=person_id,
        customer_id=customer_id,
        code_hash="",
        made_at=now,
        ends_at=now + CODE_LIFE,
        tries=0,
    )
    session.add(row)
    session.flush()
    row.code_hash = _hash(row.public_id, code)
    session.flush()
    entity, customer = default_entity(session), session.get_one(Customer, customer_id)
    names = (customer.name_en, customer.name) if actor.language == "en" else (customer.name, customer.name_en)
    words = {
        "seller": entity.short_name_in(actor.language), "seller_phone": entity.phone, "seller_email": entity.email,
    }  # fmt: skip
    letter = Letter(
        event="sign-code", recipient=actor.email, name=actor.name, language=actor.language, why="code", secret=code,
        facts={"customer": names[0] or names[1]}, customer_id=customer_id,
    )  # fmt: skip
    send_letter(session, letter, seller={actor.language: words}, now=now)
    _note(session, "codes.sent", customer_id, actor, now)


def check_code(session: Session, *, customer_id: int, code: str, actor: Actor, now: datetime) -> bool:
    """Compare a typed code with the newest one; the caller commits either way, so that tries count.

    Returns:
        Whether it is right; five wrong tries end it.

    Raises:
        NotAllowed: The actor may not sign.
        NotFound: The company is out of scope.
        Conflict: There is no living code: none was asked for, it is too old, or was tried too often.
    """
    person_id = _signer(actor, customer_id)
    row = session.scalars(_living(person_id, customer_id, now).with_for_update()).first()
    if row is None or row.tries >= MOST_TRIES:
        raise Conflict(N_("This code no longer counts. Have a new one sent."))
    typed = "".join(letter for letter in code if letter.isdigit())
    if not hmac.compare_digest(row.code_hash, _hash(row.public_id, typed)):
        row.tries += 1
        session.flush()
        return False
    row.used_at = now
    session.flush()
    _note(session, "codes.proved", customer_id, actor, now)
    return True


def _signer(actor: Actor, customer_id: int) -> int:
    actor.require(Permission.STATEMENTS_SIGN)
    actor.require_scope(customer_id)
    if actor.person_id is None or not actor.email:
        raise NotAllowed
    return actor.person_id


def _living(person_id: int, customer_id: int, now: datetime) -> Select[SignCode]:
    return (
        select(SignCode)
        .where(
            SignCode.person_id == person_id, SignCode.customer_id == customer_id, SignCode.used_at.is_(None),
            SignCode.ends_at > now,
        )
        .order_by(SignCode.id.desc())
    )  # fmt: skip


def _hash(public_id: str, code: str) -> str:
    return sha256(f"{public_id}|{code}".encode()).hexdigest()


def _note(session: Session, event: str, customer_id: int, actor: Actor, now: datetime) -> None:
    record(
        session, event, subject_kind="person", subject_id=actor.public_id, customer_id=customer_id, details={},
        actor=actor, now=now,
    )  # fmt: skip
