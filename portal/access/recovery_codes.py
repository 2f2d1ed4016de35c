"""Ten codes on paper for the day the phone is lost: hashed at rest, each counts once."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.access.models import RecoveryCode

COUNT = 10
#: Letters and digits that are not taken for each other when they are read from paper.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 4  # 80 random bits, so that a plain hash cannot be searched through


def plain_code(typed: str) -> str:
    """Return a code as it is compared: without spaces and dashes, in capitals."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def make_recovery_codes(session: Session, person_id: int, *, now: datetime) -> tuple[str, ...]:
    """Make ten codes and forget the earlier ones; they are shown once and kept nowhere."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    made = tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(COUNT)
    )
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_hash(person_id, code), made_at=now) for code in made
    )
    session.flush()
    return made


def use_recovery_code(session: Session, person_id: int, *, code: str, now: datetime) -> bool:
    """Say whether a code is one of a person's unused ones, and spend it."""
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id, RecoveryCode.code_hash == _hash(person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )  # fmt: skip
    return spent.first() is not None


def codes_left(session: Session, person_id: int) -> int:
    """Return how many codes are unused."""
    query = select(func.count()).select_from(RecoveryCode)
    return (
        session.scalar(query.where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))) or 0
    )


def drop_codes(session: Session, person_id: int) -> None:
    """Forget all codes of a person."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _hash(person_id: int, code: str) -> str:
    return sha256(f"recovery:{person_id}:{plain_code(code)}".encode()).hexdigest()
