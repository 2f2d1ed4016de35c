"""Acme's issued February, to be compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.compare.february import issue_february


@pytest.fixture
def issued(session: Session, books: Callable[[str], Books], now: datetime) -> None:
    """February of Acme is issued."""
    issue_february(session, books, now)
