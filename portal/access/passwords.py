"""Passwords: which are taken, how they are hashed and compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.errors import N_, Invalid

MIN_LENGTH = 8
MAX_LENGTH = 128


class WeakPassword(Invalid):
    """A password that is too short, too long or too well known."""

    code = "weak_password"


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
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split())


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def check_strength(password: str, *, email: str = "") -> None:
    """Refuse passwords that others would guess; there are no rules about kinds of letters.

    Raises:
        WeakPassword: Shorter than 8 or longer than 128 characters, commonly used, or the e-mail address.
    """
    plain = _normal(password)
    if len(plain) < MIN_LENGTH:
        raise WeakPassword(N_("Use at least %(count)s characters."), field="password", count=MIN_LENGTH)
    if len(plain) > MAX_LENGTH:
        raise WeakPassword(N_("Use at most %(count)s characters."), field="password", count=MAX_LENGTH)
    known = {email.lower(), email.lower().partition("@")[0]}
    if plain.lower() in _common() or plain.lower() in known or len(set(plain)) < 3:
        raise WeakPassword(N_("This password is too easy to guess. Choose another."), field="password")


def hash_password(password: str, *, cost: str, email: str = "") -> str:
    """Return the argon2id hash of a password that is strong enough; slow on purpose, call it outside transactions.

    Raises:
        WeakPassword: See ``check_strength``.
    """
    check_strength(password, email=email)
    return _hasher(cost).hash(_normal(password))


def password_fits(password: str, password_hash: str | None, *, cost: str) -> bool:
    """Compare a password with a hash; without a hash it takes as long and says no."""
    try:
        _hasher(cost).verify(password_hash or _dummy(cost), _normal(password[: MAX_LENGTH * 4]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
