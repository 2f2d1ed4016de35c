"""Passwords: which are taken by each profile, how they are hashed, compared and grow old."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access.models import OldPassword, PasswordReset, Person
from portal.errors import N_, Invalid

MIN_LENGTH = 8
MAX_LENGTH = 128
#: The 等保 profile: kinds of characters needed, life of a password, how many earlier ones are refused.
KINDS, LIFE, REMEMBERED = 3, timedelta(days=90), 5
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
#: What people put behind a word to make a password of it.
_ENDINGS = (
    "", *"1 2 7 9 01 07 08 11 12 13 21 22 23 69 77 88 99 00 007 100 101 111 123 321 420 520 555 666 777 888 999 1234 "
    "1314 2000 2020 2021 2022 2023 2024 2025 2026 2027 5201314 12345 123456 1234567 12345678 a abc qwe ! !! !!! 1! "
    "12! 123! 1234! . .. @ @1 @12 @123 @1234 @2024 @2025 @2026 #1 #123 _1 _123 -1 -123 2024! 2025! 2026!".split(),
)  # fmt: skip
_LEET = str.maketrans("@4301!$5", "aaeoliss")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890")


class WeakPassword(Invalid):
    """A password that is too short, too long or too well known."""

    code = "weak_password"


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """What an installation asks of passwords.

    Attributes:
        cost: ``strong``, or ``test`` for cheap hashes.
        profile: ``modern`` or ``dengbao``.
    """

    cost: str = "strong"
    profile: str = "modern"

    def is_old(self, set_at: datetime | None, now: datetime) -> bool:
        """Say whether a password must be changed before anything else."""
        return self.profile == "dengbao" and (set_at is None or now - set_at >= LIFE)


@lru_cache(maxsize=2)
def _hasher(cost: str) -> PasswordHasher:
    # strong: argon2id with 19 MiB, 2 passes (OWASP Password Storage Cheat Sheet); test: as cheap as it gets.
    if cost == "test":
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


@lru_cache(maxsize=2)
def _dummy(cost: str) -> str:
    return _hasher(cost).hash("nobody has this password")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the block list: well-known passwords, and well-known words with what people put behind them."""
    folder = Path(__file__).parent
    known = (folder / "common_passwords.txt").read_text("utf-8").split()
    words = (folder / "common_words.txt").read_text("utf-8").split()
    made = (word + ending for word, ending in product(words, _ENDINGS))
    doubled = (word + word for word in words)
    return frozenset(one for one in (*known, *made, *doubled) if len(one) >= MIN_LENGTH)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _is_guessable(plain: str, email: str) -> bool:
    lower = plain.lower()
    known = {email.lower(), email.lower().partition("@")[0]}
    is_run = any(lower in row * 2 or lower in row[::-1] * 2 for row in _ROWS)
    stem = lower.rstrip("0123456789!.@#_-")
    plainly = stem.translate(_LEET) + lower[len(stem) :]  # p@ssw0rd123 is password123
    return (
        bool({lower, plainly, lower.translate(_LEET)} & common_passwords())
        or lower in known
        or len(set(lower)) < 3
        or is_run
        or re.fullmatch(r"(.{1,4})\1+", lower) is not None
    )


def check_strength(password: str, *, email: str = "", profile: str = "modern") -> None:
    """Refuse passwords that others would guess; only the profile ``dengbao`` asks for kinds of characters.

    Raises:
        WeakPassword: Shorter than 8 or longer than 128 characters, commonly used, the e-mail address, or too few kinds.
    """
    plain = _normal(password)
    if len(plain) < MIN_LENGTH:
        raise WeakPassword(N_("Use at least %(count)s characters."), field="password", count=MIN_LENGTH)
    if len(plain) > MAX_LENGTH:
        raise WeakPassword(N_("Use at most %(count)s characters."), field="password", count=MAX_LENGTH)
    if _is_guessable(plain, email):
        raise WeakPassword(N_("This password is too easy to guess. Choose another."), field="password")
    if profile == "dengbao" and sum(bool(re.search(kind, plain)) for kind in _KINDS) < KINDS:
        raise WeakPassword(
            N_("Use three of: small letters, capital letters, digits, other characters."), field="password"
        )


def hash_password(password: str, *, cost: str, email: str = "", profile: str = "modern") -> str:
    """Return the argon2id hash of a password that is strong enough; slow on purpose, call it outside transactions.

    Raises:
        WeakPassword: See ``check_strength``.
    """
    check_strength(password, email=email, profile=profile)
    return _hasher(cost).hash(_normal(password))


def password_fits(password: str, password_hash: str | None, *, cost: str) -> bool:
    """Compare a password with a hash; without a hash it takes as long and says no."""
    try:
        _hasher(cost).verify(password_hash or _dummy(cost), _normal(password[: MAX_LENGTH * 4]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def hash_again(password: str, password_hash: str, *, cost: str) -> str | None:
    """Return a hash by today's parameters when the kept one was made by weaker ones, else None."""
    hasher = _hasher(cost)
    return hasher.hash(_normal(password)) if hasher.check_needs_rehash(password_hash) else None


def earlier_hashes(session: Session, person_id: int) -> tuple[str, ...]:
    """Return the hashes a person must not come back to: the present one and those before it."""
    present = session.scalar(select(Person.password_hash).where(Person.id == person_id))
    query = select(OldPassword.password_hash).where(OldPassword.person_id == person_id)
    before = session.scalars(query.order_by(OldPassword.id.desc()).limit(REMEMBERED - 1))
    return tuple(one for one in (present, *before) if one)


def new_password_hash(
    password: str, rules: PasswordRules, *, email: str, earlier: tuple[str, ...] = ()
) -> str:
    """Return the hash of a new password that the rules allow; slow on purpose, call it outside transactions.

    Args:
        password: As typed.
        rules: Of the installation.
        email: Of the person.
        earlier: From ``earlier_hashes``; only the profile ``dengbao`` looks at them.

    Raises:
        WeakPassword: Too weak, or (等保) one of the last five.
    """
    made = hash_password(password, cost=rules.cost, email=email, profile=rules.profile)
    if rules.profile == "dengbao":
        for one in earlier[:REMEMBERED]:
            if password_fits(password, one, cost=rules.cost):
                raise WeakPassword(
                    N_("You have used this password before. The last %(count)s are refused."),
                    field="password", count=REMEMBERED,
                )  # fmt: skip
    return made


def keep_password(session: Session, person: Person, password_hash: str, *, now: datetime) -> None:
    """Write a person's new hash; the one before goes among the old ones, of which the last few are kept."""
    if person.password_hash:
        session.add(OldPassword(person_id=person.id, password_hash=person.password_hash, ended_at=now))
        session.flush()
        query = select(OldPassword).where(OldPassword.person_id == person.id).order_by(OldPassword.id.desc())
        for row in session.scalars(query.offset(REMEMBERED)):
            session.delete(row)
    person.password_hash, person.password_set_at = password_hash, now
    session.flush()


def end_open_resets(session: Session, person_id: int, *, now: datetime) -> None:
    """Void the links that could still set a person's password."""
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person_id, PasswordReset.ended_at.is_(None))
        .values(ended_at=now)
    )
