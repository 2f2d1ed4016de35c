"""Bank lines move along their states only."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.bank import set_line_state
from portal.bank.models import BankLine
from portal.db import Database
from portal.errors import Conflict
from tests.bank import files
from tests.bank.files import LINES
from tests.bank.taking import Take


def test_moves_lines_along_their_states_only(
    take: Take, database: Database, mei: Actor, now: datetime
) -> None:
    """All of a set move, or none."""
    take(files.mt940(LINES))
    with database.writing() as session:
        ids = list(session.scalars(select(BankLine.id).order_by(BankLine.id)))
        assert set_line_state(session, line_ids=ids[:2], state="parked", note="ask", actor=mei, now=now) == 2
    with database.writing() as session, pytest.raises(Conflict):
        set_line_state(session, line_ids=[ids[0], ids[3]], state="parked", actor=mei, now=now)
    with database.reading() as session:
        states = list(session.scalars(select(BankLine.state).order_by(BankLine.id)))
    assert states == ["parked", "parked", "new", "new", "new"]
