"""Secrets at rest: sealed with a key derived from the secret key; earlier ones still open what they sealed."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from portal.db import Database
from portal.settings import Settings

_INFO = "sealer"


class Unreadable(Exception):
    """Sealed with a secret that is not among the present ones."""


class Sealer:
    """Seals with the newest secret and opens with any of them."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        """Derive one key a secret, newest first; keys of different purposes never open each other's."""
        self._keys = [_key(secret, purpose) for secret in secrets]

    def seal(self, content: bytes) -> bytes:
        """Return ``content`` encrypted and authenticated."""
        return self._keys[0].encrypt(content)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            Unreadable: No present secret sealed it, or it was changed.
        """
        for key in self._keys:
            try:
                return key.decrypt(sealed)
            except InvalidToken:
                continue
        raise Unreadable

    def is_newest(self, sealed: bytes) -> bool:
        """Say whether the newest secret sealed it, so that nothing is left to do."""
        try:
            self._keys[0].decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def seal_text(self, text: str) -> str:
        """Return a text sealed, as text."""
        return self.seal(text.encode()).decode("ascii")

    def open_text(self, sealed: str) -> str:
        """Return a sealed text.

        Raises:
            Unreadable: See ``open``.
        """
        return self.open(sealed.encode("ascii")).decode()


def _key(secret: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"concord {purpose}".encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal_with(database: Database, settings: Settings) -> None:
    """Tell every session of ``database`` how secrets in its tables are sealed."""
    database.info[_INFO] = Sealer(settings.secrets, "secrets")


def open_sealed(database: Database, sealed: str) -> str:
    """Return a text that was sealed in one of the database's sessions.

    Raises:
        RuntimeError: ``seal_with`` was not called for this database.
        Unreadable: No present secret sealed it.
    """
    sealer: Sealer | None = database.info.get(_INFO)
    if sealer is None:
        raise RuntimeError("no key for secrets: call keep_files_in(database, settings) first")
    return sealer.open_text(sealed)


def sealer_of(session: Session) -> Sealer:
    """Return the sealer of a session's database.

    Raises:
        RuntimeError: ``seal_with`` was not called for this database.
    """
    sealer: Sealer | None = session.info.get(_INFO)
    if sealer is None:
        raise RuntimeError("no key for secrets: call keep_files_in(database, settings) first")
    return sealer
