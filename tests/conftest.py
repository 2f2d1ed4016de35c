"""Fixtures of every test: a migrated database with the cast, sessions, actors, and books as text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import portal.models  # noqa: F401 - names every models module
from portal.access import Actor, system_actor
from portal.attachments import keep_files_in
from portal.db import Database
from portal.ledger import ensure_entity
from portal.migrate import migrate_database
from portal.settings import Settings
from tests.bench import Bench
from tests.books import Books, post_books
from tests.cast import AUD, BO, CHEN, MEI, NOW, PING, SEC, SYS, VERA, actor_of, seat_cast
from tests.postgres import new_database, own_server

BOTH = ("sqlite", "postgres")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked ``db`` once on SQLite and once on PostgreSQL."""
    if "engine_name" in metafunc.fixturenames:
        names = BOTH if metafunc.definition.get_closest_marker("db") else BOTH[:1]
        metafunc.parametrize("engine_name", names, indirect=True, scope="function")


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """``sqlite``, and for tests marked ``db`` also ``postgres``."""
    return str(getattr(request, "param", "sqlite"))


def _prepare(url: str) -> None:
    database = Database(url)
    migrate_database(database)
    with database.writing() as session:
        ensure_entity(session, now=NOW)
        seat_cast(session)
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the cast in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "concord.db"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a real PostgreSQL: an own one, or that of CONCORD_TEST_PG."""
    given = os.environ.get("CONCORD_TEST_PG")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    with own_server() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """Name of a migrated PostgreSQL database with the cast in it, made once and copied for each test."""
    with new_database(postgres_server) as (name, url):
        _prepare(url)
        yield name


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The one place of this process where copies are laid; what SQLAlchemy and Flask prepared for it is kept."""
    bench = Bench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.database.dispose()


@pytest.fixture
def database_url(engine_name: str, bench: Bench, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a fresh copy of the template, on the engine the test runs on."""
    if engine_name == "sqlite":
        yield bench.lay(request.getfixturevalue("sqlite_template"))
        return
    server: str = request.getfixturevalue("postgres_server")
    with new_database(server, template=request.getfixturevalue("postgres_template")) as (_name, url):
        yield url


@pytest.fixture
def empty_database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a database without any table, on the engine the test runs on."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with new_database(request.getfixturevalue("postgres_server")) as (_name, url):
        yield url


@pytest.fixture
def database(database_url: str, bench: Bench, settings: Settings) -> Iterator[Database]:
    """A migrated database with the legal entity, two customers and the cast."""
    database = bench.database if database_url == bench.url else Database(database_url)
    keep_files_in(database, settings)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; the test commits when it wants others to see."""
    with database.session("write") as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """The instant of the story: 2026-03-02, 10:00 in Shanghai."""
    return NOW


@pytest.fixture
def home(bench: Bench) -> Path:
    """An empty home folder for attachments, anchors and the outbox."""
    return bench.empty_home()


@pytest.fixture
def settings(database_url: str, home: Path) -> Settings:
    """Settings of a small installation on loopback with cheap passwords."""
    return Settings(home=home, database_url=database_url, secret_key="test-secret", password_cost="test")


@pytest.fixture
def mei(session: Session) -> Actor:
    """Mei, the clerk who requests."""
    return actor_of(session, MEI)


@pytest.fixture
def chen(session: Session) -> Actor:
    """Chen, the approver."""
    return actor_of(session, CHEN)


@pytest.fixture
def aud(session: Session) -> Actor:
    """Aud, the auditor who only reads."""
    return actor_of(session, AUD)


@pytest.fixture
def sec(session: Session) -> Actor:
    """Sefa, the security administrator."""
    return actor_of(session, SEC)


@pytest.fixture
def sys_admin(session: Session) -> Actor:
    """Yusuf, the system administrator."""
    return actor_of(session, SYS)


@pytest.fixture
def ping(session: Session) -> Actor:
    """Ping, Acme's confirmer."""
    return actor_of(session, PING)


@pytest.fixture
def vera(session: Session) -> Actor:
    """Vera, who may only look at Acme's statements."""
    return actor_of(session, VERA)


@pytest.fixture
def bo(session: Session) -> Actor:
    """Bo, Globex's confirmer."""
    return actor_of(session, BO)


@pytest.fixture
def books(session: Session, now: datetime) -> Callable[[str], Books]:
    """Post a story written as text (see tests/books.py); called again, it goes on with the same books.

    The system posts: by hand, credit notes, write-offs and the like need two people.
    """
    so_far = Books()
    return lambda story: post_books(session, story, actor=system_actor("books"), now=now, books=so_far)
