"""Engine, session factory, declarative base, column types and the triggers that keep the books honest.

Every transaction declares its mode: *read* (deferred and ``query_only`` on SQLite, READ ONLY on PostgreSQL) or
*write* (``BEGIN IMMEDIATE`` on SQLite). SQL on a connection without a declared mode is refused: ADR 0004.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

Mode = Literal["read", "write"]
Row = TypeVar("Row")
BUSY_TIMEOUT_MS = 5000


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without zone; write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Minor(TypeDecorator[int]):
    """Integer minor units of the currency beside it; SQLite checks that nothing but integers is stored."""

    impl = BigInteger
    cache_ok = True


class Json(TypeDecorator[Any]):
    """A value kept as canonical JSON text, so that its hash is the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write canonical JSON."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Read it."""
        return None if value is None else json.loads(value)


#: Row number: SQLite only counts up a column whose type is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
PublicId = String(22)


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and no escapes for letters: the form that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def new_public_id() -> str:
    """Return 22 characters ``[A-Za-z0-9_-]`` of 128 random bits: what addresses show instead of row numbers."""
    return secrets.token_urlsafe(16)


class Base(DeclarativeBase):
    """Parent of every table; each constraint has a name, so that migrations can change it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@event.listens_for(Column, "after_parent_attach")
def _check_minor_is_integer(column: Column[Any], table: Any) -> None:
    if isinstance(column.type, Minor) and isinstance(table, Table):
        check = CheckConstraint(
            f"{column.name} IS NULL OR typeof({column.name}) = 'integer'", name=f"{column.name}_integer"
        )
        table.append_constraint(check.ddl_if(dialect="sqlite"))


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Return the constraint that a text column holds one of the named values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


# --- triggers ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trigger:
    """A guard inside the database, as data: migrations recreate it, a test compares it with what is there."""

    name: str
    table: str
    moment: str
    when: str
    message: str

    def sql(self, dialect: str) -> list[str]:
        """Return the statements that create the guard on ``sqlite`` or ``postgresql``."""
        if dialect == "sqlite":
            when = f"WHEN {self.when} " if self.when else ""
            head = f"CREATE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} FOR EACH ROW {when}"
            return [f"{head}BEGIN SELECT RAISE(ABORT, '{self.message}'); END"]
        back = "OLD" if self.moment.startswith("DELETE") else "NEW"
        condition = self.when.replace(" IS NOT OLD.", " IS DISTINCT FROM OLD.") or "TRUE"
        raised = f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation';"
        body = f"BEGIN IF {condition} THEN {raised} END IF; RETURN {back}; END"
        called = f"BEFORE {self.moment} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE TRIGGER {self.name} {called}",
        ]


#: Every guard, in order of creation; feature models add theirs below their tables.
TRIGGERS: list[Trigger] = []


def refuse(table: str, moment: str, when: str, message: str) -> None:
    """Add a guard: ``moment`` (INSERT, UPDATE or DELETE) on a row for which ``when`` holds is refused.

    ``when`` is SQL both databases read; ``NEW.x IS NOT OLD.x`` compares with NULL counted as a value.
    """
    count = sum(1 for trigger in TRIGGERS if trigger.table == table) + 1
    TRIGGERS.append(Trigger(f"tg_{table}_{count}", table, moment, when, message))


def append_only(table: str) -> None:
    """Add guards so that rows of ``table`` never change and never vanish."""
    refuse(table, "UPDATE", "", f"{table}: rows never change")
    refuse(table, "DELETE", "", f"{table}: rows never vanish")


def frozen(table: str, *columns: str, when: str = "") -> None:
    """Add guards so that the named columns never change and rows never vanish (both only where ``when`` holds)."""
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    refuse(
        table,
        "UPDATE",
        f"({when}) AND ({changed})" if when else changed,
        f"{table}: posted rows never change",
    )
    refuse(table, "DELETE", when, f"{table}: posted rows never vanish")


# --- engine and sessions ----------------------------------------------------------------------------------------


class ModeMissing(RuntimeError):
    """SQL was sent on a connection whose transaction declared neither read nor write."""


def open_engine(url: str, *, pool_size: int = 8) -> Engine:
    """Open the database with the settings durability needs.

    SQLite: WAL, synchronous=FULL, foreign keys on, busy timeout 5 s. PostgreSQL: lock timeout 5 s.

    Raises:
        RuntimeError: SQLite cannot keep a write-ahead log there (network mounts).
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url, pool_size=pool_size, max_overflow=16, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = create_engine(
            url, pool_size=pool_size, max_overflow=16, pool_pre_ping=True,
            connect_args={"options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c timezone=UTC"},
        )  # fmt: skip
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    mode = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode not in {"wal", "memory"}:
        raise RuntimeError(f"SQLite refuses a write-ahead log here (journal mode {mode}); use a local disk")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("concord_mode")
    if mode not in {"read", "write"}:
        raise ModeMissing("declare read or write before the first SQL")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
    elif mode == "read":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


class Database:
    """One database: opens sessions that declare their mode."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        """Open the engine; no connection is made before the first session needs one."""
        self.url = url
        self.info: dict[str, Any] = {}  # handed to every session, e.g. where files are kept
        self.engine = open_engine(url, pool_size=pool_size)
        self._factories = {
            mode: sessionmaker(self.engine.execution_options(concord_mode=mode), expire_on_commit=False)
            for mode in ("read", "write")
        }

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def session(self, mode: Mode) -> Session:
        """Return a new session; its transaction begins with the first SQL."""
        session = self._factories[mode]()
        session.info.update(self.info, mode=mode)
        return session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read-only session and close it at the end."""
        with self.session("read") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a writing session: commit at the end, roll back when an exception leaves the block."""
        with self.session("write") as session:
            yield session
            session.commit()

    def dispose(self) -> None:
        """Close every pooled connection (after a fork, at the end of a test)."""
        self.engine.dispose()


def lock_when_writing(session: Session, query: Select[Row]) -> Select[Row]:
    """Return the query with its rows locked until the end of a writing transaction; in a reading one as it is.

    PostgreSQL refuses to lock in a read-only transaction.
    """
    return query.with_for_update() if session.info.get("mode") == "write" else query


def insert_missing(
    session: Session, model: type[Base], rows: list[dict[str, Any]], *, key: str = "key"
) -> list[str]:
    """Insert the rows whose unique ``key`` is not there yet; the others have no effect.

    Returns:
        The keys that were inserted, in no order.
    """
    if not rows:
        return []
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    table = model.__table__
    statement = insert(model).on_conflict_do_nothing(index_elements=[key]).returning(table.c[key])
    return list(session.execute(statement, rows).scalars())


def create_triggers(connection: Connection) -> None:
    """Create every guard on a database that has the tables but no guards."""
    for trigger in TRIGGERS:
        for statement in trigger.sql(connection.dialect.name):
            connection.execute(text(statement))
