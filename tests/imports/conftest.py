"""The cast for imports: a run opens its own transactions, so nobody here may hold one open."""

from __future__ import annotations

import pytest

from portal.access import Actor
from portal.db import Database
from tests.cast import AUD, CHEN, MEI, PING, actor_of


@pytest.fixture
def mei(database: Database) -> Actor:
    """Mei, the clerk."""
    with database.reading() as session:
        return actor_of(session, MEI)


@pytest.fixture
def chen(database: Database) -> Actor:
    """Chen, the approver."""
    with database.reading() as session:
        return actor_of(session, CHEN)


@pytest.fixture
def aud(database: Database) -> Actor:
    """Aud, the auditor."""
    with database.reading() as session:
        return actor_of(session, AUD)


@pytest.fixture
def ping(database: Database) -> Actor:
    """Ping, Acme's confirmer."""
    with database.reading() as session:
        return actor_of(session, PING)
