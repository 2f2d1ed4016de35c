"""Accounts at banks: opened by a file or by hand, named by those who know better."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank import edit_account, open_account
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.bank import files
from tests.bank.files import ACCOUNT, LINES
from tests.bank.taking import Take


def test_asks_for_the_account_of_a_file_that_names_none(
    take: Take, database: Database, session: Session, mei: Actor, now: datetime
) -> None:
    content = files.csv(LINES).replace(f"{ACCOUNT};".encode(), b"").replace(b"Auftragskonto;", b"")
    result = take(content)
    assert result.as_json()["errors"][0]["code"] == "unknown_account"
    assert take(content, is_dry_run=True).imported == 5
    account = open_account(session, identifier="DE02", currency="EUR", name="Main", actor=mei, now=now)
    session.commit()
    assert take(content, account="Main").imported == 5
    assert take(content, account=account.public_id).duplicates == 5


def test_opens_an_account_once(session: Session, mei: Actor, aud: Actor, now: datetime) -> None:
    open_account(session, identifier="de89 3704 0044", currency="EUR", actor=mei, now=now)
    with pytest.raises(Invalid):
        open_account(session, identifier="DE8937040044", currency="EUR", actor=mei, now=now)
    with pytest.raises(Invalid):
        open_account(session, identifier=" ", currency="EUR", actor=mei, now=now)
    with pytest.raises(NotAllowed):
        open_account(session, identifier="X1", currency="EUR", actor=aud, now=now)


def test_changes_name_and_days_of_an_account(session: Session, mei: Actor, now: datetime) -> None:
    row = open_account(session, identifier="X1", currency="EUR", actor=mei, now=now)
    change: dict[str, Any] = {
        "name": "Main",
        "bank_name": "Bank",
        "is_active": True,
        "actor": mei,
        "now": now,
    }
    edit_account(session, public_id=row.public_id, feed_days=9, **change)
    assert (row.name, row.feed_days) == ("Main", 9)
    with pytest.raises(Conflict):
        edit_account(session, public_id=row.public_id, feed_days=9, **change)
    with pytest.raises(Invalid):
        edit_account(session, public_id=row.public_id, feed_days=0, **change)
    with pytest.raises(NotFound):
        edit_account(session, public_id="A" * 22, feed_days=3, **change)
