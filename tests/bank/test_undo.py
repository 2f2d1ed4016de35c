"""A whole file leaves the books again, unless a line of it is matched."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, select

from portal.access import Actor
from portal.bank import set_line_state, undo_bank_file
from portal.bank.models import BankLine
from portal.db import Database
from portal.errors import Conflict
from tests.bank import files
from tests.bank.files import LINES
from tests.bank.taking import Take, kept


@pytest.mark.db
def test_undoes_a_whole_file_and_takes_it_in_again(
    take: Take, database: Database, mei: Actor, now: datetime
) -> None:
    """Lines that another file brought too stay."""
    first = take(files.mt940(LINES))
    take(files.mt940(LINES[3:], number="2"))
    with database.writing() as session:
        assert (
            undo_bank_file(session, public_id=first.public_id, reason="wrong month", actor=mei, now=now) == 3
        )
    assert len(kept(database)) == 2
    again = take(files.mt940(LINES))
    assert (again.imported, again.duplicates) == (3, 2)


@pytest.mark.db
def test_refuses_to_undo_a_file_with_a_matched_line(
    take: Take, database: Database, mei: Actor, now: datetime
) -> None:
    first = take(files.mt940(LINES))
    with database.writing() as session:
        line_id = session.scalars(select(BankLine.id).order_by(BankLine.id)).first()
        set_line_state(session, line_ids=[line_id or 0], state="matched", actor=mei, now=now)
    with database.writing() as session, pytest.raises(Conflict):
        undo_bank_file(session, public_id=first.public_id, reason="x", actor=mei, now=now)
    with database.writing() as session, pytest.raises(Exception, match="posted rows never"):
        session.execute(delete(BankLine).where(BankLine.state == "matched"))
