"""Where the bytes of attachments lie: encrypted files under random names."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from portal.db import Database
from portal.sealing import Sealer, seal_with
from portal.settings import Settings

_INFO = "vault"


class FileVault:
    """A folder of encrypted files; names say nothing about what is in them."""

    def __init__(self, folder: Path, secrets: Sequence[str]) -> None:
        """Derive the keys from the installation's secrets, newest first; the folder is made at the first write."""
        self.folder = folder
        self._sealer = Sealer(secrets, "attachments")

    def write(self, content: bytes) -> str:
        """Keep a file durably and return the random name it lies under."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_hex(24)
        self._put(name, content)
        return name

    def _put(self, name: str, content: bytes) -> None:
        partial = self.folder / f"{name}.part"
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._sealer.seal(content))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self.folder / name)

    def seal_again(self) -> Iterator[bool]:
        """Seal every file with the newest secret; yields one word a file: whether it had to be done.

        Each file is replaced in one step, so that a killed run leaves every file readable and can start over.

        Raises:
            Unreadable: A file was sealed with a secret that is not among the present ones.
        """
        for path in sorted(self.folder.glob("*")) if self.folder.exists() else ():
            if path.suffix == ".part":
                continue
            sealed = path.read_bytes()
            is_old = not self._sealer.is_newest(sealed)
            if is_old:
                self._put(path.name, self._sealer.open(sealed))
            yield is_old

    def read(self, name: str, *, sha256_hex: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            ValueError: They are not the bytes that were stored.
            FileNotFoundError: The file is gone.
        """
        content = self._sealer.open((self.folder / name).read_bytes())
        if sha256(content).hexdigest() != sha256_hex:
            raise ValueError(f"attachment {name} does not carry its hash")
        return content


def keep_files_in(database: Database, settings: Settings) -> None:
    """Tell every session of ``database`` where attachments lie (HOME/attachments) and how secrets are sealed."""
    database.info[_INFO] = FileVault(settings.home / "attachments", settings.secrets)
    seal_with(database, settings)


def rotate_files(database: Database) -> Iterator[bool]:
    """Seal every attachment with the newest secret; see ``FileVault.seal_again``.

    Raises:
        RuntimeError: ``keep_files_in`` was not called for this database.
    """
    vault: FileVault | None = database.info.get(_INFO)
    if vault is None:
        raise RuntimeError("no place for attachments: call keep_files_in(database, settings) first")
    return vault.seal_again()


def vault_of(session: Session) -> FileVault:
    """Return the vault of a session's database.

    Raises:
        RuntimeError: ``keep_files_in`` was not called for this database.
    """
    vault: FileVault | None = session.info.get(_INFO)
    if vault is None:
        raise RuntimeError("no place for attachments: call keep_files_in(database, settings) first")
    return vault
