"""The bench of one test process: a SQLite file and a home at a fixed place, laid out anew for each test.

A fixed place lets tests share one engine with its compiled statements and one application with its compiled addresses,
which take longer to make than most tests take to run.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from portal.db import Database


class Bench:
    """Where copies are laid, and the engine that stays open on that place."""

    def __init__(self, folder: Path) -> None:
        """Choose the place; nothing lies there yet."""
        self.file = folder / "concord.db"
        self.home = folder / "home"
        self.url = f"sqlite:///{self.file}"
        self.database = Database(self.url)

    def lay(self, source: Path) -> str:
        """Put a fresh copy of a SQLite file on the bench and return its address.

        The old file is taken away, not written over: a connection that a test forgot keeps the old one.
        """
        self.database.dispose()
        self.database.info.clear()
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(source, self.file)
        return self.url

    def empty_home(self) -> Path:
        """Return the home folder with nothing in it."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        return self.home
