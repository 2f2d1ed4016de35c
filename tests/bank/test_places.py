"""Statements find the account they mean, or ask."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.bank import open_account
from tests.bank import files
from tests.bank.files import LINES
from tests.bank.taking import Take


def test_refuses_a_file_of_another_account_than_named(
    take: Take, session: Session, mei: Actor, now: datetime
) -> None:
    open_account(session, identifier="NL91ABNA0417164300", currency="EUR", name="Other", actor=mei, now=now)
    session.commit()
    assert take(files.mt940(LINES), account="Other").as_json()["errors"][0]["code"] == "unknown_account"


def test_believes_the_named_account_rather_than_chinese_columns(
    take: Take, session: Session, mei: Actor, now: datetime
) -> None:
    """A dollar account's export has Chinese names for its columns too."""
    open_account(session, identifier="6222020200012345678", currency="USD", name="美元户", actor=mei, now=now)
    session.commit()
    result = take(files.CHINESE, account="美元户")
    assert [one["currency"] for one in result.as_json()["statements"]] == ["USD"]
    assert take(files.CHINESE, is_dry_run=True).as_json()["statements"][0]["currency"] == "CNY"
