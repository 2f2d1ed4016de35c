"""Brings a database to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from portal.db import Database

ROOT = Path(__file__).parent.parent
_LOCK = 7_041_776_301  # any number, the same in every process: PostgreSQL's advisory lock for migrations


def _config(connection: Connection) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """Return the revision this version of the program needs."""
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    assert head is not None, "there is at least the first schema"
    return head


def current_revision(database: Database) -> str | None:
    """Return the revision a database is at; None when it is empty."""
    with database.engine.execution_options(concord_mode="read").connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(database: Database) -> bool:
    """Say whether a database has the schema of this version."""
    return current_revision(database) == newest_revision()


def migrate_database(database: Database, revision: str = "head") -> None:
    """Run the migrations up to ``revision``; safe when two processes start at once.

    SQLite: one writing transaction with foreign keys unchecked meanwhile. PostgreSQL: under an advisory lock.
    """
    with database.engine.execution_options(concord_mode="write").connect() as connection:
        if database.dialect == "sqlite":
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.cursor().execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            if database.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(_config(connection), revision)
        if database.dialect == "sqlite":
            raw.cursor().execute("PRAGMA foreign_keys = ON")


def migrate_down(database: Database, revision: str = "base") -> None:
    """Undo migrations down to ``revision``; a step that would lose books refuses.

    Raises:
        RuntimeError: The step would lose data.
    """
    with database.engine.execution_options(concord_mode="write").begin() as connection:
        command.downgrade(_config(connection), revision)
