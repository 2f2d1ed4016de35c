"""Uploaded bank files: kept, checked, and taken in only when checked."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments import FileDraft
from portal.bank import check_bank_file, find_bank_file, load_bank_file, receive_bank_files, start_bank_load
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.bank import files
from tests.bank.files import LINES
from tests.bank.taking import kept

DRAFT = FileDraft("a.sta", files.mt940(LINES))


def test_refuses_nothing_too_much_and_who_may_not(
    session: Session, mei: Actor, aud: Actor, now: datetime
) -> None:
    for wrong in ((), (FileDraft("a", b""),), (DRAFT,) * 31):
        with pytest.raises(Invalid):
            receive_bank_files(session, files=wrong, actor=mei, now=now)
    with pytest.raises(NotAllowed):
        receive_bank_files(session, files=[DRAFT], actor=aud, now=now)


def test_checks_and_takes_in_once(session: Session, database: Database, mei: Actor, now: datetime) -> None:
    """A job that runs again changes nothing."""
    (public_id,) = receive_bank_files(session, files=[DRAFT], actor=mei, now=now)
    with pytest.raises(Conflict):
        start_bank_load(session, public_id=public_id, actor=mei, now=now)
    session.commit()
    told = check_bank_file(database, public_id=public_id, now=now)
    assert told is not None
    assert told.imported == 5
    assert kept(database) == []
    assert check_bank_file(database, public_id=public_id, now=now) is None
    with database.writing() as other:
        start_bank_load(other, public_id=public_id, actor=mei, now=now)
    assert load_bank_file(database, public_id=public_id, now=now) is not None
    assert load_bank_file(database, public_id=public_id, now=now) is None
    assert len(kept(database)) == 5
    with database.reading() as other:
        assert find_bank_file(other, public_id=public_id, actor=mei).state == "loaded"
    with pytest.raises(NotFound):
        check_bank_file(database, public_id="A" * 22, now=now)
