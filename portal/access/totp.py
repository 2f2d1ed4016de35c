"""Authenticator apps: a seed sealed at rest, codes of six digits that count once."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access.models import Totp
from portal.sealing import sealer_of

STEP_SECONDS = 30
#: Steps before and after the present one whose codes are taken too: clocks of phones differ.
_AROUND = (0, -1, 1)


def new_seed() -> str:
    """Return a random seed of 160 bits in base32, as authenticator apps take it."""
    return pyotp.random_base32()


def seed_address(seed: str, *, email: str, issuer: str) -> str:
    """Return the ``otpauth://`` address of a seed, to be shown as a QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=issuer)


def has_totp(session: Session, person_id: int) -> bool:
    """Say whether an app is set up and proved."""
    row = session.get(Totp, person_id)
    return row is not None and row.sealed_seed is not None


def propose_seed(session: Session, person_id: int) -> str:
    """Make a new seed that counts once a code of it is shown; what is set up already goes on until then."""
    seed = new_seed()
    row = session.get(Totp, person_id) or Totp(person_id=person_id, last_step=0)
    row.sealed_next = sealer_of(session).seal_text(seed)
    session.add(row)
    session.flush()
    return seed


def proposed_seed(session: Session, person_id: int) -> str | None:
    """Return the seed that waits for its first code."""
    row = session.get(Totp, person_id)
    return sealer_of(session).open_text(row.sealed_next) if row and row.sealed_next else None


def accept_seed(session: Session, person_id: int, *, code: str, now: datetime) -> bool:
    """Set up the proposed seed when the code is one of it; say whether it was."""
    seed = proposed_seed(session, person_id)
    step = matching_step(seed, code, now) if seed else None
    if seed is None or step is None:
        return False
    keep_seed(session, person_id, seed, now=now)
    session.get_one(Totp, person_id).last_step = step
    session.flush()
    return True


def keep_seed(session: Session, person_id: int, seed: str, *, now: datetime) -> None:
    """Set up a seed without a code of it: from the console, where seed and person are in one hand."""
    row = session.get(Totp, person_id) or Totp(person_id=person_id, last_step=0)
    row.sealed_seed, row.sealed_next, row.confirmed_at = sealer_of(session).seal_text(seed), None, now
    row.last_step = 0
    session.add(row)
    session.flush()


def drop_seed(session: Session, person_id: int) -> bool:
    """Forget the app of a person; say whether there was one."""
    row = session.get(Totp, person_id)
    was_set = row is not None and row.sealed_seed is not None
    if row is not None:
        session.delete(row)
        session.flush()
    return was_set


def kept_seed(session: Session, person_id: int) -> str | None:
    """Return the seed of a person in the clear: for the console and the demo, never for a page of somebody else."""
    row = session.get(Totp, person_id)
    return sealer_of(session).open_text(row.sealed_seed) if row and row.sealed_seed else None


def matching_step(seed: str, code: str, now: datetime) -> int | None:
    """Return the step whose code this is, of the present one and its neighbours."""
    present = int(now.timestamp()) // STEP_SECONDS
    maker = pyotp.TOTP(seed)
    for step in (present + shift for shift in _AROUND):
        if hmac.compare_digest(maker.generate_otp(step), code):
            return step
    return None


def use_totp(session: Session, person_id: int, *, code: str, now: datetime) -> bool:
    """Say whether a code is right, and spend it: neither it nor an older one is taken again.

    Two requests with the same code at once: the database lets one of them through.
    """
    seed = kept_seed(session, person_id)
    step = matching_step(seed, code, now) if seed else None
    if step is None:
        return False
    spent = session.execute(
        update(Totp)
        .where(Totp.person_id == person_id, Totp.last_step < step)
        .values(last_step=step)
        .returning(Totp.person_id)
    )
    return spent.first() is not None


def shown_code(session: Session, person_id: int, *, now: datetime) -> str | None:
    """Return a code that would be taken now: for the demo's code page only, where the key is public anyway."""
    seed = kept_seed(session, person_id)
    if seed is None:
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    step = max(present, session.get_one(Totp, person_id).last_step + 1)
    return pyotp.TOTP(seed).generate_otp(step) if step <= present + 1 else None


def seal_seeds_again(session: Session, *, after: int, limit: int) -> tuple[int, int, int]:
    """Seal a batch of seeds with the newest key.

    Args:
        session: A writing session.
        after: Row number of the person the last batch ended with; 0 = begin.
        limit: At most so many.

    Returns:
        Where it ended (0 = nothing left), how many were looked at, how many had to be done.

    Raises:
        Unreadable: A seed was sealed with a key that is not among the present ones.
    """
    sealer = sealer_of(session)
    rows = session.scalars(
        select(Totp).where(Totp.person_id > after).order_by(Totp.person_id).limit(limit)
    ).all()
    done = 0
    for row in rows:
        for name in ("sealed_seed", "sealed_next"):
            sealed = getattr(row, name)
            if sealed and not sealer.is_newest(sealed.encode("ascii")):
                setattr(row, name, sealer.seal_text(sealer.open_text(sealed)))
                done += 1
    session.flush()
    return (rows[-1].person_id if rows else 0), len(rows), done
