"""Who takes bank files in, without a session that would hold the books."""

from __future__ import annotations

import pytest

from portal.access import Actor
from portal.db import Database
from tests.cast import AUD, CHEN, MEI, actor_of


@pytest.fixture
def mei(database: Database) -> Actor:
    """Mei, the clerk."""
    with database.reading() as session:
        return actor_of(session, MEI)


@pytest.fixture
def chen(database: Database) -> Actor:
    """Chen, the second person."""
    with database.reading() as session:
        return actor_of(session, CHEN)


@pytest.fixture
def aud(database: Database) -> Actor:
    """Aud, who only reads."""
    with database.reading() as session:
        return actor_of(session, AUD)
