"""Browsers a person signed in with before: they keep their own budget of tries, and a new one is told by mail."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import KnownDevice
from portal.access.sign_ins import hash_token


def is_known(session: Session, person_id: int, token: str) -> bool:
    """Say whether a person signed in with the browser that carries this token."""
    return _row(session, person_id, token) is not None if token else False


def has_devices(session: Session, person_id: int) -> bool:
    """Say whether a person has signed in at all since browsers are remembered."""
    query = select(KnownDevice.id).where(KnownDevice.person_id == person_id).limit(1)
    return session.scalar(query) is not None


def remember_device(
    session: Session, person_id: int, *, token: str, device: str, now: datetime
) -> tuple[str, bool]:
    """Note a browser; several people may use one.

    Returns:
        The token for its cookie, and whether it is new to this person.
    """
    row = _row(session, person_id, token) if token else None
    if row is not None:
        row.last_seen_at, row.device = now, device[:255]
        session.flush()
        return token, False
    kept = token if len(token) == 43 else secrets.token_urlsafe(32)
    session.add(
        KnownDevice(
            person_id=person_id,
            token_hash=hash_token(kept),
            device=device[:255],
            first_seen_at=now,
            last_seen_at=now,
        )
    )
    session.flush()
    return kept, True


def _row(session: Session, person_id: int, token: str) -> KnownDevice | None:
    query = select(KnownDevice).where(
        KnownDevice.person_id == person_id, KnownDevice.token_hash == hash_token(token)
    )
    return session.scalars(query).one_or_none()
