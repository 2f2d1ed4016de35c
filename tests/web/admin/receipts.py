"""A bank account with a sure receipt and one nobody knows, for the pages of matching."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import utc_now
from portal.db import Database
from portal.matching.models import Match
from tests.books import Books
from tests.matching.conftest import Bank

URL = "/admin/matching"
STORY = """
    2026-01-05 invoice ACME INV-26-08812 10000.00 CNY due 2026-02-04 order QH-7781
    2026-01-06 invoice ACME INV-26-08815 500.00 CNY due 2026-02-05
"""


def set_desk(session: Session, story: Books) -> tuple[Bank, Books]:
    """Tell two bank lines and let the matcher propose; commits."""
    bank = Bank(session, utc_now() - timedelta(days=1))
    bank.tell("""
        2026-01-20 9985.00 CNY Acme/6222000033 | INV-26-08812 less fee
        2026-01-21 77.77 CNY | cash desk
    """)
    bank.propose()
    session.commit()
    return bank, story


def fresh(database: Database, bank: Bank, number: int) -> Match:
    """Return the current match of a line, read anew."""
    with database.reading() as reading:
        return reading.scalars(
            select(Match).where(Match.bank_line_id == bank.lines[number - 1], Match.state != "undone")
        ).one()


def form_of(match: Match, *picks: str, **more: str) -> dict[str, object]:
    """Return what the form of a receipt sends."""
    return {"row_version": str(match.row_version), "pick": list(picks), "rest": "", "act": "accept", **more}
