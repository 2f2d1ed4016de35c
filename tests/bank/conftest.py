"""Who takes bank files in, without a session that would hold the books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from portal.access import Actor
from portal.bank import BankRequest, FileResult, import_bank_file
from portal.db import Database
from tests.bank.taking import Take
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


@pytest.fixture
def take(database: Database, mei: Actor, now: datetime) -> Take:
    """Take in a file."""

    def do(content: bytes, name: str = "file", **options: Any) -> FileResult:
        request = BankRequest(content=content, name=name, **options)
        return import_bank_file(database, request, actor=mei, now=now)

    return do
