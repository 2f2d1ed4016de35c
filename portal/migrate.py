"""Brings a database to the schema of this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def _unchecked(database: Database) -> Iterator[Connection]:
    """One writing transaction, with SQLite's foreign keys unchecked meanwhile (tables are rebuilt)."""
    with database.engine.execution_options(concord_mode="write").connect() as connection:
        if database.dialect == "sqlite":
            _sqlite_pragma(connection, "foreign_keys = OFF")
        with connection.begin():
            yield connection
        if database.dialect == "sqlite":
            _sqlite_pragma(connection, "foreign_keys = ON")


def _sqlite_pragma(connection: Connection, pragma: str) -> None:
    raw = connection.connection.dbapi_connection
    assert raw is not None, "the connection is open"
    raw.cursor().execute(f"PRAGMA {pragma}")


def migrate_database(database: Database, revision: str = "head") -> None:
    """Run the migrations up to ``revision``; safe when two processes start at once.

    SQLite: one writing transaction. PostgreSQL: under an advisory lock.
    """
    with _unchecked(database) as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), revision)


def migrate_down(database: Database, revision: str = "base") -> None:
    """Undo migrations down to ``revision``; a step that would lose books refuses.

    Raises:
        RuntimeError: The step would lose data.
    """
    with database.engine.execution_options(concord_mode="write").begin() as connection:
        command.downgrade(_config(connection), revision)


def drop_everything(url: str) -> None:
    """Empty a database entirely, books and all: for a demo that is built anew, never for real books."""
    database = Database(url)
    with _unchecked(database) as connection:
        if database.dialect == "postgresql":
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        else:
            tables = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%%'"
            )
            for table in tables.scalars().all():
                connection.exec_driver_sql(f"DROP TABLE {table}")
    database.dispose()
