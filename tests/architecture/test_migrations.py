"""The migrations make exactly the schema of the models, guards and checks included, and can be undone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateTable

import portal.models  # noqa: F401 - names every models module
from portal.access import system_actor
from portal.db import TRIGGERS, Base, Database
from portal.ledger import ensure_entity
from portal.migrate import current_revision, is_current, migrate_database, migrate_down
from tests.books import post_books
from tests.cast import NOW, seat_cast

pytestmark = pytest.mark.db


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database(empty_database_url)
    yield database
    database.dispose()


@pytest.fixture
def reading(database: Database) -> Iterator[Connection]:
    """A connection to a migrated database."""
    with database.engine.execution_options(concord_mode="read").connect() as connection:
        yield connection


def _names(connection: Connection) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }[connection.dialect.name]
    return set(connection.execute(text(query)).scalars()) - {"alembic_version"}


def test_a_migrated_database_has_the_tables_of_the_models(reading: Connection) -> None:
    context = MigrationContext.configure(reading, opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []
    assert _names(reading) == set(Base.metadata.tables)


def test_a_migrated_database_has_every_guard(reading: Connection) -> None:
    query = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
    }[reading.dialect.name]
    found = {tuple(row) for row in reading.execute(text(query))}
    assert found == {(trigger.name, trigger.table) for trigger in TRIGGERS}


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def test_guards_say_what_the_models_say(reading: Connection) -> None:
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'tg\\_%'",
    }[reading.dialect.name]
    found = {name: _plain(sql) for name, sql in reading.execute(text(query))}
    for trigger in TRIGGERS:
        meant = _plain(" ".join(trigger.sql(reading.dialect.name)))
        assert found[trigger.name] in meant, trigger.name


def test_a_migrated_database_has_every_check_and_key(reading: Connection) -> None:
    if reading.dialect.name == "sqlite":
        rows = reading.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        stored: dict[str, str] = {row.name: row.sql for row in rows}
        for table in Base.metadata.sorted_tables:
            meant = str(CreateTable(table).compile(dialect=reading.dialect))
            assert _plain(stored[table.name]) == _plain(meant), table.name
        return
    query = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    meant = "".join(
        str(CreateTable(table).compile(dialect=reading.dialect)) for table in Base.metadata.sorted_tables
    )
    checks = re.findall(r"CONSTRAINT (\w+) CHECK", meant)
    assert sorted(reading.execute(text(query)).scalars()) == sorted(checks)


def test_goes_up_down_and_up_again(empty: Database) -> None:
    migrate_database(empty)
    assert is_current(empty)
    migrate_down(empty)
    assert current_revision(empty) is None
    with empty.engine.execution_options(concord_mode="read").connect() as connection:
        assert _names(connection) == set()
    migrate_database(empty)
    assert is_current(empty)
    with empty.writing() as session:
        ensure_entity(session, now=NOW)


def test_never_goes_down_where_there_are_documents(empty: Database) -> None:
    migrate_database(empty)
    with empty.writing() as session:
        ensure_entity(session, now=NOW)
        seat_cast(session)
        post_books(session, "2026-01-05 invoice ACME INV-1 1130.00 CNY", actor=system_actor("books"), now=NOW)
    with pytest.raises(RuntimeError, match="documents"):
        migrate_down(empty)
    assert is_current(empty)
    with empty.reading() as session:
        assert session.execute(text("SELECT count(*) FROM documents")).scalar() == 1
