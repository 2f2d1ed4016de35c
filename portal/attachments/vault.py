"""Where the bytes of attachments lie: encrypted files under random names."""

from __future__ import annotations

import base64
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from portal.db import Database
from portal.settings import Settings

_INFO = "vault"


class FileVault:
    """A folder of encrypted files; names say nothing about what is in them."""

    def __init__(self, folder: Path, secret: str) -> None:
        """Derive the key from the installation's secret; the folder is made at the first write."""
        self.folder = folder
        derived = HKDF(SHA256(), 32, salt=None, info=b"concord attachments").derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def write(self, content: bytes) -> str:
        """Keep a file durably and return the random name it lies under."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_hex(24)
        partial = self.folder / f"{name}.part"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._fernet.encrypt(content))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self.folder / name)
        return name

    def read(self, name: str, *, sha256_hex: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            ValueError: They are not the bytes that were stored.
            FileNotFoundError: The file is gone.
        """
        content = self._fernet.decrypt((self.folder / name).read_bytes())
        if sha256(content).hexdigest() != sha256_hex:
            raise ValueError(f"attachment {name} does not carry its hash")
        return content


def keep_files_in(database: Database, settings: Settings) -> None:
    """Tell every session of ``database`` where attachments lie: HOME/attachments."""
    database.info[_INFO] = FileVault(settings.home / "attachments", settings.secret)


def vault_of(session: Session) -> FileVault:
    """Return the vault of a session's database.

    Raises:
        RuntimeError: ``keep_files_in`` was not called for this database.
    """
    vault: FileVault | None = session.info.get(_INFO)
    if vault is None:
        raise RuntimeError("no place for attachments: call keep_files_in(database, settings) first")
    return vault
